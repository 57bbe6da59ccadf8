import type { Action, Flag } from './noun.ts';

const search: Flag = { flag: 'search', name: 'search', type: 'text', about: 'what a name begins with, in any case' };

/** Of every list: which end comes first. */
export const order: Flag = { flag: 'order', name: 'order', type: 'text', about: 'asc or desc' };

/** Of a list that goes by creation alone. */
export const searched: readonly Flag[] = [search, order];

/** Of a list that can also be had by name. */
export const byName: readonly Flag[] = [
  search,
  { flag: 'sort', name: 'sort', type: 'text', about: 'created or name' },
  order,
];

/** From when to when. */
export const span: readonly Flag[] = [
  { flag: 'from', name: 'from', type: 'time', about: 'not before' },
  { flag: 'to', name: 'to', type: 'time', about: 'not after' },
];

/** Of events, whoever they happened to. */
export const happened: readonly Flag[] = [
  { flag: 'type', name: 'type', type: 'text', about: 'such as user.created' },
  { flag: 'outcome', name: 'outcome', type: 'text', about: 'done, granted or refused' },
  { flag: 'resource', name: 'resource', type: 'text', about: 'id of a resource' },
  { flag: 'reason', name: 'reason', type: 'text', about: 'code of a refusal' },
  ...span,
];

/** What happened to one of the objects under `path`. */
export function history(path: string): Action {
  const columns = ['at', 'type', 'outcome', 'reason', 'resource', 'actor.kind', 'actor.id', 'address'];
  return {
    verb: 'history',
    about: 'what happened to one, newest first',
    method: 'GET',
    path: `${path}/{id}/events`,
    filters: happened,
    rows: { in: 'items', columns, paged: true },
  };
}
