import { MINUTE_MS } from '../kernel/time.ts';
import type { StoredSigningKey } from './signing-key.ts';

/** How long verifiers may keep a copy of the key set, so how long a further key is published before it signs. */
export const PUBLISHED_BEFORE_MS = 15 * MINUTE_MS;
/** The longest life that a resource may give its results. */
const LONGEST_RESULT_MS = 300_000;
/** Clocks that differ, and servers that have not yet heard of the new key. */
const GRACE_MS = 5 * MINUTE_MS;
/** How long a key stays published after another has taken over: whatever it signed last is then long expired. */
export const KEPT_AFTER_MS = LONGEST_RESULT_MS + PUBLISHED_BEFORE_MS + GRACE_MS;

export type SigningKeyState =
  /** Published, so that verifiers have it in time. */
  | 'announced'
  | 'signing'
  /** Another signs; this one still verifies. */
  | 'retiring'
  | 'retired';

export function hasRetired(key: Term, now: number): boolean {
  return now >= endOf(key);
}

export function stateOf(key: StoredSigningKey, keys: readonly StoredSigningKey[], now: number): SigningKeyState {
  if (hasRetired(key, now)) return 'retired';
  if (key.signsFromAt > now) return 'announced';
  return isOutlasted(key, keys, now) ? 'retiring' : 'signing';
}

type Term = Pick<StoredSigningKey, 'signsFromAt' | 'retiresAt'>;

/**
 * Whether another key that may sign already stays longer. Such a key signs nothing any more: while a third is announced
 * both have their end, and what the older one signed would outlive it (SR-58).
 */
export function isOutlasted(key: Term, keys: readonly Term[], now: number): boolean {
  return keys.some((other) => other.signsFromAt <= now && endOf(other) > endOf(key));
}

function endOf({ retiresAt = Number.POSITIVE_INFINITY }: Term): number {
  return retiresAt;
}

/** A rotation is under way while a key is announced that does not sign yet. */
export function isUnderWay(keys: readonly StoredSigningKey[], now: number): boolean {
  return keys.some((key) => stateOf(key, keys, now) === 'announced');
}

/** The keys with another that takes over from all of them at its `signsFromAt`. */
export function succeededBy(keys: readonly StoredSigningKey[], successor: StoredSigningKey): StoredSigningKey[] {
  const retiresAt = successor.signsFromAt + KEPT_AFTER_MS;
  return [...keys.map((key) => (key.retiresAt === undefined ? { ...key, retiresAt } : key)), successor];
}
