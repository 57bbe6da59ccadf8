/** A kind of object that the API lists, shows, makes, changes and deletes, as the command line offers it. */
export interface Noun {
  /** As typed: `user`. */
  name: string;
  about: string;
  /** `/v1/users`. */
  path: string;
  /** Of a list. */
  columns: readonly string[];
  verbs: readonly Verb[];
  fields: readonly Field[];
  /** What a list can be narrowed by, as the API names it. */
  filters?: readonly { flag: string; name: string; about: string }[];
  /** Where a creation answers more than the object: shown once, and said so. */
  shownOnce?: readonly string[];
}

export type Verb = 'list' | 'show' | 'create' | 'update' | 'delete';

export interface Field {
  /** `first-name`: without dashes in front. */
  flag: string;
  /** As the API names it. */
  name: string;
  type: 'text' | 'number' | 'boolean' | 'list' | 'json' | 'time' | 'secret';
  on: readonly ('create' | 'update')[];
  about: string;
  required?: boolean;
}
