import { MINUTE_MS } from '../kernel/time.ts';
/**
 * How many objects of a kind an account has, as far as its quota is concerned: `counted` and all places held. Never
 * fewer than there are; a process that dies half-way leaves at most too many, until they are counted anew.
 */
export interface Usage {
  /** Objects that are there. */
  counted: number;
  /** Places taken for objects that may not be there yet: the object's id, and since when. */
  held: Record<string, number>;
  /** From then on the next creation counts anew: creations that began before anybody kept count have ended. */
  recountAt?: number;
}

/** Long after any request has ended, one way or the other. A place held for longer belongs to nobody. */
export const PLACE_HELD_MS = 15 * MINUTE_MS;

export function used({ counted, held }: Usage): number {
  return counted + Object.keys(held).length;
}

/** A place for the object, or undefined when the quota has none left. One that it has already is its own, from now on. */
export function holdPlace(usage: Usage, id: string, quota: number, now: number): Usage | undefined {
  if (!Object.hasOwn(usage.held, id) && used(usage) >= quota) return undefined;
  return { ...usage, held: { ...usage.held, [id]: now } };
}

/** The object is gone, or never came to be. */
export function releasePlace(usage: Usage, id: string): Usage {
  if (!Object.hasOwn(usage.held, id)) return { ...usage, counted: Math.max(0, usage.counted - 1) };
  const { [id]: _released, ...held } = usage.held;
  return { ...usage, held };
}

/**
 * What the places held have come to: the object is there, or its creation has ended long ago without one.
 *
 * @param there ids of held places whose objects have been seen
 */
export function reconcileQuota(usage: Usage, there: ReadonlySet<string>, now: number): Usage {
  const held: Record<string, number> = {};
  let counted = usage.counted;
  for (const [id, since] of Object.entries(usage.held)) {
    if (there.has(id)) counted += 1;
    else if (now - since < PLACE_HELD_MS) held[id] = since;
  }
  return { ...usage, counted, held };
}
