import type { Flag } from './resource-command.ts';

/** What lists can be narrowed and ordered by, where many of them can. */

export const ORDER: Flag = { flag: 'order', name: 'order', type: 'text', about: 'asc or desc' };

export const SEARCH: Flag = {
  flag: 'search',
  name: 'search',
  type: 'text',
  about: 'what a name begins with, in any case',
};

export const PERIOD: readonly Flag[] = [
  { flag: 'from', name: 'from', type: 'time', about: 'not before' },
  { flag: 'to', name: 'to', type: 'time', about: 'not after' },
];
