import { createHmac } from 'node:crypto';
import { base32Decode } from '../../kinds/oath/base32.ts';
import { ImportError, type ImportedToken } from '../import-file.ts';
import { MAX_ITERATIONS } from '../pskc/protection.ts';
import { readUri } from '../read-uris.ts';
import { base64Decode } from '../seed-format.ts';
import { validateToken } from '../validate-token.ts';
import { type AppExport, type Lock, listOf, membersOf, nameOf, parseJson, textOf } from './app-export.ts';
import { openCbc } from './open-sealed.ts';

type Members = Record<string, unknown>;

const PBKDF2 = 0;
/** AES-256-CBC with HMAC-SHA-256. */
const SEALED = /^2\.([^|]+)\|([^|]+)\|([^|]+)$/;

/**
 * The items with a one-time password of an export of Bitwarden as JSON: plain, or protected by a password of its own with
 * PBKDF2. One that is restricted to an account can be opened there alone.
 */
export function readBitwarden(vault: Members): AppExport {
  if (vault.encrypted !== true) return { entries: entriesOf(vault) };
  if (vault.passwordProtected !== true || vault.kdfType !== PBKDF2) throw new ImportError('PROTECTION_UNSUPPORTED');
  return { locks: [lockOf(vault)] };
}

function lockOf({ salt, kdfIterations, data }: Members): Lock {
  const [iv, bytes, mac] = (SEALED.exec(textOf(data) ?? '') ?? []).slice(1).map(base64Decode);
  if (typeof kdfIterations !== 'number' || !Number.isSafeInteger(kdfIterations) || kdfIterations < 1) {
    throw new ImportError('APP_EXPORT_UNKNOWN');
  }
  if (kdfIterations > MAX_ITERATIONS) throw new ImportError('PROTECTION_UNSUPPORTED');
  const saltText = textOf(salt);
  if (saltText === undefined || saltText.length > 1024 || iv?.length !== 16 || !bytes || mac?.length !== 32) {
    throw new ImportError('APP_EXPORT_UNKNOWN');
  }
  return {
    derivation: { hash: 'sha256', salt: Buffer.from(saltText), iterations: kdfIterations, keyBytes: 32 },
    open: (key) => {
      const opened = openCbc({ encryption: expand(key, 'enc'), mac: expand(key, 'mac') }, iv, bytes, mac);
      return opened && entriesOf(membersOf(parseJson(opened.toString('utf8'))));
    },
  };
}

/** The first block of HKDF-Expand with SHA-256 (RFC 5869 section 2.3). */
function expand(key: Uint8Array, use: 'enc' | 'mac'): Buffer {
  return createHmac('sha256', key).update(use).update(Uint8Array.of(1)).digest();
}

/** Items without a one-time password are no rows. */
function entriesOf({ items }: Members) {
  return listOf(items).flatMap((item) => {
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
  const seed = base32Decode(text);
  if (seed === undefined) throw new ImportError('SEED_MALFORMED');
  return validateToken({ kind: 'totp', name }, seed);
}
