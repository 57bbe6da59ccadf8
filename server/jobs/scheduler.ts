import { setMaxListeners } from 'node:events';
import type { Logger } from '../http/log.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { JobRun } from '../metrics/meters.ts';
import { createLateReport } from './late-report.ts';

/** Work that is repeated in the background. */
export interface PeriodicJob {
  readonly name: string;
  /** Pause after each run. */
  readonly everyMs: number;
  /**
   * `one`: of several processes on one store about one runs it in each interval. This saves work and is not needed for
   * correctness, so the approximate counter suffices. `every`: each process runs it.
   */
  readonly processes: 'one' | 'every';
  /** Log level of a failed run, `warn` by default. */
  readonly failureLevel?: 'warn' | 'error';
  /** Checks `isStopping` between portions, and returns early when it is true. */
  run(isStopping: () => boolean): Promise<unknown>;
}

interface Scheduler {
  /** Starts no further run; resolves when the current runs have ended. */
  stop(): Promise<void>;
}

/**
 * Runs each job now and after every pause, one run at a time in this process. A failed run is logged, and the next
 * comes all the same. Never keeps the process alive.
 *
 * @param isPaused while true, no run starts
 */
export function startScheduler(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  jobs: readonly PeriodicJob[],
  log: Pick<Logger, 'warn' | 'error'>,
  isPaused: () => boolean = () => false,
  onEnd: (run: JobRun) => void = () => {},
): Scheduler {
  const ending = new AbortController();
  // Each job listens while it pauses. Node warns of a leak beyond ten.
  setMaxListeners(jobs.length, ending.signal);
  const isStopping = () => ending.signal.aborted;
  const reportLate = createLateReport(log);
  const loops = jobs.map(async ({ name, everyMs, processes, failureLevel = 'warn', run }) => {
    while (!isStopping()) {
      const startedMs = performance.now();
      const end = (outcome: JobRun['outcome']) => onEnd({ job: name, outcome, ms: performance.now() - startedMs });
      try {
        const isOurs =
          !isPaused() &&
          (processes === 'every' || (await store.increment(`background/${name}`, everyMs, 1, clock.now())).allowed);
        if (isOurs) {
          await run(isStopping);
          end('success');
        }
      } catch (error) {
        end('failure');
        log[failureLevel]({ err: error, work: name }, 'background work failed and will be tried again');
      }
      const dueMs = performance.now() + everyMs;
      await pause(everyMs, ending.signal);
      reportLate(performance.now() - dueMs);
    }
  });
  return {
    async stop() {
      ending.abort();
      await Promise.all(loops);
    },
  };
}

/**
 * Resolves at once when the signal is aborted, and never keeps the process alive. It uses the global timer: fake timers
 * in tests do not reach `node:timers/promises`.
 */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms).unref();
    signal.addEventListener('abort', done);
  });
}
