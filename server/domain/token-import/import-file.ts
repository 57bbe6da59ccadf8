import type { ImportFlaw, ImportFormat, ImportWarning } from '../../../shared/wire/token-import.ts';
import type { OtpAlgorithm, OtpDigits } from '../token.ts';

/** What a row says about a token, within the bounds that every token has. */
export interface ImportedToken {
  name: string;
  serial?: string;
  kind: 'totp' | 'hotp';
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  periodMs: number;
  /** HOTP: the next counter. */
  counter: number;
  /** TOTP: the device's clock against ours. */
  driftSteps: number;
  secret: Uint8Array;
  expiresAt?: number;
}

/** One token of a file, or why it is not taken. */
export interface ImportRow {
  /** Where it begins, from 1. */
  line: number;
  /** For people to find it by, as far as it could be read. */
  serial?: string;
  outcome: { token: ImportedToken } | { flaw: ImportFlaw };
}

export interface ImportFile {
  format: ImportFormat;
  rows: ImportRow[];
  warnings: ImportWarning[];
}

/** Ends the reading of a row or of a file. Never leaves this folder: what reads catches it and answers its code. */
export class Flawed extends Error {
  readonly flaw: ImportFlaw;
  constructor(flaw: ImportFlaw) {
    super(flaw);
    this.name = 'Flawed';
    this.flaw = flaw;
  }
}

/** The answer of a reader, or the flaw that ended it. */
export function flawOf<T>(read: () => T): { read: T } | { flaw: ImportFlaw } {
  try {
    return { read: read() };
  } catch (error) {
    if (error instanceof Flawed) return { flaw: error.flaw };
    throw error;
  }
}
