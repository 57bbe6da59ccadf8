import type { IdPrefix, idFromBytes } from '../kernel/ids.ts';
import { mapConcurrent } from '../kernel/map-concurrent.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, refusal } from '../kernel/result.ts';
import type { NewId } from './create-object.ts';
import { withIdempotency } from './idempotency.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/**
 * So many rows are at work at once: few enough that others get through to the hasher, and that rows which change one
 * object all get their turn.
 */
export const WIDTH = 8;
/** Of rows that hash nothing and have no object in common: what they commit goes together. */
export const WIDE = 32;

export interface Row<T> {
  /** Its own Idempotency-Key. */
  key?: string | undefined;
  /** What exactly was asked, for the key to belong to. */
  fingerprint: string;
  /** What to make, or why it has been refused already. */
  input: T | Refusal;
}

/**
 * Does one thing for each row, whatever becomes of the others, and answers in the order of the rows. A row with a key is
 * done once: repeating the request makes what is missing and answers the rest as it did before.
 *
 * @param fault what to answer for a row whose work broke down; throws what is no outage
 */
export async function doInBulk<P extends IdPrefix, T extends object, A extends object>(
  ports: Needs,
  act: RequestContext,
  bulk: { prefix: P; rows: readonly Row<T>[]; width: number; fault: (error: unknown) => Refusal },
  make: (birth: NewId<ReturnType<typeof idFromBytes<P>>>, input: T) => Promise<A | Refusal>,
): Promise<(A | Refusal)[]> {
  const keys = bulk.rows.map(({ key }) => key);
  return mapConcurrent(bulk.rows, bulk.width, async ({ key, fingerprint, input }, at) => {
    if (isRefusal(input)) return input;
    // Only one of the two could be done, and which one would be left to chance.
    if (key !== undefined && keys.indexOf(key) < at) return refusal('IDEMPOTENCY_KEY_REUSED');
    try {
      const request = { actor: act.actor, key, fingerprint, prefix: bulk.prefix };
      return await withIdempotency<P, A>(ports, request, (birth) => make(birth, input));
    } catch (error) {
      return bulk.fault(error);
    }
  });
}
