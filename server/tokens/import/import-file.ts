import { CodedError } from '@countersign/protocol/coded-error';
import type { ImportFlaw, ImportFormat, ImportWarning } from '@countersign/protocol/token-import';
import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import type { OcraSuite } from '../kinds/ocra/suite.ts';
import type { OtpDigits } from '../token.ts';

/** The token of a row, within the bounds of every token. */
export type ImportedToken = ImportedOathToken | ImportedOcraToken;

/** The fields of a row of any kind. */
export interface ImportedRecord {
  name: string;
  serial?: string;
  /** Id or any name of a user. */
  owner?: string;
  secret: Uint8Array;
  expiresAt?: number;
}

interface ImportedFactor {
  /** HOTP, and suites with a counter: the next one. */
  counter: number;
  /** TOTP, and suites with time: the device's clock against ours. */
  driftSteps: number;
}

export interface ImportedOathToken extends ImportedRecord, ImportedFactor {
  kind: 'totp' | 'hotp';
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  periodMs: number;
}

export interface ImportedOcraToken extends ImportedRecord, ImportedFactor {
  kind: 'ocra';
  suite: OcraSuite;
  /** Present exactly if the suite has a PIN. */
  suitePin?: string;
}

/** One token of a file, or the reason why it is refused. */
export interface ImportRow {
  /** The line where it begins, from 1. */
  line: number;
  /** For users to find it by, if it could be read. */
  serial?: string;
  outcome: { token: ImportedToken } | { flaw: ImportFlaw };
}

export interface ImportFile {
  format: ImportFormat;
  rows: ImportRow[];
  warnings: ImportWarning[];
}

/** Ends the reading of a row or of a file. Never leaves this folder: the readers catch it and return its code. */
export class ImportError extends CodedError {
  readonly code: ImportFlaw;
  constructor(flaw: ImportFlaw) {
    super(flaw);
    this.code = flaw;
  }
}

/** The result of a reader, or the flaw that ended it. */
export function flawOf<T>(read: () => T): { read: T } | { flaw: ImportFlaw } {
  try {
    return { read: read() };
  } catch (error) {
    if (error instanceof ImportError) return { flaw: error.code };
    throw error;
  }
}
