import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

interface Stalls {
  /** Turns of the event loop that other work had meanwhile. */
  turns: number;
  /** Longest time that other work had to wait, in milliseconds. On a busy machine it contains the work of others. */
  longestMs: number;
  /**
   * The most work of the event loop's thread in such a time, in milliseconds of processor time. Before Node 24 it
   * contains that of the other threads.
   */
  longestWorkMs: number;
  totalMs: number;
}

/** Node 24 and later. */
const { threadCpuUsage = process.cpuUsage } = process as { threadCpuUsage?: typeof process.cpuUsage };

/**
 * Measures how long some work stops everything else in this process.
 *
 * @param pause between two looks. By default there is one in each turn, so that the processor is never idle: to also
 * measure the processor time of the work, pause for longer
 */
export async function measureStalls(work: () => Promise<unknown>, pause = nextTurn): Promise<Stalls> {
  let turns = 0;
  let longestWorkMs = 0;
  let isDone = false;
  const count = async () => {
    let [before, startedMs] = [threadCpuUsage(), performance.now()];
    for (; !isDone; turns++) {
      await pause();
      const [used, endedMs] = [threadCpuUsage(before), performance.now()];
      // Several threads can work more than the time that passed.
      const workMs = Math.min((used.user + used.system) / 1000, endedMs - startedMs);
      longestWorkMs = Math.max(longestWorkMs, workMs);
      [before, startedMs] = [threadCpuUsage(), endedMs];
    }
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
    return { turns: hadTurns, longestMs: delay.max / 1e6, longestWorkMs, totalMs };
  } finally {
    isDone = true;
    delay.disable();
    await counting;
  }
}
