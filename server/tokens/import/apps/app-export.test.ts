import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomesOf, readWhole } from '../testing/read-whole.ts';

/** Made by scripts of their own, with Python's cryptography; the apps' own encrypted files were read once by hand. */
const fixture = (name: string) => readFileSync(new URL(`../testing/apps/${name}.json`, import.meta.url), 'utf8');
const PASSWORD = 'lètmein please';
const EXPORTS = [
  ['aegis', 'aegis-encrypted'],
  ['2fas', '2fas-encrypted'],
  ['bitwarden', 'bitwarden-encrypted'],
  ['bitwarden', 'bitwarden-argon2'],
] as const;

const hex = (text: string) => Buffer.from(text).toString('hex');

/** The file with some members changed. */
function changed(name: string, change: (root: Record<string, unknown>) => void): string {
  const root: Record<string, unknown> = JSON.parse(fixture(name));
  change(root);
  return JSON.stringify(root);
}

describe.each(EXPORTS)('an export of %s, also as %s', (app, sealed) => {
  test.each([
    ['plain', app, undefined],
    ['encrypted', sealed, PASSWORD],
  ])('%s: every token is read, and a kind that does not exist here is refused', (_how, name, password) => {
    const file = readWhole(fixture(name), { password });
    expect(file).toMatchObject({
      format: 'app',
      rows: [
        {
          line: 1,
          outcome: {
            token: { name: 'Shop: ada@example.org', kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000 },
          },
        },
        { line: 2, outcome: { token: { name: 'grace', kind: 'hotp', algorithm: 'SHA256', digits: 8, counter: 7 } } },
        { line: 3, outcome: { flaw: 'KIND_UNSUPPORTED' } },
      ],
    });
    expect(outcomesOf(file)).toEqual([hex('12345678901234567890'), hex('12345678901234567891'), 'KIND_UNSUPPORTED']);
  });

  test('needs its password, and no other opens it', () => {
    expect(outcomesOf(readWhole(fixture(sealed)))).toBe('PASSWORD_NEEDED');
    expect(outcomesOf(readWhole(fixture(sealed), { password: 'lètmein' }))).toBe('KEY_WRONG');
    expect(outcomesOf(readWhole(fixture(sealed), { preSharedKey: Buffer.alloc(32) }))).toBe('PASSWORD_NEEDED');
    expect(outcomesOf(readWhole(fixture(app), { password: PASSWORD }))).toBe('NOT_ENCRYPTED');
  });

  // SR-57. The attack: a file from elsewhere, cut or changed anywhere, in the hope of a fault.
  test('SR-57: changed anywhere, it is read or refused', () => {
    const whole = fixture(app);
    const seeds = new Set([hex('12345678901234567890'), hex('12345678901234567891')]);
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.nat(30),
        fc.constantFrom('', '[', '{}', 'null', '0', '"'),
        (at, cut, by) => {
          const file = readWhole(whole.slice(0, at) + by + whole.slice(at + cut));
          for (const outcome of [outcomesOf(file)].flat()) expect(outcome).toMatch(/^([0-9a-f]+|[A-Z0-9_]+)$/);
        },
      ),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        const file = readWhole(JSON.stringify({ ...JSON.parse(whole), services: any, items: any, db: any }));
        for (const outcome of [outcomesOf(file)].flat()) expect(seeds.has(outcome)).toBe(false);
      }),
    );
  });

  test('SR-57: an encrypted byte that was changed ends the reading', () => {
    const broken = changed(sealed, (root) => {
      for (const member of ['db', 'servicesEncrypted', 'data']) {
        const text = root[member];
        if (typeof text === 'string') root[member] = text.replace(/[A-Z](?=[a-z])/, (one) => (one === 'A' ? 'B' : 'A'));
      }
    });
    expect(outcomesOf(readWhole(broken, { password: PASSWORD }))).toBe('KEY_WRONG');
  });
});

