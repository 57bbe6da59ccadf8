/** The purpose of a store: a service, or a demo, whose password and API key are shown on a screen (SR-42). */
export type StorePurpose = 'service' | 'demo';

/**
 * Decides if a process may use a store for `wanted`. A purpose never changes. Without one, a demo takes an empty
 * store alone.
 *
 * @param current the store's purpose, if known
 * @param isEmpty true if the store has no content
 */
export function decidePurpose(
  wanted: StorePurpose,
  current: StorePurpose | undefined,
  isEmpty: boolean,
): 'use' | 'set' | 'refuse' {
  if (current !== undefined) return current === wanted ? 'use' : 'refuse';
  return wanted === 'service' || isEmpty ? 'set' : 'refuse';
}
