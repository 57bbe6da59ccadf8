import { QUOTA_KINDS, type QuotaKind } from '@countersign/protocol/plans';
import { MINUTE_MS } from '../kernel/time.ts';

/** The most objects of each kind; absent: no limit. */
export type Quotas = { readonly [K in QuotaKind]?: number };

/**
 * The usage of a quota: `counted` and all reserved slots. Never fewer than the existing objects; a process that crashes
 * half-way leaves at most too many, until the next recount.
 */
export interface Usage {
  /** Existing objects. */
  counted: number;
  /** Slots reserved for objects that may not exist yet: the object's id, and the time of the reservation. */
  held: Record<string, number>;
  /** From then on the next creation recounts: creations that began before the first count have ended. */
  recountAt?: number;
}

/** Far longer than any request. A slot reserved for longer is free again. */
export const SLOT_TTL_MS = 15 * MINUTE_MS;

export function used({ counted, held }: Usage): number {
  return counted + Object.keys(held).length;
}

/**
 * Reserves a slot for the object, or returns undefined when the quota has none left. An earlier reservation of the same
 * object is renewed.
 */
export function holdSlot(usage: Usage, id: string, quota: number, now: number): Usage | undefined {
  if (!Object.hasOwn(usage.held, id) && used(usage) >= quota) return undefined;
  return { ...usage, held: { ...usage.held, [id]: now } };
}

/** The object was deleted, or never created. */
export function releaseSlot(usage: Usage, id: string): Usage {
  if (!Object.hasOwn(usage.held, id)) return { ...usage, counted: Math.max(0, usage.counted - 1) };
  const { [id]: _released, ...held } = usage.held;
  return { ...usage, held };
}

/**
 * Resolves the reserved slots: the object exists, or its creation has ended long ago without one.
 *
 * @param there ids of reserved slots whose objects exist
 */
export function reconcileQuota(usage: Usage, there: ReadonlySet<string>, now: number): Usage {
  const held: Record<string, number> = {};
  let counted = usage.counted;
  for (const [id, since] of Object.entries(usage.held)) {
    if (there.has(id)) counted += 1;
    else if (now - since < SLOT_TTL_MS) held[id] = since;
  }
  return { ...usage, counted, held };
}

/** The kinds of which an account has more than the quotas allow. */
export function exceededQuotas(quotas: Quotas, counts: { readonly [K in QuotaKind]?: number }): QuotaKind[] {
  return QUOTA_KINDS.filter((kind) => (counts[kind] ?? 0) > (quotas[kind] ?? Number.POSITIVE_INFINITY));
}

/** The kinds that the quotas limit. */
export function limitedKinds(quotas: Quotas): QuotaKind[] {
  return QUOTA_KINDS.filter((kind) => quotas[kind] !== undefined);
}
