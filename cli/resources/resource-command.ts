/** A kind of object of the API, as the command line offers it: described here, done by `commands/actions.ts`. */
export interface ResourceCommand {
  /** As typed: `user`. */
  name: string;
  /** With its article: `a user`. */
  one: string;
  about: string;
  /** `/v1/users`. */
  path: string;
  /** Of a list. */
  columns: readonly string[];
  /** Of the five that most kinds have. */
  verbs: readonly Verb[];
  fields: readonly Field[];
  /** What a list can be narrowed by. */
  filters?: readonly Flag[];
  /** Where a creation answers more than the object: shown once, and said so. */
  shownOnce?: readonly string[];
  /** What else can be done. */
  actions?: readonly Action[];
  /** How one can be called besides by its id: the API takes `names`; by `email` the list is searched. */
  calledBy?: 'names' | 'email';
  /** Said below the help. */
  note?: string;
}

export type Verb = 'list' | 'show' | 'create' | 'update' | 'delete';

/** One request, and how its answer is shown. */
export interface Action {
  /** As typed: `rotate`. */
  verb: string;
  about: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `/v1/tokens/{id}/resync`: where it has `{id}`, the command takes one. */
  path: string;
  /** Of the body. */
  fields?: readonly (Flag & { required?: boolean })[];
  /** Of the query. */
  filters?: readonly (Flag & { required?: boolean })[];
  /** Where the answer holds a list: under which name, and what is shown of each. */
  rows?: {
    in: string;
    columns: readonly string[];
    paged?: boolean;
    /** Most of a page, where that is less than of other lists. */
    atOnce?: number;
    /** What people see of them, where that is less or more than all. */
    forPeople?: (rows: readonly Row[]) => Row[];
    /** Said where there are none. */
    ifNone?: string;
  };
  shownOnce?: readonly string[];
  /** What people read when the answer is empty: `withdrawn`. */
  said?: string;
  /** The operator's alone, in no account. */
  operator?: boolean;
}

export type Row = Record<string, unknown>;

export interface Flag {
  /** `first-name`: without dashes in front. */
  flag: string;
  /** As the API names it; `rule.mode` is the `mode` in the object `rule`. */
  name: string;
  type: FlagType;
  about: string;
}

export type FlagType =
  | 'text'
  /** A user, by id or any of their names; `none` for nobody. */
  | 'user'
  | 'number'
  | 'boolean'
  | 'json'
  /** A date, or milliseconds since 1970. */
  | 'time'
  /** `90d`, `12h`, `15m`, `30s`, or milliseconds. */
  | 'duration'
  | 'list'
  /** A list whose absence means all: `none` takes it off. */
  | 'narrowing'
  /** `res_…,res_…:assigned`. */
  | 'grants'
  /** `mon-fri 08:00-18:00; sat 09:00-12:00`. */
  | 'windows'
  /** A list of ids, or `dead`. */
  | 'deliveries'
  /** Path of a file, sent in base64. */
  | 'file'
  /** Only `none`, which takes it off. */
  | 'removal'
  /** From standard input, since arguments are seen by everybody on a machine. */
  | 'secret'
  /** Text or JSON from standard input. */
  | 'secret-json'
  /** Several from standard input, separated by spaces or lines. */
  | 'secrets';

export interface Field extends Flag {
  on: readonly ('create' | 'update')[];
  required?: boolean;
  /** What `none` (of JSON `null`) does in an update. A creation leaves the flag out instead. */
  none?: string;
}