// SR-57, SR-18. The attack: a file whose password would take the service minutes, or more memory than it has.
test.each<[string, string, (root: Record<string, unknown>) => void, string]>([
  [
    'Bitwarden of a billion rounds',
    'bitwarden',
    (root) => Object.assign(root, { kdfIterations: 1e9 }),
    'PROTECTION_UNSUPPORTED',
  ],
  [
    'Bitwarden of half a round',
    'bitwarden',
    (root) => Object.assign(root, { kdfIterations: 0.5 }),
    'APP_EXPORT_UNKNOWN',
  ],
  ...[{ kdfMemory: 257 }, { kdfMemory: 2 ** 43 }, { kdfIterations: 11 }, { kdfParallelism: 17 }].map((members) =>
    argon2(members, 'PROTECTION_UNSUPPORTED'),
  ),
  ...[{ kdfMemory: null }, { kdfMemory: 0 }, { kdfMemory: '64' }, { kdfParallelism: 0.5 }, { kdfIterations: -3 }].map(
    (members) => argon2(members, 'APP_EXPORT_UNKNOWN'),
  ),
  [
    'Bitwarden with another function',
    'bitwarden',
    (root) => Object.assign(root, { kdfType: 2 }),
    'PROTECTION_UNSUPPORTED',
  ],
  [
    'Bitwarden for its account alone',
    'bitwarden',
    (root) => Object.assign(root, { passwordProtected: false }),
    'ACCOUNT_RESTRICTED',
  ],
  [
    'Bitwarden with a salt of a megabyte',
    'bitwarden',
    (root) => Object.assign(root, { salt: 's'.repeat(2 ** 20) }),
    'APP_EXPORT_UNKNOWN',
  ],
  [
    'Bitwarden without its MAC',
    'bitwarden',
    (root) => Object.assign(root, { data: String(root.data).replace(/\|[^|]*$/, '') }),
    'APP_EXPORT_UNKNOWN',
  ],
  [
    '2FAS with base64 that is none',
    '2fas',
    (root) => Object.assign(root, { servicesEncrypted: 'a:b:c' }),
    'APP_EXPORT_UNKNOWN',
  ],
  [
    '2FAS with a salt of a megabyte',
    '2fas',
    (root) =>
      Object.assign(root, {
        servicesEncrypted: String(root.servicesEncrypted).replace(/:.*:/, `:${'A'.repeat(2 ** 20)}:`),
      }),
    'APP_EXPORT_UNKNOWN',
  ],
  ['Aegis with a gigabyte', 'aegis', (root) => changeSlot(root, { n: 2 ** 20 }), 'PROTECTION_UNSUPPORTED'],
  [
    'Aegis with an N that is no power of two',
    'aegis',
    (root) => changeSlot(root, { n: 1000 }),
    'PROTECTION_UNSUPPORTED',
  ],
  [
    'Aegis of few rounds in huge blocks',
    'aegis',
    (root) => changeSlot(root, { n: 2, r: 2 ** 18, p: 4 }),
    'PROTECTION_UNSUPPORTED',
  ],
  [
    'Aegis that no library computes',
    'aegis',
    (root) => changeSlot(root, { n: 2 ** 16, r: 1 }),
    'PROTECTION_UNSUPPORTED',
  ],
  [
    '2FAS of two million parts',
    '2fas',
    (root) => Object.assign(root, { servicesEncrypted: ':'.repeat(2e6) }),
    'APP_EXPORT_UNKNOWN',
  ],
  ['Aegis of a thousand lanes', 'aegis', (root) => changeSlot(root, { p: 1000 }), 'PROTECTION_UNSUPPORTED'],
  ['Aegis with a salt that is none', 'aegis', (root) => changeSlot(root, { salt: 'salt' }), 'APP_EXPORT_UNKNOWN'],
  [
    'Aegis with a nonce of a byte',
    'aegis',
    (root) => changeSlot(root, { key_params: { nonce: '00', tag: '00'.repeat(16) } }),
    'APP_EXPORT_UNKNOWN',
  ],
  ['Aegis with a thousand passwords', 'aegis', (root) => changeSlot(root, {}, 1000), 'PROTECTION_UNSUPPORTED'],
  ['Aegis with a fingerprint alone', 'aegis', (root) => changeSlot(root, { type: 2 }), 'PROTECTION_UNSUPPORTED'],
])('SR-57: refuses %s', (_, app, change, flaw) => {
  expect(outcomesOf(readWhole(changed(`${app}-encrypted`, change), { password: PASSWORD }))).toBe(flaw);
});

/** Besides these members, what the app sets by itself. */
function argon2(members: object, flaw: string): [string, string, (root: object) => void, string] {
  const change = (root: object) =>
    Object.assign(root, { kdfType: 1, kdfIterations: 3, kdfMemory: 64, kdfParallelism: 4, ...members });
  return [`Bitwarden with Argon2 of ${JSON.stringify(members)}`, 'bitwarden', change, flaw];
}

