import type { Store } from '../kernel/ports/store.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { addressOf, dropOldest } from './pressure.ts';

/** Two for each sign-in that an address may start: before the name and before a code. They take 0.3 s of processor time. */
export const PUZZLES_PER_ADDRESS = 1_200;
/** Beyond these the oldest is forgotten: a flood from more addresses costs more to send than to answer. */
const MAX_ADDRESSES = 10_000;

/** The puzzles that this process has made in the current minute, by address. */
interface Minute {
  readonly number: number;
  readonly made: Map<string, number>;
}
const minutes = new WeakMap<Store, Minute>();

/**
 * Refuses an address that asks for puzzles and solves none. Counted in memory, because a request without work writes
 * nothing to the store (SR-65).
 */
export function admitPuzzle({ store }: { store: Store }, client: ClientInfo, now: number): Refusal | undefined {
  const { made } = currentMinute(store, now);
  const address = addressOf(client);
  const count = made.get(address) ?? 0;
  if (count >= PUZZLES_PER_ADDRESS) return refusal('RATE_LIMITED', { retryAfterMs: MINUTE_MS - (now % MINUTE_MS) });
  if (count === 0) dropOldest(made, MAX_ADDRESSES);
  made.set(address, count + 1);
  return undefined;
}

/** A clock that was set back starts a new minute: no request waits for the earlier time (SR-63). */
function currentMinute(store: Store, now: number): Minute {
  const number = Math.floor(now / MINUTE_MS);
  const known = minutes.get(store);
  if (known?.number === number) return known;
  const minute = { number, made: new Map<string, number>() };
  minutes.set(store, minute);
  return minute;
}
