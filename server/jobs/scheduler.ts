export interface RepeatOptions {
  /** No further run begins; resolves when the one at work has ended. */
  stop(): Promise<void>;
}

/**
 * Does work now and then again and again, with a pause in between, one run at a time. A run that fails is reported, and the
 * next comes all the same. Never keeps the process alive.
 */
export function repeat(
  work: () => Promise<unknown>,
  pauseMs: number,
  onFault: (error: unknown) => void,
): RepeatOptions {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const run = () => {
    running = work()
      .then(
        () => undefined,
        (error: unknown) => onFault(error),
      )
      .then(() => {
        if (!stopped) timer = setTimeout(run, pauseMs).unref();
      });
  };
  run();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