function changeSlot(root: Record<string, unknown>, changes: object, count = 1): void {
  const header = { ...(root.header as { slots: object[]; params: unknown }) };
  const slot = { ...header.slots[2], ...changes };
  root.header = { ...header, slots: Array.from({ length: count }, () => slot) };
}

const aegis = (info: object, more: object = {}) =>
  JSON.stringify({ header: {}, db: { entries: [{ type: 'totp', name: 'ada', ...more, info }] } });
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test.each<[string, string, string]>([
  ['a seed that is none', aegis({ secret: '!', digits: 6, period: 30 }), 'SEED_MALFORMED'],
  ['no seed', aegis({ digits: 6, period: 30 }), 'SEED_MISSING'],
  ['a seed that is a number', aegis({ secret: 1 }), 'SEED_MISSING'],
  ['a short seed', aegis({ secret: 'GEZDGNBVGY3TQOJQ' }), 'SEED_TOO_SHORT'],
  ['seven digits', aegis({ secret: SECRET, digits: 7 }), 'DIGITS_UNSUPPORTED'],
  ['digits beyond numbers', aegis({ secret: SECRET, digits: 1e300 }), 'DIGITS_UNSUPPORTED'],
  ['a period of 20 seconds', aegis({ secret: SECRET, period: 20 }), 'PERIOD_UNSUPPORTED'],
  ['MD5', aegis({ secret: SECRET, algo: 'MD5' }), 'ALGORITHM_UNSUPPORTED'],
  ['a counter below zero', aegis({ secret: SECRET, counter: -1 }, { type: 'hotp' }), 'COUNTER_INVALID'],
  ['no counter', aegis({ secret: SECRET }, { type: 'hotp' }), 'COUNTER_INVALID'],
  ['no name', aegis({ secret: SECRET }, { name: '' }), 'NAME_INVALID'],
  ['a name of several lines', aegis({ secret: SECRET }, { name: 'a\nb' }), 'NAME_INVALID'],
  [
    'no kind',
    JSON.stringify({ schemaVersion: 2, services: [{ name: 'ada', secret: SECRET, otp: {} }] }),
    'KIND_MISSING',
  ],
])('a row is refused with its reason: %s', (_, text, flaw) => {
  expect(outcomesOf(readWhole(text))).toEqual([flaw]);
});

test.each<[string, string, string]>([
  ['JSON cut short', '{"header":', 'JSON_MALFORMED'],
  ['another app', '{"tokens":[]}', 'APP_EXPORT_UNKNOWN'],
  ['no list', '{"schemaVersion":4,"services":{}}', 'APP_EXPORT_UNKNOWN'],
  ['no token', '{"encrypted":false,"items":[{"type":2}]}', 'FILE_EMPTY'],
  ['nesting without end', `{"encrypted":false,"items":${'['.repeat(100_000)}`, 'JSON_OUT_OF_BOUNDS'],
  ['too many tokens', JSON.stringify({ schemaVersion: 4, services: Array(10_001).fill(0) }), 'TOO_MANY_ROWS'],
])('a file is refused with its reason: %s', (_, text, flaw) => {
  expect(outcomesOf(readWhole(text))).toBe(flaw);
});

// SR-56. The attack: one value of two megabytes, whose decoding holds up every other request.
test.each<[string, string, string]>([
  ['a seed in Aegis', aegis({ secret: 'A'.repeat(2e6) }), 'SEED_MALFORMED'],
  ['a seed in 2FAS', JSON.stringify({ schemaVersion: 4, services: [{ secret: 'A'.repeat(2e6) }] }), 'SEED_MALFORMED'],
  ['a seed in Bitwarden', bitwarden('A'.repeat(2e6)), 'SEED_MALFORMED'],
  ['a URI in Bitwarden', bitwarden(`otpauth://totp/a?secret=${SECRET}&${'a=b&'.repeat(5e5)}`), 'ROW_MALFORMED'],
])('SR-56: is not decoded: %s', (_, text, flaw) => {
  expect(outcomesOf(readWhole(text))).toEqual([flaw]);
});

function bitwarden(totp: string): string {
  return JSON.stringify({ encrypted: false, items: [{ name: 'a', login: { totp } }] });
}
