import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError } from '@countersign/protocol/coded-error';
import { MASTER_KEY_BYTES } from './secret-box.ts';

export interface MasterKeySource {
  /** Base64 or hex of 32 bytes; takes precedence over the file. */
  fromEnvironment?: string;
  /** The old keys, beside `fromEnvironment` or a file that cannot be written. */
  oldFromEnvironment?: readonly string[];
  /**
   * Holds the same text: the current key on its first line and old ones on further lines.
   */
  file: string;
  /** True if its group may read it too. */
  isForGroup?: boolean;
  /**
   * Create the file if it is missing. Only for an empty store: with another key, the secrets of an existing store could
   * never be decrypted.
   */
  create: boolean;
}

/** The master key is not available. The message says what to do and contains no part of a key. */
export class MasterKeyError extends CodedError {
  readonly code = 'MASTER_KEY_UNAVAILABLE';
}

/** The current key and, during a rotation, the old ones. */
export type MasterKeys = readonly [current: Uint8Array, ...old: Uint8Array[]];

/**
 * Reads the master keys, or creates the first (SR-21, SR-42).
 *
 * @throws {MasterKeyError} if malformed, missing, or readable by other users than its owner.
 */
export async function loadMasterKeys(source: MasterKeySource): Promise<MasterKeys> {
  const { fromEnvironment, oldFromEnvironment = [], file, isForGroup, create } = source;
  const old = oldFromEnvironment.map(decodeKey).filter((key) => key !== undefined);
  if (old.length < oldFromEnvironment.length) {
    throw new MasterKeyError('COUNTERSIGN_OLD_MASTER_KEYS must hold 32 random bytes each, in base64 or hex');
  }
  if (fromEnvironment !== undefined) {
    const key = decodeKey(fromEnvironment);
    if (!key) throw new MasterKeyError('COUNTERSIGN_MASTER_KEY must be 32 random bytes in base64 or hex');
    return [key, ...old];
  }
  const existing = await readKeyFile(file, isForGroup);
  if (existing) return [...existing, ...old];
  if (!create)
    throw new MasterKeyError(
      `the key file ${file} is missing, and the store needs its key: pass the variables of the service with countersign --env-file FILE, or put a copy of the file back. Only if no copy is left: "A lost master key" in docs/operations/keys.md`,
    );
  await createKeyFile(file);
  // Read the file back: if two processes start at once, one has created it.
  const created = await readKeyFile(file, isForGroup);
  if (!created) throw new MasterKeyError(`the key file ${file} vanished`);
  return created;
}

/** @param isForGroup true if its group may read it; others, and writing, stay refused (SR-21) */
export async function readKeyFile(file: string, isForGroup = false): Promise<MasterKeys | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw new MasterKeyError(`the key file ${file} cannot be opened`, { cause: error });
  }
  try {
    // Checked on the open file, so that it cannot be replaced between check and read.
    const status = await handle.stat();
    if (!status.isFile()) throw new MasterKeyError(`the key file ${file} is not a file`);
    const problem = describeOpenMode(status, isForGroup);
    if (problem !== undefined) throw new MasterKeyError(`the key file ${file} ${problem}`);
    const lines = status.size <= 1024 ? (await handle.readFile('latin1')).trim().split(/\s*\n\s*/) : [];
    const keys = decodeKeys(lines);
    if (!keys) throw new MasterKeyError(`the key file ${file} does not hold 32 random bytes in base64 or hex per line`);
    return keys;
  } finally {
    await handle.close();
  }
}

/** Undefined for a file that its owner alone may read, or also its group. */
export function describeOpenMode({ mode }: { readonly mode: number }, isForGroup: boolean): string | undefined {
  if ((mode & (isForGroup ? 0o037 : 0o077)) === 0) return undefined;
  return `is open to others: set its mode to ${isForGroup ? '0640 (chmod 640)' : '0600 (chmod 600)'}`;
}

/** Written and flushed under another name first, so that the file is always complete, also after a crash. */
async function createKeyFile(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file).catch((error: unknown) => {
      // Another process was first; its key counts.
      if (!isCode(error, 'EEXIST')) throw error;
    });
    await syncFolder(dirname(file));
  } catch (error) {
    throw new MasterKeyError(`the key file ${file} cannot be made`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** All keys, or undefined if one is invalid. */
function decodeKeys(texts: readonly string[]): MasterKeys | undefined {
  const keys = texts.map(decodeKey).filter((key) => key !== undefined);
  const [current, ...old] = keys;
  return current && keys.length === texts.length ? [current, ...old] : undefined;
}

function decodeKey(text: string): Uint8Array | undefined {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : decodeBase64(text);
  if (bytes?.length !== MASTER_KEY_BYTES) return undefined;
  // A key of one repeated byte is a placeholder that was not replaced.
  return bytes.every((byte) => byte === bytes[0]) ? undefined : new Uint8Array(bytes);
}

/** Either alphabet, with or without padding; nothing else, since Buffer would skip unknown characters. */
function decodeBase64(text: string): Buffer | undefined {
  if (!/^(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const unpadded = text.replace('=', '').replaceAll('-', '+').replaceAll('_', '/');
  return bytes.toString('base64').replace('=', '') === unpadded ? bytes : undefined;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
