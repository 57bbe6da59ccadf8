import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Decrypter } from 'age-encryption';
import { splitLines } from '../events/log/split-lines.ts';
import { BackupInvalid } from '../operations/backup/backup-records.ts';

/** What opens an encrypted backup. */
export interface BackupKeys {
  /** File with identities of age, `AGE-SECRET-KEY-1…`, one on a line. */
  identity?: string;
  passphraseFile?: string;
}

const CHUNK_BYTES = 262_144;
/** https://age-encryption.org/v1 */
const AGE_HEADER = 'age-encryption.org/v1\n';
const AGE_ARMOR = '-----BEGIN AGE ';
const GZIP_HEADER = '\x1f\x8b';

/**
 * Reads the lines of a backup from its beginning, as often as asked. One that is encrypted in the format of age is
 * decrypted.
 *
 * @throws BackupInvalid if it is encrypted and no key is named, or the other way round
 */
export async function openBackupFile(file: string, keys: BackupKeys = {}): Promise<() => AsyncGenerator<string>> {
  const start = await readStart(file);
  const hasKey = keys.identity !== undefined || keys.passphraseFile !== undefined;
  const read = () => createReadStream(file, { highWaterMark: CHUNK_BYTES });
  if (start.startsWith(AGE_ARMOR))
    throw new BackupInvalid('the backup is an armored age file: decrypt it with age first');
  if (start.startsWith(GZIP_HEADER)) throw new BackupInvalid('the backup is compressed: unpack it with gunzip first');
  if (start !== AGE_HEADER) {
    // A key that is named shows what is expected: what an attacker put in its place needs none.
    if (hasKey) throw new BackupInvalid('the backup is not encrypted: restore it without a key if you trust it');
    return () => linesOf(read());
  }
  if (!hasKey) throw new BackupInvalid('the backup is encrypted: name the key with --identity or --passphrase-file');
  const decrypter = await openDecrypter(keys);
  return () => linesOf(decrypted(decrypter, read()));
}

/** A file that cannot be read fails here, and not as an invalid backup. */
async function readStart(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(AGE_HEADER.length), 0, AGE_HEADER.length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function openDecrypter({ identity, passphraseFile }: BackupKeys): Promise<Decrypter> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  if (passphraseFile !== undefined) {
    decrypter.addPassphrase((await readFile(passphraseFile, 'utf8')).replace(/\r?\n$/, ''));
  }
  if (identity === undefined) return decrypter;
  // age-keygen writes comments too.
  const lines = (await readFile(identity, 'utf8')).split(/\r?\n/).filter((line) => /^[^#\s]/.test(line));
  if (lines.length === 0) throw new BackupInvalid(`${identity} has no age identity: AGE-SECRET-KEY-1…`);
  for (const line of lines) {
    try {
      decrypter.addIdentity(line.trim());
    } catch {
      // The error of the library may show the key.
      throw new BackupInvalid(`${identity} has a line that is not an age identity: AGE-SECRET-KEY-1…`);
    }
  }
  return decrypter;
}

/** @throws BackupInvalid if a piece is not as it was encrypted, or the last one is missing */
async function* decrypted(decrypter: Decrypter, encrypted: Readable): AsyncGenerator<Uint8Array> {
  try {
    const bytes = await decrypter.decrypt(Readable.toWeb(encrypted) as globalThis.ReadableStream<Uint8Array>);
    yield* Readable.fromWeb(bytes as import('node:stream/web').ReadableStream<Uint8Array>);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw error;
    throw new BackupInvalid('the backup cannot be decrypted: this is not its key, or it was changed or cut off', {
      cause: error,
    });
  } finally {
    encrypted.destroy();
  }
}

/** @throws BackupInvalid if the bytes are not UTF-8 */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  try {
    yield* splitLines(chunks);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BackupInvalid('the backup was changed or damaged: use another copy', { cause: error });
  }
}
