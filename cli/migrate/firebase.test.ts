import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportedHash, wrapImportedHash } from '../../server/passwords/imported-hash.ts';
import { createArgon2Hasher } from '../../server/platform/argon2/argon2-hasher.ts';
import { firebase, firebaseUser } from './firebase.ts';
import type { LeftOut, SourceUser } from './system.ts';

const USERS = fileURLToPath(new URL('testing/firebase-users.json', import.meta.url));
/** These parameters, and the hash of the users, are the published sample of Firebase's scrypt. */
const CONFIG = fileURLToPath(new URL('testing/firebase-hash-config.txt', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebase-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(hashConfig?: string): Promise<(SourceUser | LeftOut)[]> {
  const source = await firebase.open(USERS, { hashConfig });
  const users: (SourceUser | LeftOut)[] = [];
  for await (const { fields } of source.rows()) users.push(source.userOf(fields ?? {}));
  return users;
}

test('users come with names, ids and what is missing', async () => {
  expect(await read(CONFIG)).toMatchObject([
    {
      row: { login: 'ada@example.net', email: 'ada@example.net', externalId: 'kWq2vXb0aXh1' },
      blocked: false,
      gaps: [],
    },
    { row: { login: 'grace@example.net' }, unverifiedEmail: 'grace@example.net', blocked: true },
    { row: { login: '+4915112345678', phone: '+4915112345678' }, gaps: [{ code: 'PASSWORD_MISSING' }] },
    { row: { login: 'linus@example.net' }, gaps: [{ code: 'PASSWORD_MISSING' }] },
    { left: 'NO_NAME', login: 'kWq2vXb0aXh5' },
  ]);
});

test('a hash fits the password and no other', async () => {
  const [ada] = await read(CONFIG);
  const stored = wrapImportedHash((ada as SourceUser).row.passwordHash as ImportedHash) ?? '';
  const hasher = createArgon2Hasher();
  expect(await hasher.verify(stored, 'user1password')).toBe(true);
  expect(await hasher.verify(stored, 'user1passwore')).toBe(false);
});

test('an unverified address is not kept as one', async () => {
  expect((await read(CONFIG))[1]).not.toHaveProperty('row.email');
});

test.each([
  ['without parameters', { passwordHash: 'AAAA', salt: 'AAAA' }, /--hash-config/],
  ['redacted', { passwordHash: 'UkVEQUNURUQ=', salt: '' }, /redacted/],
])('a hash that is %s is named', (_, fields, detail) => {
  const user = firebaseUser({ localId: 'x', email: 'x@example.com', ...fields }, undefined);
  expect(user).toMatchObject({ gaps: [{ code: 'PASSWORD_MISSING', detail: expect.stringMatching(detail) }] });
  expect(user).not.toHaveProperty('row.passwordHash');
});

test('a record without an id is refused', () => {
  expect(() => firebaseUser({ email: 'x@example.com' }, undefined)).toThrow('localId: missing');
});

test.each(['algorithm', 'base64_signer_key', 'base64_salt_separator', 'rounds', 'mem_cost'])(
  'parameters without %s are a usage error that shows none of them',
  async (name) => {
    const file = join(folder, 'config.txt');
    const lines = (await readFile(CONFIG, 'utf8')).split('\n');
    await writeFile(file, lines.map((line) => (line.includes(name) ? `${name}: ?,` : line)).join('\n'));
    const failure = await read(file).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'USAGE', message: expect.stringContaining(`${name} is missing`) });
    expect(String(failure)).not.toContain('jxspr8');
  },
);
