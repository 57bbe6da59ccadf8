import type { WritePorts } from '../kernel/ports/ports.ts';
import { consumeEvents, type EventConsumer } from './consume-events.ts';

/** A process holds the turn for the rest of this window. */
const WINDOW_MS = 1000;
/** Rounds after which a process reads without a reason of its own: another may have ended before it read its events. */
const IDLE_ROUNDS = 30;

/**
 * Returns a round of consuming, to be run again and again. It asks the store nothing unless this process has appended
 * events since it last read all, or has not read for {@link IDLE_ROUNDS} rounds. Of several processes about one reads
 * at a time, the events of all. That saves work and is not needed for correctness, so an approximate counter suffices.
 */
export function createEventRounds(
  ports: WritePorts,
  consumers: readonly EventConsumer[],
): (isStopping: () => boolean) => Promise<void> {
  const { store, clock } = ports;
  let read: number | undefined;
  let idle = 0;
  let held: number | undefined;
  const hasTurn = async () => {
    const now = clock.now();
    const window = Math.floor(now / WINDOW_MS);
    if (window === held) return true;
    const { allowed } = await store.increment('background/events', WINDOW_MS, 1, now);
    held = allowed ? window : undefined;
    return allowed;
  };
  return async (isStopping) => {
    // Taken before reading: what is appended meanwhile may be missed.
    const { appends } = store;
    idle += 1;
    if ((appends === read && idle < IDLE_ROUNDS) || !(await hasTurn())) return;
    let isWhole = true;
    const stopping = async () => {
      isWhole = !isStopping() && (await hasTurn());
      return !isWhole;
    };
    await consumeEvents(ports, consumers, { stopping });
    if (!isWhole) return;
    read = appends;
    idle = 0;
  };
}
