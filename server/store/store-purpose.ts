/** What a store is for: a service, or a demo, whose password and API key are shown on a screen (SR-42). */
export type StorePurpose = 'service' | 'demo';

/**
 * Whether a process may use a store for `wanted`. A purpose is never changed. Without one, the store is a service's that
 * older versions filled, unless it is empty.
 *
 * @param current what the store is for already, if that is known
 * @param isEmpty whether nothing at all is in the store
 */
export function decidePurpose(
  wanted: StorePurpose,
  current: StorePurpose | undefined,
  isEmpty: boolean,
): 'use' | 'set' | 'refuse' {
  if (current !== undefined) return current === wanted ? 'use' : 'refuse';
  return wanted === 'service' || isEmpty ? 'set' : 'refuse';
}
