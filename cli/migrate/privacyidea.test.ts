import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { privacyidea, privacyideaUser } from './privacyidea.ts';
import type { LeftOut, SourceUser } from './system.ts';

const EXPORT = fileURLToPath(new URL('testing/privacyidea-tokens.csv', import.meta.url));
const RFC_SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

async function read(options: Record<string, string> = {}): Promise<(SourceUser | LeftOut)[]> {
  const source = await privacyidea.open(EXPORT, options);
  const users: (SourceUser | LeftOut)[] = [];
  for await (const { fields } of source.rows()) users.push(source.userOf(fields ?? {}));
  return users;
}

test('an owner is one user with all tokens', async () => {
  const [ada, grace, nameless, linus, none] = await read();
  const shape = { kind: 'totp', algorithm: 'SHA1', secret: RFC_SEED };
  expect(ada).toEqual({
    row: { login: 'ada@example.org', externalId: 'ada@example.org@office' },
    blocked: false,
    tokens: [
      { name: 'TOTP00012A3B', ...shape, digits: 6, periodMs: 30_000 },
      { name: 'TOTP00012A3C', ...shape, digits: 8, periodMs: 60_000 },
    ],
    gaps: [{ what: 'password', code: 'PASSWORD_MISSING' }],
  });
  // SR-8: from the start of its counter, codes that were used would be accepted again.
  expect(grace).toMatchObject({ tokens: [], gaps: [{}, { code: 'COUNTER_MISSING', detail: 'OATH0001F00D' }] });
  expect(nameless).toEqual({ left: 'NO_OWNER', login: 'TOTP0000FFFF' });
  expect(linus).toMatchObject({ tokens: [], gaps: [{}, { code: 'UNREADABLE' }] });
  expect(none).toBeUndefined();
});

test('another hash function and encoding are said', async () => {
  const [ada] = await read({ algorithm: 'sha256' });
  expect(ada).toMatchObject({ tokens: [{ algorithm: 'SHA256' }, {}] });
  const cells = ['TOTP1', `${RFC_SEED}==`, 'totp', '6', '30'];
  const fields = { owner: 'ada@office', tokens: [cells] };
  expect(privacyideaUser(fields, { algorithm: 'SHA1', encoding: 'base32' })).toMatchObject({
    tokens: [{ secret: RFC_SEED }],
  });
  await expect(read({ algorithm: 'md5' })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(read({ encoding: 'base64' })).rejects.toMatchObject({ code: 'USAGE' });
});

test('a token without a time step of its own has that of privacyIDEA', () => {
  const fields = {
    owner: 'ada@office',
    tokens: [['TOTP1', '3132333435363738393031323334353637383930', 'totp', '6', 'None']],
  };
  expect(privacyideaUser(fields, { algorithm: 'SHA1', encoding: 'hex' })).toMatchObject({
    tokens: [{ secret: RFC_SEED, periodMs: 30_000 }],
  });
});

test('a file of other columns makes no user', () => {
  const fields = { owner: 'serial', tokens: [['type', 'otpkey']] };
  expect(() => privacyideaUser(fields, { algorithm: 'SHA1', encoding: 'hex' })).toThrow('owner: not login@realm');
});
