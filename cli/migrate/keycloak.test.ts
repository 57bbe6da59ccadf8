import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImportedHash, wrapImportedHash } from '../../server/passwords/imported-hash.ts';
import { createArgon2Hasher } from '../../server/platform/argon2/argon2-hasher.ts';
import { readJsonArray } from '../transfer/json-array.ts';
import { keycloakUser } from './keycloak.ts';
import type { SourceUser } from './system.ts';

/** Its hashes were made by Python's hashlib and by PHP. */
const REALM = new URL('testing/keycloak-realm.json', import.meta.url);
const PASSWORD = 'correct horse battery staple';

const { users } = JSON.parse(readFileSync(REALM, 'utf8')) as { users: Record<string, unknown>[] };
function moved(name: string): SourceUser {
  const user = keycloakUser(users.find(({ username }) => username === name) ?? {});
  if ('left' in user) throw new Error('left out');
  return user;
}

test('only the users of the realm itself are read', async () => {
  const names: unknown[] = [];
  for await (const { line, fields } of readJsonArray(REALM.pathname, '$.users.*')) names.push([line, fields?.username]);
  expect(names).toEqual(users.map(({ username }, at) => [at + 1, username]));
});

describe('passwords', () => {
  const hasher = createArgon2Hasher();

  test.each(['ada', 'grace', 'linus', 'joan'])('the hash of %s fits the password and no other', async (name) => {
    const stored = wrapImportedHash(moved(name).row.passwordHash as ImportedHash);
    if (stored === undefined) throw new Error('not taken over');
    expect(await hasher.verify(stored, PASSWORD)).toBe(true);
    expect(await hasher.verify(stored, `${PASSWORD}x`)).toBe(false);
  });

  // An administrator who set it knows it, and could sign in as the user for ever.
  test('a temporary password does not become a lasting one', () => {
    expect(moved('hedy').row.passwordHash).toBeUndefined();
    expect(moved('hedy').gaps).toEqual([{ what: 'password', code: 'PASSWORD_TEMPORARY' }]);
  });

  test('a hash of an extension is named', () => {
    expect(moved('dennis').gaps).toEqual([{ what: 'password', code: 'HASH_UNSUPPORTED', detail: 'bcrypt' }]);
  });

  test('the iterations of today stay within the bounds of the service', () => {
    const data = JSON.stringify({ hashIterations: 1_300_000, algorithm: 'pbkdf2' });
    const secret = JSON.stringify({ value: Buffer.alloc(64, 1).toString('base64'), salt: 'AAAAAAAAAAAAAAAAAAAAAA==' });
    const credentials = [{ type: 'password', credentialData: data, secretData: secret }];
    const user = keycloakUser({ username: 'ada', credentials }) as SourceUser;
    expect(wrapImportedHash(user.row.passwordHash as ImportedHash)).toBeDefined();
  });
});

describe('tokens', () => {
  test('a secret is the text itself, or base32 where the credential says so', () => {
    expect(moved('ada').tokens).toEqual([
      {
        ...{ name: 'Phone', kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000 },
        secret: 'NR4DOVDRKB5EWMTNII2HMTRYO5JDG6KB',
      },
    ]);
    expect(moved('grace').tokens).toMatchObject([
      { name: 'Authenticator app', algorithm: 'SHA256', digits: 8, secret: expect.stringMatching(/^GEZDGNBV.*GEZA$/) },
    ]);
  });

  test('a counter goes on', () => {
    expect(moved('linus').tokens).toMatchObject([{ kind: 'hotp', counter: 7 }]);
  });

  test('what is bound to Keycloak is named', () => {
    expect(moved('alan').gaps).toEqual([
      { what: 'password', code: 'PASSWORD_MISSING' },
      { what: 'token', code: 'KIND_UNSUPPORTED', detail: 'webauthn' },
    ]);
    expect(moved('joan').gaps).toMatchObject([{ code: 'KIND_UNSUPPORTED', detail: 'recovery-authn-codes' }]);
  });
});

describe('users', () => {
  test('keep the id, for sites that know them by it', () => {
    const { row, blocked } = moved('ada');
    expect(row).toMatchObject({
      login: 'ada',
      email: 'ada@example.com',
      externalId: users[0]?.id,
      secondName: 'Example',
    });
    expect(blocked).toBe(false);
  });

  // A mailbox resets passwords and receives codes, so it must be the user's.
  test('an address that was not confirmed is set aside', () => {
    expect(moved('grace')).toMatchObject({ row: { login: 'grace' }, unverifiedEmail: 'grace@example.com' });
    expect(moved('grace').row.email).toBeUndefined();
  });

  test('a user who is not said to be enabled is blocked', () => {
    expect(moved('linus').blocked).toBe(true);
    expect(keycloakUser({ username: 'x' })).toMatchObject({ blocked: true });
  });

  test('a service account is none', () => {
    expect(keycloakUser(users[5] ?? {})).toEqual({ left: 'SERVICE_ACCOUNT', login: 'service-account-shop' });
  });

  test('whatever a record holds, it is read or refused without its values', () => {
    const credential = fc.record({
      type: fc.constantFrom('password', 'otp', 'webauthn', 1),
      credentialData: fc.oneof(fc.json(), fc.string(), fc.jsonValue()),
      secretData: fc.oneof(fc.json(), fc.string(), fc.jsonValue()),
    });
    const record = fc.record(
      { username: fc.oneof(fc.string(), fc.jsonValue()), credentials: fc.oneof(fc.array(credential), fc.jsonValue()) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(record, (fields) => {
        try {
          keycloakUser(fields);
        } catch (error) {
          expect(error).toEqual(new Error('username: missing'));
        }
      }),
    );
  });
});
