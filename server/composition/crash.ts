import type { Logger } from '../http/log.ts';

/**
 * Kills the process immediately and logs why.
 *
 * `process.exit`, and Node's own end after an uncaught exception, wait for the threads of the pool. A thread in a
 * transaction of the embedded store waits for this thread, so the process would neither serve nor end, and no
 * supervisor would restart it. Acknowledged writes are durable, so a kill loses none of them (SR-6, SR-53).
 */
export function crashNow(log: Logger, error: unknown, why: string): void {
  // At this level lines are written synchronously where possible.
  log.fatal({ err: error }, why);
  process.kill(process.pid, 'SIGKILL');
}

/** State is undefined after an uncaught exception: exit and let the supervisor restart. */
export function crashOnUncaught(log: Logger): void {
  process.on('uncaughtException', (error) => crashNow(log, error, 'a fault that was not handled'));
}

/** The store has let other processes in instead, or was moved: what this one still does could spoil their work. */
export function crashOnReplaced(log: Logger): (error: unknown) => void {
  return (error) => crashNow(log, error, 'this process has no store any more');
}
