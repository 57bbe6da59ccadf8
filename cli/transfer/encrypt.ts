import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { UsageError } from '../connection/service.ts';

/** As for a password that nothing else protects: a copy of the file can be tried without limit. */
const MIN_PASSPHRASE_LENGTH = 15;

interface EncryptFlags {
  /** Recipients of age, `age1…`. */
  encryptTo?: readonly string[];
  passphraseFile?: string;
}

/** Encrypts a stream of bytes. */
export type Encryption = (plain: Readable) => Promise<Readable>;

/**
 * Encrypts in the format of age (https://age-encryption.org/v1), in pieces of 64 KiB that each are authenticated.
 *
 * @param scryptWorkFactor of a passphrase. Default: 18, about a second and 256 MiB
 * @returns undefined if neither is named
 * @throws UsageError
 */
export async function encryptionOf(
  { encryptTo = [], passphraseFile }: EncryptFlags,
  scryptWorkFactor = 18,
): Promise<Encryption | undefined> {
  if (encryptTo.length === 0 && passphraseFile === undefined) return undefined;
  if (encryptTo.length > 0 && passphraseFile !== undefined) {
    throw new UsageError('use --encrypt-to or --passphrase-file, not both');
  }
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of encryptTo) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      if (recipient.startsWith('AGE-SECRET-KEY-')) {
        throw new UsageError('--encrypt-to: this is a secret key. Give its public key: age-keygen -y FILE');
      }
      throw new UsageError(`--encrypt-to: not an age recipient, such as age1…: ${recipient}`);
    }
  }
  encrypter.setScryptWorkFactor(scryptWorkFactor);
  if (passphraseFile !== undefined) encrypter.setPassphrase(await readPassphrase(passphraseFile));
  return async (plain) => {
    const encrypted = await encrypter.encrypt(Readable.toWeb(plain) as globalThis.ReadableStream<Uint8Array>);
    return Readable.fromWeb(encrypted as ReadableStream<Uint8Array>);
  };
}

/** The only line of the file. */
async function readPassphrase(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--passphrase-file: ${file} cannot be read: ${error.code}`);
  });
  const passphrase = text.replace(/\r?\n$/, '');
  if (passphrase.length < MIN_PASSPHRASE_LENGTH || passphrase.includes('\n')) {
    throw new UsageError(`--passphrase-file: one line of at least ${MIN_PASSPHRASE_LENGTH} characters`);
  }
  return passphrase;
}
