import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportedHash, wrapImportedHash } from '../../server/passwords/imported-hash.ts';
import { createArgon2Hasher } from '../../server/platform/argon2/argon2-hasher.ts';
import { clerk } from './clerk.ts';
import type { LeftOut, SourceUser } from './system.ts';

const EXPORT = fileURLToPath(new URL('testing/clerk-users.csv', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clerk-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(file = EXPORT): Promise<(SourceUser | LeftOut)[]> {
  const source = await clerk.open(file, {});
  const users: (SourceUser | LeftOut)[] = [];
  for await (const { fields } of source.rows()) users.push(source.userOf(fields ?? {}));
  return users;
}

test('users come with what is verified, their hashes and seeds', async () => {
  const [ada, grace, linus, nameless] = await read();
  expect(ada).toMatchObject({
    row: { login: 'countess', email: 'ada@example.org', phone: '+4915112345678', externalId: 'user_ada' },
    tokens: [
      { kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000, secret: 'NN4DOVDROB5EWMTNII2HMTRYO5JDG6KB' },
    ],
    gaps: [],
  });
  expect(grace).toMatchObject({
    row: { login: 'grace@example.org', firstName: 'Grace' },
    ...{ unverifiedEmail: 'grace@example.org', tokens: [] },
    gaps: [{ code: 'PASSWORD_MISSING' }, { code: 'PHONE_UNVERIFIED' }],
  });
  expect((grace as SourceUser).row).not.toHaveProperty('email');
  expect((grace as SourceUser).row).not.toHaveProperty('phone');
  expect(linus).toMatchObject({
    gaps: [
      { what: 'password', code: 'HASH_UNSUPPORTED', detail: 'phpass' },
      { what: 'token', code: 'UNREADABLE' },
    ],
  });
  expect(nameless).toEqual({ left: 'NO_NAME', login: 'user_unnamed' });
});

test('a hash, which PHP made, fits the password and no other', async () => {
  const [ada] = await read();
  const stored = wrapImportedHash((ada as SourceUser).row.passwordHash as ImportedHash) ?? '';
  const hasher = createArgon2Hasher();
  expect(await hasher.verify(stored, 'correct horse battery staple')).toBe(true);
  expect(await hasher.verify(stored, 'correct horse battery')).toBe(false);
});

test('another CSV file is a usage error', async () => {
  const file = join(folder, 'other.csv');
  await writeFile(file, 'id,primary_email_address\nuser_1,ada@example.org\n');
  await expect(read(file)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('dashboard') });
});
