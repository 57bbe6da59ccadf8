import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on one connection while an answer is under way. No browser and no proxy sends any ahead. */
const MAX_PIPELINED = 64;

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

interface Turn {
  /** Those that came ahead, in their order. */
  readonly waiting: [IncomingMessage, ServerResponse][];
}

/**
 * Answers the requests of a connection one after the other: the next is looked at when the answer before it has been handed
 * to the kernel. So a client that sends requests ahead and reads nothing holds one answer in memory (SR-65). Meanwhile
 * nothing more is read from it, and one that has sent more than {@link MAX_PIPELINED} in one go is cut off.
 */
export function answerInTurn(answer: Answer): Answer {
  const busy = new WeakMap<Socket, Turn>();

  function begin(socket: Socket, turn: Turn, [incoming, outgoing]: [IncomingMessage, ServerResponse]): void {
    outgoing.once('close', () => {
      // Once the connection cannot be written, the waiting requests are not handled: their outcome could not be sent.
      const next = socket.writable ? turn.waiting.shift() : undefined;
      if (socket.writable && turn.waiting.length === 0) socket.resume();
      if (next) begin(socket, turn, next);
      else busy.delete(socket);
    });
    answer(incoming, outgoing);
  }

  return (incoming, outgoing) => {
    const { socket } = incoming;
    if (socket.destroyed) return;
    const turn = busy.get(socket);
    if (!turn) {
      const first: Turn = { waiting: [] };
      busy.set(socket, first);
      begin(socket, first, [incoming, outgoing]);
    } else if (turn.waiting.length === MAX_PIPELINED) socket.destroy();
    else {
      turn.waiting.push([incoming, outgoing]);
      socket.pause();
    }
  };
}
