import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Maximum requests that wait on one connection during a response. Browsers and proxies do not pipeline. */
const MAX_PIPELINED = 64;

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

interface Turn {
  /** Pipelined requests, in order. */
  readonly waiting: [IncomingMessage, ServerResponse][];
}

/**
 * Handles the requests of a connection one after the other: the next starts when the previous response has been handed
 * to the kernel. So a client that pipelines requests and reads nothing holds one response in memory (SR-65). Meanwhile
 * nothing more is read from it, and a client that sends more than {@link MAX_PIPELINED} at once is disconnected.
 */
export function respondInOrder(answer: Answer): Answer {
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
