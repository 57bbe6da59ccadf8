import type { Logger } from '../http/log.ts';

/**
 * Ends the process in the middle of whatever it does, and says why.
 *
 * `process.exit`, and Node's own end after a fault that nobody handled, wait for the threads of the pool. One that is in
 * the middle of a transaction of the embedded store waits for this thread, so that the process would neither serve nor
 * end, and nothing would start it again. What was acknowledged is durable, and a kill takes nothing of it (SR-6, SR-53).
 */
export function crashNow(log: Logger, error: unknown, why: string): void {
  // Of this level lines are written before it returns, where they can be written without waiting.
  log.fatal({ err: error }, why);
  process.kill(process.pid, 'SIGKILL');
}

/** A fault that nobody handled leaves nobody knows what behind: the process ends, and whoever watches it starts another. */
export function endOnFaults(log: Logger): void {
  process.on('uncaughtException', (error) => crashNow(log, error, 'a fault that nobody handled'));
}
