import type { ResourceId } from '../kernel/ids.ts';
import { MINUTE_MS } from '../kernel/time.ts';

/** A resource that has a filter, as the filter knows it: written before the resource says so, taken off after. */
export interface Holder {
  resource: ResourceId;
  /** When it was about to. */
  at: number;
}

/** Longer than a request may last: so long a resource that does not name the filter yet may still be about to. */
export const ATTACHING_MS = MINUTE_MS;

/** @param named whether the resource is there and names the filter */
export function isHolding(holder: Holder, named: boolean, now: number): boolean {
  return named || now - holder.at < ATTACHING_MS;
}
