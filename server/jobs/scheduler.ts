import type { Logger } from '../http/log.ts';
import type { Ports } from '../kernel/ports/ports.ts';

/** Work that is done again and again beside the requests. */
export interface PeriodicJob {
  readonly name: string;
  /** Pause after each run. */
  readonly everyMs: number;
  /**
   * `one`: of several processes on one store about one runs it in each interval. That saves work and is not what makes it
   * correct, so the approximate counter will do. `every`: each process runs it.
   */
  readonly processes: 'one' | 'every';
  /** Asks `isStopping` between portions, and ends early when it is true. */
  run(isStopping: () => boolean): Promise<unknown>;
}

interface Scheduler {
  /** Starts no further run; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/**
 * Runs each job now and then after every pause, one run at a time in this process. A run that fails is logged, and the next
 * comes all the same. Never keeps the process alive.
 */
export function startScheduler(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  jobs: readonly PeriodicJob[],
  log: Pick<Logger, 'warn'>,
): Scheduler {
  const ending = new AbortController();
  const isStopping = () => ending.signal.aborted;
  const loops = jobs.map(async ({ name, everyMs, processes, run }) => {
    while (!isStopping()) {
      try {
        const isOurs =
          processes === 'every' || (await store.increment(`background/${name}`, everyMs, 1, clock.now())).allowed;
        if (isOurs) await run(isStopping);
      } catch (error) {
        log.warn({ err: error, work: name }, 'background work failed and will be tried again');
      }
      await pause(everyMs, ending.signal);
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
 * Ends at once when the signal is aborted, and never keeps the process alive. By the global timer: fake timers in tests do not
 * reach `node:timers/promises`.
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
