import type { Ports } from '../kernel/ports/ports.ts';
import type { ProcessMemory } from '../kernel/process-memory.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { addressOf, dropOldest } from './pressure.ts';

/** Two for each sign-in that an address may start: before the name and before a code. They take 0.3 s of processor time. */
export const PUZZLES_PER_ADDRESS = 1_200;
/** Beyond these the oldest is forgotten: a flood from more addresses costs more to send than to answer. */
const MAX_ADDRESSES = 10_000;

/**
 * Refuses an address that asks for puzzles and solves none. Counted in memory, because a request without work writes
 * nothing to the store (SR-65).
 */
export function admitPuzzle(
  { store }: { store: Pick<Ports['store'], 'memory'> },
  client: ClientInfo,
  now: number,
): Refusal | undefined {
  const made = madeInMinute(store.memory, now);
  const address = addressOf(client);
  const count = made.get(address) ?? 0;
  if (count >= PUZZLES_PER_ADDRESS) return refusal('RATE_LIMITED', { retryAfterMs: MINUTE_MS - (now % MINUTE_MS) });
  if (count === 0) dropOldest(made, MAX_ADDRESSES);
  made.set(address, count + 1);
  return undefined;
}

/** A clock that was set back starts a new minute: no request waits for the earlier time (SR-63). */
function madeInMinute({ puzzles }: ProcessMemory, now: number): Map<string, number> {
  const minute = Math.floor(now / MINUTE_MS);
  if (puzzles.minute !== minute) puzzles.made.clear();
  puzzles.minute = minute;
  return puzzles.made;
}
