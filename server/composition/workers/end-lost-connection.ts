import type { Worker } from 'node:cluster';

/** A connection as Node's cluster hands it over. Closing it again has no effect. */
interface Handle {
  close(): void;
}

/** What Node's cluster sends to a worker, and the worker's reply. */
interface Message {
  readonly seq?: number;
  readonly ack?: number;
  readonly accepted?: boolean;
}

/**
 * Ends the connection that a worker was handed and had not acknowledged when it crashed. Node keeps it open in the
 * primary process, so that its client would wait for an answer that never comes. There is at most one: the next is
 * handed over after the acknowledgement.
 *
 * One that the worker refused stays open, as it may wait for another worker: handed over closed, it would never be
 * acknowledged, and that worker would be handed no more connections.
 */
export function endLostConnection(worker: Worker): void {
  const { process } = worker;
  const send = process.send.bind(process) as (...args: unknown[]) => boolean;
  let last: { handle: Handle; seq: number | undefined } | undefined;
  // One that was accepted is closed here already: the worker had its own copy.
  const end = () => last?.handle.close();
  process.send = (...args: unknown[]) => {
    const [message, handle] = args as [Message, Handle | undefined];
    const isSent = send(...args);
    if (!handle) return isSent;
    last = { handle, seq: message.seq };
    // The channel may be open for a moment longer than the process.
    if (worker.isDead()) end();
    return isSent;
  };
  process.on('internalMessage', ({ ack, accepted }: Message) => {
    if (last && ack === last.seq && accepted === false) last = undefined;
  });
  // Its last reply may be unread at the exit. All that it has sent is read within a turn.
  worker.once('exit', () => setImmediate(() => setImmediate(end)));
}
