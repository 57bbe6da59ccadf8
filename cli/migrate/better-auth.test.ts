import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base32nopad, utf8 } from '@scure/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImportedHash, wrapImportedHash } from '../../server/passwords/imported-hash.ts';
import { createArgon2Hasher } from '../../server/platform/argon2/argon2-hasher.ts';
import { betterAuth } from './better-auth.ts';
import type { LeftOut, SourceUser } from './system.ts';

const fixture = (name: string) => fileURLToPath(new URL(`testing/better-auth-${name}`, import.meta.url));
const SECRETS = fixture('secrets.txt');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'better-auth-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(secrets: string | undefined = SECRETS, file = fixture('users.jsonl')) {
  const source = await betterAuth.open(file, { secrets });
  const users: (SourceUser | LeftOut)[] = [];
  for await (const { fields } of source.rows()) users.push(source.userOf(fields ?? {}));
  return users;
}

async function changed(change: (row: Record<string, Record<string, unknown>>) => void) {
  const [first = ''] = (await readFile(fixture('users.jsonl'), 'utf8')).split('\n');
  const row = JSON.parse(first);
  change(row);
  const file = join(folder, 'users.jsonl');
  await writeFile(file, JSON.stringify(row));
  return (await read(SECRETS, file))[0];
}

const seed = (text: string) => base32nopad.encode(utf8.decode(text));

test('users come with their hashes, and with seeds under the secret of any version', async () => {
  const [ada, grace, linus, hedy, nameless] = await read();
  expect(ada).toMatchObject({
    row: { login: 'ada@example.org', email: 'ada@example.org', firstName: 'Ada Lovelace', externalId: 'ada' },
    tokens: [{ kind: 'totp', algorithm: 'SHA1', digits: 6, secret: seed('lx7TqPzK2mB4vN8wR3yAlx7TqPzK2mB4') }],
    ...{ blocked: false, gaps: [] },
  });
  expect(grace).toMatchObject({
    row: { login: 'hopper' },
    unverifiedEmail: 'grace@example.org',
    tokens: [{ secret: seed('a second key of thirty two chars!') }],
  });
  expect(linus).toMatchObject({
    ...{ blocked: true, tokens: [] },
    gaps: [{ code: 'PASSWORD_MISSING' }, { code: 'PHONE_UNVERIFIED' }],
  });
  expect(hedy).toMatchObject({
    row: { email: 'hedy@example.org' },
    gaps: [
      { what: 'password', code: 'HASH_UNSUPPORTED' },
      { what: 'token', code: 'UNREADABLE' },
    ],
  });
  expect(nameless).toEqual({ left: 'NO_NAME', login: 'unnamed' });
});

test('a hash fits the password and no other', async () => {
  const [ada] = await read();
  const stored = wrapImportedHash((ada as SourceUser).row.passwordHash as ImportedHash) ?? '';
  const hasher = createArgon2Hasher();
  expect(await hasher.verify(stored, 'correct horse battery staple')).toBe(true);
  expect(await hasher.verify(stored, 'correct horse battery')).toBe(false);
});

test('without the secret of its version a seed does not move', async () => {
  const old = join(folder, 'old.txt');
  await writeFile(old, 'an-application-secret-of-32-chars\n');
  const [, grace] = await read(old);
  expect(grace).toMatchObject({ tokens: [], gaps: [{ code: 'SEED_MISSING', detail: '--secrets has no 2' }] });
  const source = await betterAuth.open(fixture('users.jsonl'), {});
  for await (const { fields } of source.rows()) expect(source.userOf(fields ?? {})).not.toHaveProperty('tokens.0');
  await writeFile(old, '\n');
  await expect(read(old)).rejects.toMatchObject({ code: 'USAGE' });
});

describe('attacks: a query that joins wrongly opens the account with what is of another user', () => {
  test.each([
    ['account', 'HASH_AMBIGUOUS'],
    ['twoFactor', 'SEED_MISSING'],
  ])('%s', async (table, code) => {
    const user = await changed((row) => Object.assign(row[table] ?? {}, { userId: 'mallory' }));
    expect(user).toMatchObject({ gaps: [{ code }] });
    expect(user).not.toHaveProperty(table === 'account' ? 'row.passwordHash' : 'tokens.0');
  });

  test('a second factor that was not finished is none', async () => {
    expect(await changed((row) => Object.assign(row.twoFactor ?? {}, { verified: false }))).toMatchObject({
      ...{ tokens: [], gaps: [{ code: 'SEED_MISSING', detail: 'unverified' }] },
    });
    expect(await changed((row) => Object.assign(row.user ?? {}, { twoFactorEnabled: false }))).toMatchObject({
      ...{ tokens: [], gaps: [] },
    });
  });
});
