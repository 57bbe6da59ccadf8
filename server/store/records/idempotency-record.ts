import { DAY_MS } from '../../kernel/time.ts';

/** The outcome of the first request with an Idempotency-Key. */
export interface IdempotencyRecord {
  /** A MAC over method, path and body: the key belongs to that request alone. */
  requestHash: string;
  /**
   * The response, sealed because it may contain a secret. Absent while the first request runs, and if it is made again
   * from the object.
   */
  sealedAnswer?: string;
  /** The start of the running request, and of its lease. */
  startedAt: number;
  /**
   * When the key was first seen. A new object's id derives from the key and this instant: the same after a takeover.
   */
  firstSeenAt: number;
}

export const IDEMPOTENCY_TTL_MS = DAY_MS;
/** A first request that has not finished after this has crashed; the next one takes over. */
export const IDEMPOTENCY_LEASE_MS = 30_000;

export type IdempotencyStep = 'run' | 'replay' | 'in-use' | 'reused';

/** Decides about a request with the key of this record. */
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
