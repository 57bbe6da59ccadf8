import { rateKey } from '../kernel/addresses.ts';
import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { Store } from '../kernel/ports/store.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { MINUTE_MS } from '../kernel/time.ts';

/** What can be under attack. `network` is as wide as the counter that noticed it. */
export type Target =
  | `address/${string}`
  | `network/${string}`
  | `resource/${ResourceId}`
  | `codes/${AccountId | 'all'}`
  | 'process';

/** How long the highest load of a target counts: two windows of the counters, so that it does not end with a window. */
const HELD_MS = 2 * MINUTE_MS;
/** A target is noted only beyond its threshold, so a flood of new addresses does not reach this soon. */
const MAX_TARGETS = 10_000;

interface Load {
  readonly load: number;
  readonly until: number;
}

interface Noted {
  readonly loads: Map<Target, Load>;
  /** When all of them are over. */
  until: number;
}

/** The targets under attack, as this process has learnt from the counters that all processes share. */
const notedBy = new WeakMap<Store, Noted>();

/**
 * Notes how high a counter is, as a multiple of what is usual. Each process learns only from its own requests, and the
 * counts are those of all processes: so nothing is read or written for it while all is calm.
 */
export function notePressure({ store }: { store: Store }, target: Target, load: number, now: number): void {
  if (load < 1) return;
  const noted = notedBy.get(store) ?? { loads: new Map<Target, Load>(), until: 0 };
  notedBy.set(store, noted);
  const { loads } = noted;
  const known = loads.get(target);
  if (known && isHeld(known, now) && known.load > load) return;
  // Last in the order, so that the first is the oldest.
  loads.delete(target);
  dropOldest(loads, MAX_TARGETS);
  noted.until = now + HELD_MS;
  loads.set(target, { load, until: noted.until });
}

/** Whether this process knows of no attack. */
export function isCalm({ store }: { store: Store }, now: number): boolean {
  const noted = notedBy.get(store);
  return noted === undefined || !isHeld(noted, now);
}

/** The highest load of these targets; 0 if none is under attack. */
export function pressureOn({ store }: { store: Store }, targets: readonly Target[], now: number): number {
  const loads = notedBy.get(store)?.loads;
  return targets.reduce((highest, target) => {
    const known = loads?.get(target);
    return known && isHeld(known, now) ? Math.max(highest, known.load) : highest;
  }, 0);
}

/** The key of a client's address. Requests without one share one, as in the limits of starts. */
export function addressOf({ address }: ClientInfo): string {
  return address === undefined ? 'unknown' : rateKey(address);
}

/** A clock that was set back holds nothing for longer. */
function isHeld({ until }: { readonly until: number }, now: number): boolean {
  return now < until && until <= now + HELD_MS;
}

/** Makes room for one more. A map remembers the order in which its keys were added. */
export function dropOldest(map: Map<unknown, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size < most) return;
    map.delete(oldest);
  }
}
