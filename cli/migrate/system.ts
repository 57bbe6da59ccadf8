import type { Row } from '../transfer/rows.ts';

/** Something of a user that is not moved. */
export interface Gap {
  what: 'password' | 'token' | 'phone';
  code: GapCode;
  detail?: string | undefined;
}

export const GAP_CODES = [
  /** The other system had no password for the user. */
  'PASSWORD_MISSING',
  /** The user had to change it at the next sign-in. */
  'PASSWORD_TEMPORARY',
  /** Nothing here can check such a hash. */
  'HASH_UNSUPPORTED',
  /** The export does not say whether it, or which one, is the user's. */
  'HASH_AMBIGUOUS',
  /** The user had a second factor whose secret is not in the export. */
  'SEED_MISSING',
  /** A number that the other system did not confirm. */
  'PHONE_UNVERIFIED',
  /** It is bound to the other system, or of a kind that does not exist here. */
  'KIND_UNSUPPORTED',
  /** The export does not say which codes are used up. */
  'COUNTER_MISSING',
  /** The export does not have what it says it has. */
  'UNREADABLE',
] as const;
type GapCode = (typeof GAP_CODES)[number];

export const LEFT_CODES = [
  /** It is no person. */
  'SERVICE_ACCOUNT',
  /** It has no name to sign in with. */
  'NO_NAME',
  /** A token of no user. */
  'NO_OWNER',
] as const;

/** A user of another system, as far as it can be moved. */
export interface SourceUser {
  /** The row for `/v1/bulk/users`. */
  row: Record<string, unknown> & { login: string };
  blocked: boolean;
  /** An address that the other system did not confirm. */
  unverifiedEmail?: string | undefined;
  /** Rows for `/v1/bulk/tokens`, still without an owner. */
  tokens: readonly Record<string, unknown>[];
  gaps: readonly Gap[];
}

/** A record of which no user can be made. */
export interface LeftOut {
  left: (typeof LEFT_CODES)[number];
  login: string;
}

/** One export. */
export interface Source {
  /** Reads the records from the start, each time. */
  rows(): AsyncIterable<Row>;
  /** @throws Error with what is wrong with the record, without its values */
  userOf(fields: Record<string, unknown>): SourceUser | LeftOut;
}

/** A system whose exports can be read. */
export interface System {
  name: string;
  description: string;
  /** Options of its own, as for commander. */
  options: readonly (readonly [flags: string, description: string])[];
  /** @throws UsageError if an option is missing or its file cannot be used */
  open(file: string, options: Readonly<Record<string, string | undefined>>): Promise<Source>;
}
