import { rateKey } from '../kernel/addresses.ts';
import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { ProcessMemory } from '../kernel/process-memory.ts';
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

interface Noted {
  store: { readonly memory: Pick<ProcessMemory, 'attacks'> };
}

/**
 * Notes how high a counter is, as a multiple of what is usual. Each process learns only from its own requests, and the
 * counts are those of all processes: so nothing is read or written for it while all is calm.
 */
export function notePressure({ store }: Noted, target: Target, load: number, now: number): void {
  if (load < 1) return;
  const { attacks } = store.memory;
  const { loads } = attacks;
  const known = loads.get(target);
  if (known && isHeld(known, now) && known.load > load) return;
  // Last in the order, so that the first is the oldest.
  loads.delete(target);
  dropOldest(loads, MAX_TARGETS);
  attacks.until = now + HELD_MS;
  loads.set(target, { load, until: attacks.until });
}

/** Whether this process knows of no attack. */
export function isCalm({ store }: Noted, now: number): boolean {
  return !isHeld(store.memory.attacks, now);
}

/** The highest load of these targets; 0 if none is under attack. */
export function pressureOn({ store }: Noted, targets: readonly Target[], now: number): number {
  const { loads } = store.memory.attacks;
  return targets.reduce((highest, target) => {
    const known = loads.get(target);
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
