/** What is asked and answered about tokens. Times as in `objects.ts`. */

import type { ImportFormat } from '@countersign/protocol/token-import';
import type { Creator, TokenKind } from './objects.ts';

export type { ImportFormat as TokenImportFormat };

export type OtpAlgorithm = 'SHA1' | 'SHA256' | 'SHA512';

/** Four digits, typed before or after the code, as one string with it. */
export interface TokenPin {
  digits: string;
  position: 'before' | 'after';
}

/** The thing that makes one-time passwords. */
export interface Token {
  id: string;
  name: string;
  serial?: string;
  kind: TokenKind;
  /** Of `totp` and `hotp`, as `digits`. */
  algorithm?: OtpAlgorithm;
  digits?: 6 | 8;
  /** Of `totp` only. */
  periodMs?: number;
  /** Where its PIN is typed, if it has one. */
  pin?: TokenPin['position'];
  /** Of `ocra`: which questions it answers, and how (RFC 6287). */
  suite?: string;
  /** Of `sms` and `email`: where its codes are sent. */
  to?: string;
  /** Of `webauthn`: whether it is found without a name being given. */
  discoverable?: boolean;
  /** Of `webauthn`: whether its owner's other devices may have it too. */
  synced?: boolean;
  /** Of `recovery`: codes that have not been used. */
  codesLeft?: number;
  /** The user it belongs to. */
  owner?: string;
  /** Instead of a user: the administrator who signs in with it, and who alone can change it. */
  administrator?: string;
  /** False: takes no part in authentication. */
  enabled: boolean;
  /** False: its codes are refused over the API. Ignored by the widget. */
  apiSupport: boolean;
  /** If set, the token is locked: no sign-in succeeds with it until it is unlocked. */
  locked: null | { reason: string; at: number };
  /** Wrong codes in a row. */
  failures: number;
  /** Resynchronisations in a row that found nothing. */
  resyncFailures: number;
  /** After a restored backup: no code counts before a resynchronisation. */
  needsResync?: true;
  /** Its seed was lost with the master key: no code counts, and its owner enrols another token. */
  secretLost?: true;
  expiresAt?: number;
  /** Resources that take this token's codes with no user involved. */
  directResources: string[];
  /** Only for administrators who do not see all resources: how many others the token is used at. */
  otherResources?: number;
  createdAt: number;
  createdBy: Creator;
}

/** What a code is, if it were typed at a sign-in now. */
export type TokenCheck =
  /** `offset`, TOTP: its step against the service's, negative where the device is behind; HOTP: unused codes that it passes over. */
  | { verdict: 'right'; offset: number }
  | { verdict: 'used' }
  /** TOTP: right so many steps ago (negative), and too late now. */
  | { verdict: 'late'; offset: number }
  | { verdict: 'wrong' };

interface NewTokenRecord {
  name: string;
  serial?: string;
  /** A user's id. */
  owner?: string;
  expiresAt?: number;
}

/** An app or fob that shows codes by itself. */
export interface NewOathToken extends NewTokenRecord {
  kind: 'totp' | 'hotp';
  algorithm?: OtpAlgorithm;
  digits?: 6 | 8;
  /** Of `totp`. */
  periodMs?: number;
  /** Base32. Left out, the service makes one. */
  secret?: string;
  /** The next counter, of `hotp`. */
  counter?: number;
  pin?: TokenPin;
}

/** A device that answers questions (RFC 6287). */
export interface NewOcraToken extends NewTokenRecord {
  kind: 'ocra';
  /** As the device has it: `OCRA-1:HOTP-SHA256-8:QN08-T1M`. */
  suite: string;
  /** Base32. Left out, the service makes one. */
  secret?: string;
  /** The next counter, of suites with one. */
  counter?: number;
  /** Typed beside the answer. */
  pin?: TokenPin;
  /** Of suites with a PIN: the one that its owner types into the device, 4 to 16 digits. */
  suitePin?: string;
}

/** A phone or a mailbox that codes are sent to. */
export interface NewSentToken extends Omit<NewTokenRecord, 'name'> {
  /** Left out, it is the address, masked. */
  name?: string;
  kind: 'sms' | 'email';
  /** An international number such as `+4915112345678`, or an email address. */
  to: string;
  pin?: TokenPin;
}

/** The user's id whose they are is demanded. */
export interface NewRecoveryCodes extends NewTokenRecord {
  owner: string;
}

/** The tokens that the API can create. Users set up passkeys themselves, where they sign in. */
export type NewToken = NewOathToken | NewOcraToken | NewSentToken | (NewRecoveryCodes & { kind: 'recovery' });

export interface CreatedToken {
  token: Token & { kind: 'totp' | 'hotp'; algorithm: OtpAlgorithm; digits: 6 | 8 };
  /** Base32. Shown this once and never again. */
  secret: string;
  /** The same for authenticator apps, usually shown as a QR code. */
  otpauthUri: string;
}

export interface CreatedOcraToken {
  token: Token & { kind: 'ocra'; suite: string };
  /** Base32. Shown this once and never again. */
  secret: string;
}

export interface CreatedSentToken {
  token: Token & { kind: 'sms' | 'email'; to: string };
}

export interface CreatedRecoveryCodes {
  token: Token;
  /** Ten, each good for once. Shown this once and never again. */
  recoveryCodes: string[];
}

/** What comes of making a token of this kind. */
export type CreatedOf<Kind extends NewToken['kind']> = Kind extends 'totp' | 'hotp'
  ? CreatedToken
  : Kind extends 'ocra'
    ? CreatedOcraToken
    : Kind extends 'recovery'
      ? CreatedRecoveryCodes
      : CreatedSentToken;

export interface TokenChanges {
  name?: string;
  enabled?: boolean;
  /** False unlocks and zeroes the failures. */
  locked?: boolean;
  owner?: string | null;
  expiresAt?: number | null;
  /** Another address for codes. */
  to?: string;
  /** Null: without a PIN from now on. */
  pin?: TokenPin | null;
}

/** A file of tokens. What says nothing of the rest is told by its content. */
export interface TokenImport {
  /** At most 2 MiB. What is not UTF-8 text goes as bytes. */
  content: string | Uint8Array;
  format?: ImportFormat | 'auto';
  /** Of an encrypted PSKC file: its password, or its key in hexadecimal. */
  password?: string;
  preSharedKey?: string;
  /** CSV: of rows that do not say theirs. */
  kind?: 'totp' | 'hotp' | 'ocra';
  /** CSV: how seeds are written. */
  seedEncoding?: 'hex' | 'base32' | 'base64';
  /** Judge every row and make nothing. */
  dryRun?: boolean;
  /** Make the good rows although others are refused. Otherwise one of them refuses all: `IMPORT_REFUSED`. */
  acceptPartial?: boolean;
  /** Which rows this call makes, so that a large file can be made in steps. */
  from?: number;
  count?: number;
}

/** What became of one row of a file. */
export interface TokenImportRow {
  /** Of the file, from 1. */
  line: number;
  serial?: string;
  /** `exists`: was there already. `importable`: nothing is against it, and this call made nothing of it. */
  outcome: 'made' | 'exists' | 'importable' | 'refused';
  id?: string;
  /** Why it is refused; stable. */
  code?: string;
  /** The same for people. */
  detail?: string;
}

export interface TokenImportAnswer {
  format: ImportFormat;
  counts: Record<TokenImportRow['outcome'], number>;
  warnings: { code: string; detail: string }[];
  /** In the order of the file. */
  rows: TokenImportRow[];
}
