import type { Logger } from '../http/log.ts';

/** A timer that is so much late means that requests waited as long. */
const LATE_MS = 500;
/** One line for all jobs that were held up together, and few while it goes on. */
const LATE_REPORT_MS = 10_000;

/** Reports timers that were late: the same event loop serves the requests. */
export function createLateReport(
  log: Pick<Logger, 'warn'>,
  monotonicMs: () => number = () => performance.now(),
): (lateMs: number) => void {
  let reportedMs = Number.NEGATIVE_INFINITY;
  return (lateMs) => {
    const nowMs = monotonicMs();
    if (lateMs < LATE_MS || nowMs - reportedMs < LATE_REPORT_MS) return;
    reportedMs = nowMs;
    log.warn({ lateMs: Math.round(lateMs) }, 'the process was held up: its event loop or its machine is overloaded');
  };
}
