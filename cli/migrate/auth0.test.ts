import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImportedHash, wrapImportedHash } from '../../server/passwords/imported-hash.ts';
import { createArgon2Hasher } from '../../server/platform/argon2/argon2-hasher.ts';
import { auth0 } from './auth0.ts';
import type { LeftOut, SourceUser } from './system.ts';

const fixture = (name: string) => fileURLToPath(new URL(`testing/auth0-${name}.ndjson`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auth0-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(passwords?: string): Promise<(SourceUser | LeftOut)[]> {
  const source = await auth0.open(fixture('users'), { passwords });
  const users: (SourceUser | LeftOut)[] = [];
  for await (const { fields } of source.rows()) users.push(source.userOf(fields ?? {}));
  return users;
}

async function withPasswords(change: (text: string) => string): Promise<(SourceUser | LeftOut)[]> {
  const file = join(folder, 'passwords.json');
  await writeFile(file, change(await readFile(fixture('passwords'), 'utf8')));
  return read(file);
}

test('users come with the hashes of their ids', async () => {
  const [ada, euclid, grace, linus, phone, noName] = await read(fixture('passwords'));
  expect(ada).toMatchObject({
    row: { login: 'ada@example.org', email: 'ada@example.org', externalId: 'auth0|5dea9f9c82dd7c0e76e4ec93' },
    ...{ blocked: false, gaps: [] },
  });
  expect(euclid).toMatchObject({
    row: { login: 'euclid', passwordHash: { format: 'text' } },
    unverifiedEmail: 'euclid@example.org',
    gaps: [{ what: 'token', code: 'SEED_MISSING' }],
  });
  expect(grace).toMatchObject({ gaps: [{ code: 'PASSWORD_MISSING' }] });
  expect(linus).toMatchObject({ blocked: true, gaps: [{ what: 'phone', code: 'PHONE_UNVERIFIED' }] });
  expect(phone).toMatchObject({ row: { login: '+4915112345679', phone: '+4915112345679' } });
  expect(noName).toEqual({ left: 'NO_NAME', login: 'facebook|1' });
});

test('a hash, which PHP made, fits the password and no other', async () => {
  const [ada] = await read(fixture('passwords'));
  const stored = wrapImportedHash((ada as SourceUser).row.passwordHash as ImportedHash) ?? '';
  const hasher = createArgon2Hasher();
  expect(await hasher.verify(stored, 'correct horse battery staple')).toBe(true);
  expect(await hasher.verify(stored, 'correct horse battery')).toBe(false);
});

test('without the password export all need a password', async () => {
  expect((await read())[0]).toMatchObject({ gaps: [{ what: 'password', code: 'PASSWORD_MISSING' }] });
});

describe('attacks: the hash of a namesake in another database would open the account', () => {
  const AMBIGUOUS = { gaps: expect.arrayContaining([{ what: 'password', code: 'HASH_AMBIGUOUS' }]) };

  test('an id with two hashes gets neither', async () => {
    const [, euclid] = await withPasswords((text) => text + text.split('\n')[1]);
    expect(euclid).toMatchObject(AMBIGUOUS);
    expect(euclid).not.toHaveProperty('row.passwordHash');
  });

  test.each([
    [0, 'ada@'],
    [1, 'euclid@'],
  ])('a hash of another address is not taken (%#)', async (at, address) => {
    const user = (await withPasswords((text) => text.replace(address, 'mallory@')))[at];
    expect(user).toMatchObject(AMBIGUOUS);
    expect(user).not.toHaveProperty('row.passwordHash');
  });
});

test.each([
  ['no JSON', 'x\n'],
  ['no hash', '{"email":"secret@example.com"}\n'],
])('a password export with %s is a usage error that shows nothing of it', async (_, text) => {
  const failure = await withPasswords(() => text).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'USAGE', message: expect.stringContaining(':1: not a password hash') });
  expect(String(failure)).not.toContain('secret@');
});
