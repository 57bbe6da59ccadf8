/** A kind of object of the API, as the command line offers it. What the API's document says is not repeated here. */
export interface ResourceCommand {
  /** As typed: `user`. */
  name: string;
  /** With its article: `a user`. */
  one: string;
  about: string;
  /** `/v1/users`. */
  path: string;
  /** The columns of a list. */
  columns: readonly string[];
  /** The standard ones that it has. */
  verbs: readonly Verb[];
  /** Whether `list` can be watched. */
  watched?: boolean;
  /** Flags of `create` and `update`. */
  flags?: FlagNotes;
  /** Flags of `list`. */
  filters?: FlagNotes;
  /** Fields of the response to `create` that are never shown again. */
  shownOnce?: readonly string[];
  /** Everything else that it can do. */
  actions?: readonly Action[];
  /** What names one besides its id: the API takes `names`; for `email` the list is searched. */
  calledBy?: 'names' | 'email';
  /** Printed below the help. */
  note?: string;
}

export type Verb = 'list' | 'show' | 'create' | 'update' | 'delete';

/** One request, and how its response is shown. */
export interface Action {
  /** As typed: `rotate`. */
  verb: string;
  /** `POST /v1/tokens/{id}/resync`: with `{id}` in it, the command takes one. */
  request: `${'GET' | 'POST' | 'PATCH' | 'DELETE'} ${string}`;
  /** Defaults to the API's summary. */
  about?: string;
  flags?: FlagNotes;
  /** Where the response holds a list, and what is shown of each item. */
  rows?: {
    in: string;
    columns: readonly string[];
    paged?: boolean;
    /** Events, which `--watch` shows as they happen. */
    watched?: boolean;
    /** Maximum page size, if smaller than that of other lists. */
    atOnce?: number;
    /** Selects and adds rows for the table; JSON has them all. */
    forPeople?: (rows: readonly Row[]) => Row[];
    /** Printed if there are none. */
    ifNone?: string;
  };
  shownOnce?: readonly string[];
  /** Printed when the response is empty: `withdrawn`. */
  said?: string;
  /** For the operator, outside any account. */
  operator?: boolean;
}

export type Row = Record<string, unknown>;

/**
 * What the command line adds to the API's document, by the API's name of a field; a text is the help. The name
 * `rule.mode` adds a flag for the `mode` in the object `rule`.
 */
export type FlagNotes = Readonly<Record<string, string | FlagNote>>;

interface FlagNote extends Partial<Flag> {
  /** If the flag is not offered for both `create` and `update`. */
  on?: 'POST' | 'PATCH';
  /** Help on what `none` does in an update. Defaults to "remove it". */
  none?: string;
}

export interface Flag {
  /** `first-name`: without dashes in front. */
  flag: string;
  /** As the API names it; `rule.mode` is the `mode` in the object `rule`. */
  name: string;
  type: FlagType;
  about: string;
  required?: boolean | undefined;
  /** The value if the flag is left out. */
  otherwise?: string;
}

export type FlagType =
  | 'text'
  /** A user, by id or any of their names; `none` for no user. */
  | 'user'
  | 'number'
  | 'boolean'
  | 'json'
  /** A date, or milliseconds since 1970. */
  | 'time'
  /** `90d`, `12h`, `15m`, `30s`, or milliseconds. */
  | 'duration'
  | 'list'
  /** A list whose absence means all: `none` removes it. */
  | 'narrowing'
  /** `res_…,res_…:assigned`. */
  | 'grants'
  /** `mon-fri 08:00-18:00; sat 09:00-12:00`. */
  | 'windows'
  /** A list of ids, or `dead`. */
  | 'deliveries'
  /** Path of a file, sent in base64. */
  | 'file'
  /** Takes only `none`, which removes it. */
  | 'removal'
  /** From standard input: other users of a machine can see arguments. */
  | 'secret'
  /** Text or JSON from standard input. */
  | 'secret-json'
  /** Several from standard input, separated by spaces or lines. */
  | 'secrets';
