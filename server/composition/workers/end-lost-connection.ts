import type { Worker } from 'node:cluster';

/** A connection as Node's cluster hands it over. Closing it again has no effect. */
interface Handle {
  close(): void;
}

/** The worker that each connection was handed to last: one that refuses it has no more part in it. */
const holders = new WeakMap<Handle, Worker>();

/**
 * Ends the connection that a worker was handed and had not acknowledged when it crashed. Node keeps it open in the primary
 * process, so that its client would wait for an answer that never comes. There is at most one: the next is handed over
 * after the acknowledgement.
 */
export function endLostConnection(worker: Worker): void {
  const { process } = worker;
  const send = process.send.bind(process) as (...args: unknown[]) => boolean;
  let last: Handle | undefined;
  const end = () => {
    // One that was acknowledged is closed here already: the worker had its own copy.
    if (last && holders.get(last) === worker) last.close();
  };
  process.send = (...args: unknown[]) => {
    const handle = args[1] as Handle | undefined;
    const isSent = send(...args);
    if (!handle) return isSent;
    last = handle;
    holders.set(handle, worker);
    // The channel may be open for a moment longer than the process.
    if (worker.isDead()) end();
    return isSent;
  };
  worker.once('exit', end);
}
