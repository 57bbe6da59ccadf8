import { MINUTE_MS } from '../../kernel/time.ts';
import { MAX_RESULT_LIFETIME_MS } from '../../resources/resource.ts';
import type { StoredSigningKey } from './signing-key.ts';

/** How long verifiers may cache the key set, and so how long a new key is published before it signs. */
export const PUBLISHED_BEFORE_MS = 15 * MINUTE_MS;
/** For clock differences, and servers that have not yet read the new key. */
const GRACE_MS = 5 * MINUTE_MS;
/** How long a key stays published after another has taken over: its last result has long expired by then. */
export const PUBLISHED_AFTER_MS = MAX_RESULT_LIFETIME_MS + PUBLISHED_BEFORE_MS + GRACE_MS;

export type SigningKeyState =
  /** Published, so that verifiers have it in time. */
  | 'announced'
  | 'signing'
  /** Another key signs; this one still verifies. */
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
 * True if another key that may already sign stays longer. Such a key must not sign any more: when a third is announced
 * both have their end, and results of the older one would outlive it (SR-58).
 */
export function isOutlasted(key: Term, keys: readonly Term[], now: number): boolean {
  return keys.some((other) => other.signsFromAt <= now && endOf(other) > endOf(key));
}

function endOf({ retiresAt = Number.POSITIVE_INFINITY }: Term): number {
  return retiresAt;
}

/** A rotation is under way while an announced key does not sign yet. */
export function isUnderWay(keys: readonly StoredSigningKey[], now: number): boolean {
  return keys.some((key) => stateOf(key, keys, now) === 'announced');
}

/** The keys with a successor that takes over from all of them at its `signsFromAt`. */
export function succeededBy(keys: readonly StoredSigningKey[], successor: StoredSigningKey): StoredSigningKey[] {
  const retiresAt = successor.signsFromAt + PUBLISHED_AFTER_MS;
  return [...keys.map((key) => (key.retiresAt === undefined ? { ...key, retiresAt } : key)), successor];
}
