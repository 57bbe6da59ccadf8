import type { AccountEvent } from '../../kernel/event.ts';

/** Far above any id; an index entry has a maximum size, and one event must not stop the others. */
const MAX_ID_LENGTH = 100;

/** The ids under which an event is found. */
export function indexedIds({ subject, actor, resource, related = [] }: AccountEvent): string[] {
  return [subject, actor.id, resource, ...related].filter((id) => id !== undefined).filter(isIndexed);
}

/** A sign-in's id is on only one or two events; an index for each would be larger than the events. */
export function isIndexed(id: string): boolean {
  return !id.startsWith('flw_') && id.length <= MAX_ID_LENGTH;
}
