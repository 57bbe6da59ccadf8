import { DAY_MS } from '../kernel/time.ts';
/** What became of the first request with an Idempotency-Key. */
export interface IdempotencyRecord {
  /** A MAC over method, path and body: the key belongs to that request alone. */
  requestHash: string;
  /** The answer, sealed since it may show a secret; absent while the first request is at work. */
  sealedAnswer?: string;
  /** When the request that is at work began; its lease counts from here. */
  startedAt: number;
  /** When the key was first seen. What is made gets an id of key and this instant: the same for whoever takes over. */
  firstSeenAt: number;
}

export const IDEMPOTENCY_TTL_MS = DAY_MS;
/** A first request that has not finished after this has crashed; the next one takes over. */
export const IDEMPOTENCY_LEASE_MS = 30_000;

export type IdempotencyStep = 'run' | 'replay' | 'in-use' | 'reused';

/** What to do with a request that carries the key of this record. */
export function decideIdempotency(
  record: IdempotencyRecord | undefined,
  requestHash: string,
  now: number,
): IdempotencyStep {
  if (!record) return 'run';
  if (record.requestHash !== requestHash) return 'reused';
  if (record.sealedAnswer !== undefined) return 'replay';
  return now - record.startedAt >= IDEMPOTENCY_LEASE_MS ? 'run' : 'in-use';
}
