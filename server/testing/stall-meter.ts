import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

interface Stalls {
  /** Turns of the event loop that other work had meanwhile. */
  turns: number;
  /** Longest time that other work had to wait, in milliseconds. */
  longestMs: number;
  totalMs: number;
}

/** Measures how long some work stops everything else in this process. */
export async function measureStalls(work: () => Promise<unknown>): Promise<Stalls> {
  let turns = 0;
  let isDone = false;
  const count = async () => {
    for (; !isDone; turns++) await nextTurn();
  };
  await nextTurn();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const counting = count();
  try {
    await work();
    const [totalMs, hadTurns] = [performance.now() - started, turns];
    // A stall counts once the timer that it held up has run.
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { turns: hadTurns, longestMs: delay.max / 1e6, totalMs };
  } finally {
    isDone = true;
    delay.disable();
    await counting;
  }
}
