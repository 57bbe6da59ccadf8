import { Overloaded } from './ports/password-hasher.ts';
import type { ProcessMemory, QueuedWork } from './process-memory.ts';

/** Maximum waiting tasks per key; the next is told to retry. */
const MAX_WAITING = 64;

interface Queues {
  readonly memory: Pick<ProcessMemory, 'queues'>;
  endPhase?(): void;
}

/**
 * Runs work on one key strictly one after the other within this process, in order of arrival. It avoids the store
 * conflicts that a flood on one token would cause. Correctness does not depend on it, since other processes do not
 * queue here: the commit's expected versions decide.
 *
 * @param store whose conflicts are avoided, with the memory of this process. A wait ends its phase of reading
 * @param work gets whether it has waited
 * @param mostWaiting default {@link MAX_WAITING}
 * @param endsLine whether an error fails all that wait, too: in an outage they would wait for one timeout after another
 * @throws Overloaded if that many are waiting already
 */
export async function runExclusive<T>(
  store: Queues,
  key: string,
  work: (hasWaited: boolean) => Promise<T>,
  mostWaiting = MAX_WAITING,
  endsLine?: (error: unknown) => boolean,
): Promise<T> {
  const { queues } = store.memory;
  const line: QueuedWork = queues.get(key) ?? { tail: Promise.resolve(), waiting: 0 };
  if (line.waiting >= mostWaiting) throw new Overloaded(1000);
  const hasWaited = line.waiting > 0;
  line.waiting += 1;
  queues.set(key, line);
  const leave = () => {
    if (queues.get(key) === line) queues.delete(key);
  };
  const run = async () => {
    if (line.ended) throw line.ended.error;
    if (hasWaited) store.endPhase?.();
    try {
      return await work(hasWaited);
    } catch (error) {
      if (endsLine?.(error)) {
        line.ended = { error };
        leave();
      }
      throw error;
    }
  };
  const turn = line.tail.then(run, run);
  line.tail = turn;
  try {
    return await turn;
  } finally {
    line.waiting -= 1;
    if (line.waiting === 0) leave();
  }
}

/** How much work on one key runs or waits in this process. */
export function countWaiting({ memory: { queues } }: Queues, key: string): number {
  return queues.get(key)?.waiting ?? 0;
}
