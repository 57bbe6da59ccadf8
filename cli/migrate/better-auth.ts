import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { managedNonce } from '@noble/ciphers/utils.js';
import { base32nopad, hex } from '@scure/base';
import { UsageError } from '../connection/service.ts';
import { readRows, sizeOf } from '../transfer/rows.ts';
import { nameOf, objectOf, textOf } from './fields.ts';
import { sourceUser } from './source-user.ts';
import type { Gap, LeftOut, SourceUser, System } from './system.ts';

/** Secrets of the app by their version; that of values without a version is ''. */
type Secrets = ReadonlyMap<string, string>;

/**
 * better-auth 1: JSON Lines with the rows `user`, `account` (of the provider `credential`) and `twoFactor` of each user,
 * as a query of the database makes them.
 */
export const betterAuth: System = {
  name: 'better-auth',
  description: 'users, password hashes and one-time codes from the tables of better-auth',
  options: [['--secrets <file>', 'BETTER_AUTH_SECRET, or lines "version:secret": the seeds are encrypted with it']],
  async open(file, { secrets }) {
    const known: Secrets = secrets === undefined ? new Map() : await readSecrets(secrets);
    return { rows: () => readRows(file, 'jsonl'), userOf: (fields) => betterAuthUser(fields, known) };
  },
};

function betterAuthUser(fields: Record<string, unknown>, secrets: Secrets): SourceUser | LeftOut {
  const user = objectOf(fields.user);
  const id = textOf(user.id);
  if (id === undefined) throw new Error('user.id: missing');
  return sourceUser({
    id,
    username: textOf(user.username),
    email: textOf(user.email),
    isEmailVerified: isTrue(user.emailVerified),
    phone: textOf(user.phoneNumber),
    isPhoneVerified: isTrue(user.phoneNumberVerified),
    firstName: nameOf(user.name),
    blocked: isTrue(user.banned),
    password: hashOf(id, objectOf(fields.account)),
    tokens: isTrue(user.twoFactorEnabled) ? [tokenOf(id, objectOf(fields.twoFactor), secrets)] : [],
  });
}

/** SQLite has no truth values. */
const isTrue = (value: unknown) => value === true || value === 1;

const HASH = /^([0-9a-f]{32}):([0-9a-f]{128})$/;

/** `salt:key`. The salt is its own hexadecimal text. */
function hashOf(user: string, account: Record<string, unknown>): Record<string, unknown> | Gap {
  const text = textOf(account.password);
  if (text === undefined) return { what: 'password', code: 'PASSWORD_MISSING' };
  // A query that joins wrongly would open accounts with the passwords of others.
  if (account.userId !== user) return { what: 'password', code: 'HASH_AMBIGUOUS' };
  const [, salt, hash] = HASH.exec(text) ?? [];
  if (salt === undefined || hash === undefined) return { what: 'password', code: 'HASH_UNSUPPORTED', detail: 'custom' };
  const numbers = { cost: 16_384, blockSize: 16, parallelism: 1 };
  return { format: 'scrypt', ...numbers, hash, encoding: 'hex', salt, saltEncoding: 'text' };
}

/** The key of the codes is the decrypted text itself; six digits, 30 seconds and SHA-1 are the defaults of better-auth. */
function tokenOf(user: string, row: Record<string, unknown>, secrets: Secrets): Record<string, unknown> | Gap {
  const sealed = textOf(row.secret);
  if (sealed === undefined || row.userId !== user) return { what: 'token', code: 'SEED_MISSING' };
  // Until the first code the user has no second factor.
  if (row.verified === false || row.verified === 0)
    return { what: 'token', code: 'SEED_MISSING', detail: 'unverified' };
  const [, version = '', coded = ''] = /^(?:\$ba\$(\d+)\$)?([0-9a-f]+)$/.exec(sealed) ?? [];
  const secret = secrets.get(version);
  if (secret === undefined) {
    return { what: 'token', code: 'SEED_MISSING', detail: `--secrets has no ${version === '' ? 'secret' : version}` };
  }
  const seed = decrypted(coded, secret);
  if (!seed) return { what: 'token', code: 'UNREADABLE' };
  const shape = { kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000 };
  return { name: 'Authenticator app', ...shape, secret: base32nopad.encode(seed) };
}

/** XChaCha20-Poly1305 with the nonce in front. */
const cipher = managedNonce(xchacha20poly1305);

/** Undefined if it was sealed with another secret. */
function decrypted(coded: string, secret: string): Uint8Array | undefined {
  try {
    const key = new Uint8Array(createHash('sha256').update(secret).digest());
    return cipher(key).decrypt(hex.decode(coded));
  } catch {
    return undefined;
  }
}

async function readSecrets(file: string): Promise<Secrets> {
  await sizeOf(file);
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0) throw new UsageError(`${file} has no secret`);
  return new Map(
    lines.map((line) => {
      const [, version = '', secret = line] = /^(\d+):(.+)$/.exec(line) ?? [];
      return [version, secret];
    }),
  );
}
