import type { IdPrefix } from '../../kernel/ids.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import type { SecretPorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, refusal } from '../../kernel/result.ts';
import { type NewIdOf, withIdempotency } from './idempotency.ts';

/**
 * Concurrent rows: few enough that other requests reach the hasher, and that rows which change one object all get their
 * turn.
 */
export const ROW_CONCURRENCY = 8;
/** Concurrent rows that hash nothing and share no object: their commits are batched. */
export const CHEAP_ROW_CONCURRENCY = 32;

export interface Row<T> {
  /** Its own Idempotency-Key. */
  key?: string | undefined;
  /** A fingerprint of the row, to which the key belongs. */
  fingerprint: string;
  /** The input, or the refusal of an earlier check. */
  input: T | Refusal;
}

/**
 * Runs one action per row, independently, and returns the results in the order of the rows. A row with a key runs once:
 * a repeated request does what is missing and returns the rest as before.
 *
 * @param recall as for `withIdempotency`
 * @param fault the answer for a row whose work broke down; throws unless it is an outage
 */
export async function doInBulk<P extends IdPrefix, T extends object, A extends object>(
  ports: SecretPorts,
  act: RequestContext,
  bulk: { prefix: P; rows: readonly Row<T>[]; width: number; fault: (error: unknown) => Refusal },
  make: (newId: NewIdOf<P>, input: T) => Promise<A | Refusal>,
  recall?: (newId: NewIdOf<P>) => Promise<A | undefined>,
): Promise<(A | Refusal)[]> {
  const keys = bulk.rows.map(({ key }) => key);
  return mapConcurrent(bulk.rows, bulk.width, async ({ key, fingerprint, input }, at) => {
    if (isRefusal(input)) return input;
    // Only one of the two could run, and which one would be left to chance.
    if (key !== undefined && keys.indexOf(key) < at) return refusal('IDEMPOTENCY_KEY_REUSED');
    try {
      const request = { actor: act.actor, key, fingerprint, prefix: bulk.prefix };
      return await withIdempotency<P, A>(ports, request, (newId) => make(newId, input), recall);
    } catch (error) {
      return bulk.fault(error);
    }
  });
}
