import type { Logger } from '../http/log.ts';
import type { Ports } from '../kernel/ports/ports.ts';

/** Something that is done again and again beside the requests. */
export interface BackgroundWork {
  readonly name: string;
  /** Pause after each time. */
  readonly everyMs: number;
  /** Asks `stopping` between portions, and ends early when it is true. */
  run(stopping: () => boolean): Promise<unknown>;
}

export interface Working {
  /** Lets what is under way end, and begins nothing more. */
  stop(): Promise<void>;
}

/**
 * Does each work every so often, never twice at once in this process. Of several processes on one store about one does it
 * in each interval: that is thrift, and not what makes it right, so the approximate counter will do. What fails is logged
 * and tried again at its next time.
 */
export function startBackgroundWork(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  works: readonly BackgroundWork[],
  log: Pick<Logger, 'warn'>,
): Working {
  const ending = new AbortController();
  const stopping = () => ending.signal.aborted;
  const loops = works.map(async ({ name, everyMs, run }) => {
    while (!stopping()) {
      try {
        const turn = await store.increment(`background/${name}`, everyMs, 1, clock.now());
        if (turn.allowed) await run(stopping);
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

/** Ends at once when it is told to. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
