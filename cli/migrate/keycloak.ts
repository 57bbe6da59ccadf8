import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { base32nopad, base64, base64nopad, utf8 } from '@scure/base';
import { readJsonArray } from '../transfer/json-array.ts';
import { jsonIn, listOf, nameOf, objectOf, textOf } from './fields.ts';
import { sourceUser } from './source-user.ts';
import type { Gap, LeftOut, SourceUser, System } from './system.ts';

/**
 * Keycloak 8 to 26: the users in a realm file of `kc.sh export`. A credential has its parameters in `credentialData` and
 * its secret in `secretData`, both JSON as text.
 */
export const keycloak: System = {
  name: 'keycloak',
  description: 'users, password hashes and one-time codes from a realm file of Keycloak',
  options: [],
  open: async (file) => ({ rows: () => readJsonArray(file, '$.users.*'), userOf: keycloakUser }),
};

export function keycloakUser(fields: Record<string, unknown>): SourceUser | LeftOut {
  const username = textOf(fields.username);
  if (username === undefined) throw new Error('username: missing');
  if (textOf(fields.serviceAccountClientId) !== undefined) return { left: 'SERVICE_ACCOUNT', login: username };
  const credentials = listOf(fields.credentials).map(objectOf);
  return sourceUser({
    id: textOf(fields.id),
    username,
    email: textOf(fields.email),
    isEmailVerified: fields.emailVerified === true,
    firstName: nameOf(fields.firstName),
    secondName: nameOf(fields.lastName),
    blocked: fields.enabled !== true,
    password: hashOf(credentials, listOf(fields.requiredActions)),
    tokens: credentials.flatMap(tokenOf),
  });
}

/** Bytes that one block of PBKDF2 has. */
const BLOCKS: Record<string, { algorithm: string; bytes: number }> = {
  pbkdf2: { algorithm: 'sha1', bytes: 20 },
  'pbkdf2-sha256': { algorithm: 'sha256', bytes: 32 },
  'pbkdf2-sha512': { algorithm: 'sha512', bytes: 64 },
};

function hashOf(
  credentials: readonly Record<string, unknown>[],
  requiredActions: readonly unknown[],
): Record<string, unknown> | Gap {
  const gap = (code: Gap['code'], detail?: string): Gap => ({ what: 'password', code, ...omitUndefined({ detail }) });
  const credential = credentials.find(({ type }) => type === 'password');
  if (!credential) return gap('PASSWORD_MISSING');
  // An administrator knows it: as a lasting password it would be theirs.
  if (requiredActions.includes('UPDATE_PASSWORD')) return gap('PASSWORD_TEMPORARY');
  const data = jsonIn(credential.credentialData);
  const { value, salt } = jsonIn(credential.secretData);
  const [hashBytes, saltBytes] = [bytesOf(value), bytesOf(salt)];
  const { algorithm: name, hashIterations: iterations } = data;
  if (typeof name !== 'string' || typeof iterations !== 'number' || !hashBytes || !saltBytes) return gap('UNREADABLE');
  if (name === 'argon2') {
    const more = objectOf(data.additionalParameters);
    const [type, version, memory, lanes] = ['type', 'version', 'memory', 'parallelism'].map((key) =>
      textOf(listOf(more[key])[0]),
    );
    // The other versions and argon2d are none that RFC 9106 recommends for passwords.
    if ((type !== 'id' && type !== 'i') || version !== '1.3') return gap('HASH_UNSUPPORTED', `argon2${type}`);
    const front = `$argon2${type}$v=19$m=${memory},t=${iterations},p=${lanes}`;
    const text = `${front}$${base64nopad.encode(saltBytes)}$${base64nopad.encode(hashBytes)}`;
    return { format: 'text', text };
  }
  const block = Object.hasOwn(BLOCKS, name) ? BLOCKS[name] : undefined;
  if (!block) return gap('HASH_UNSUPPORTED', name.slice(0, 40));
  const coded = { encoding: 'base64', salt: base64.encode(saltBytes), saltEncoding: 'base64' } as const;
  // Keycloak derives 64 bytes with every hash function. The blocks of PBKDF2 are independent (RFC 8018, 5.2): the first
  // one decides as surely, and costs the service what it costs an attacker.
  const hash = base64.encode(hashBytes.slice(0, block.bytes));
  return { format: 'pbkdf2', algorithm: block.algorithm, iterations, hash, ...coded };
}

const ALGORITHMS: Record<string, string> = { HmacSHA1: 'SHA1', HmacSHA256: 'SHA256', HmacSHA512: 'SHA512' };
/** Passwords are read above, and former ones not needed. */
const IGNORED: readonly unknown[] = ['password', 'password-history'];

function tokenOf(credential: Record<string, unknown>): (Record<string, unknown> | Gap)[] {
  const { type } = credential;
  if (IGNORED.includes(type)) return [];
  if (type !== 'otp') return [{ what: 'token', code: 'KIND_UNSUPPORTED', detail: String(type).slice(0, 40) }];
  const { subType: kind, digits, counter, period, algorithm, secretEncoding } = jsonIn(credential.credentialData);
  const secret = secretOf(jsonIn(credential.secretData).value, secretEncoding);
  const known =
    typeof algorithm === 'string' && Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  if (secret === undefined || known === undefined) return [{ what: 'token', code: 'UNREADABLE' }];
  const moving = kind === 'hotp' ? { counter } : { periodMs: typeof period === 'number' ? period * 1000 : undefined };
  const name = textOf(credential.userLabel) ?? 'Authenticator app';
  return [{ name, kind, algorithm: known, digits, ...omitUndefined(moving), secret }];
}

/** The key is the text itself, unless the credential names an encoding. */
function secretOf(value: unknown, encoding: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (encoding === undefined || encoding === null) return base32nopad.encode(utf8.decode(value));
  return String(encoding).toUpperCase() === 'BASE32' ? value.replace(/[\s=]/g, '').toUpperCase() : undefined;
}

function bytesOf(text: unknown): Uint8Array | undefined {
  try {
    return typeof text === 'string' ? base64.decode(text) : undefined;
  } catch {
    return undefined;
  }
}
