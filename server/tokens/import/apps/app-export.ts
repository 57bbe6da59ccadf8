import { IMPORT_MAX_ROWS } from '@countersign/protocol/token-import';
import type { Argon2Derivation } from '../../../kernel/ports/password-hasher.ts';
import { accountName } from '../account-name.ts';
import type { DeclaredToken } from '../declared-token.ts';
import { ImportError, type ImportedToken } from '../import-file.ts';
import type { Derivation } from '../pskc/protection.ts';

/** An export of an authenticator app. */
export type AppExport =
  | { entries: readonly AppEntry[] }
  /** Encrypted. A vault can have several passwords, each with a lock of its own. */
  | { locks: readonly Lock[] };

/** Reads one entry. @throws ImportError */
export type AppEntry = () => ImportedToken;

export interface Lock {
  derivation: Derivation | ScryptDerivation | Argon2Derivation;
  /** The JSON inside. Undefined if the key is wrong, or the file was altered. */
  open(key: Uint8Array): Buffer | undefined;
  /** @throws ImportError */
  entriesOf(content: unknown): readonly AppEntry[];
}

/** RFC 7914. */
export interface ScryptDerivation {
  cost: number;
  blockSize: number;
  parallelism: number;
  salt: Uint8Array;
  keyBytes: number;
}

export type Members = Readonly<Record<string, unknown>>;

/** The members of a JSON object; none of anything else. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** @throws ImportError if it is no list, or one of more than {@link IMPORT_MAX_ROWS} */
export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new ImportError('APP_EXPORT_UNKNOWN');
  if (value.length > IMPORT_MAX_ROWS) throw new ImportError('TOO_MANY_ROWS');
  return value;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function wholeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** A number, or its text, as text. The rules of the token decide whether it is one that counts. */
export function numeralOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}

/** The name, as of an `otpauth://` URI. */
export function nameOf(account: unknown, issuer: unknown): DeclaredToken['name'] {
  const name = accountName(`:${textOf(account) ?? ''}`, textOf(issuer) ?? '');
  return name === '' ? undefined : name;
}
