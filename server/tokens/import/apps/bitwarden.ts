import { createHash, createHmac } from 'node:crypto';
import { ImportError, type ImportedToken } from '../import-file.ts';
import { MAX_ITERATIONS } from '../pskc/protection.ts';
import { readUri } from '../read-uris.ts';
import { base64Decode, seedOf } from '../seed-format.ts';
import { validateToken } from '../validate-token.ts';
import { type AppExport, type Lock, listOf, type Members, membersOf, nameOf, textOf, wholeOf } from './app-export.ts';
import { openCbc } from './open-sealed.ts';

const PBKDF2 = 0;
const ARGON2ID = 1;
/** The default of the app is 64 MiB, three passes and four lanes. It allows up to 10 passes and 16 lanes. */
const ARGON2_BOUNDS = { memoryKiB: 256 * 1024, iterations: 10, parallelism: 16 } as const;
/** AES-256-CBC with HMAC-SHA-256. */
const SEALED = /^2\.([^|]+)\|([^|]+)\|([^|]+)$/;

/**
 * The items with a one-time password of an export of Bitwarden as JSON: plain, or protected by a password of its own. One
 * that is restricted to an account can be opened there alone.
 */
export function readBitwarden(vault: Members): AppExport {
  if (vault.encrypted !== true) return { entries: entriesOf(vault) };
  if (vault.passwordProtected !== true) throw new ImportError('ACCOUNT_RESTRICTED');
  return { locks: [lockOf(vault)] };
}

function lockOf(vault: Members): Lock {
  const [iv, bytes, mac] = (SEALED.exec(textOf(vault.data) ?? '') ?? []).slice(1).map(base64Decode);
  if (iv?.length !== 16 || !bytes || mac?.length !== 32) throw new ImportError('APP_EXPORT_UNKNOWN');
  return {
    derivation: derivationOf(vault),
    open: (key) => openCbc({ encryption: expand(key, 'enc'), mac: expand(key, 'mac') }, iv, bytes, mac),
    entriesOf,
  };
}

function derivationOf({ kdfType, kdfIterations, kdfMemory, kdfParallelism, ...vault }: Members): Lock['derivation'] {
  const [iterations, memory, parallelism] = [kdfIterations, kdfMemory, kdfParallelism].map(wholeOf);
  const salt = textOf(vault.salt);
  if (!iterations || salt === undefined || salt.length > 1024) throw new ImportError('APP_EXPORT_UNKNOWN');
  if (kdfType === PBKDF2 && iterations <= MAX_ITERATIONS) {
    return { hash: 'sha256', salt: Buffer.from(salt), iterations, keyBytes: 32 };
  }
  if (kdfType !== ARGON2ID) throw new ImportError('PROTECTION_UNSUPPORTED');
  if (!memory || !parallelism) throw new ImportError('APP_EXPORT_UNKNOWN');
  const memoryKiB = memory * 1024;
  const isBounded =
    memoryKiB <= ARGON2_BOUNDS.memoryKiB &&
    iterations <= ARGON2_BOUNDS.iterations &&
    parallelism <= ARGON2_BOUNDS.parallelism;
  if (!isBounded) throw new ImportError('PROTECTION_UNSUPPORTED');
  // The app hashes the salt, because Argon2 demands 8 bytes.
  return { salt: createHash('sha256').update(salt).digest(), memoryKiB, iterations, parallelism, keyBytes: 32 };
}

/** The first block of HKDF-Expand with SHA-256 (RFC 5869 section 2.3). */
function expand(key: Uint8Array, use: 'enc' | 'mac'): Buffer {
  return createHmac('sha256', key).update(use).update(Uint8Array.of(1)).digest();
}

/** Items without a one-time password are no rows. */
function entriesOf(content: unknown) {
  return listOf(membersOf(content).items).flatMap((item) => {
    const { name, login } = membersOf(item);
    const { username, totp } = membersOf(login);
    const text = textOf(totp);
    return text === undefined ? [] : [() => readTotp(text, nameOf(username, name))];
  });
}

/** A seed in base32, or a URI. */
function readTotp(text: string, name: string | undefined): ImportedToken {
  if (/^otpauth:/i.test(text)) return readUri(text, name);
  if (/^steam:/i.test(text)) throw new ImportError('KIND_UNSUPPORTED');
  return validateToken({ kind: 'totp', name }, seedOf(text, 'base32'));
}
