import type { ResourceId } from '../../kernel/ids.ts';
import { MINUTE_MS } from '../../kernel/time.ts';

/** A resource that uses a filter, as recorded on the filter: written before the resource changes, removed after. */
export interface Holder {
  resource: ResourceId;
  /** The start of the attachment. */
  at: number;
}

/** Longer than any request lasts: until then a resource that does not name the filter may still be attaching it. */
export const ATTACHING_MS = MINUTE_MS;

/** @param named whether the resource exists and names the filter */
export function isHolding(holder: Holder, named: boolean, now: number): boolean {
  return named || now - holder.at < ATTACHING_MS;
}
