import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IMPORT_BOUNDS, type ImportedHash, readHash, wrapImportedHash } from './imported-hash.ts';

const parts = { hash: 'ab'.repeat(32), encoding: 'hex', salt: 's', saltEncoding: 'text' } as const;
const text = (text: string): ImportedHash => ({ format: 'text', text });
const digest = (rounds: string[]): ImportedHash => ({ format: 'digest', algorithm: 'sha256', rounds, ...parts });
const bcrypt = (cost: string, version = '2b') => text(`$${version}$${cost}$${'a'.repeat(53)}`);
const b64 = 'A'.repeat(43);

// SR-18
test.each<[string, ImportedHash]>([
  ['bcrypt that takes a minute', bcrypt('20')],
  ['bcrypt below its own minimum', bcrypt('03')],
  ['bcrypt of a version that marks a mistake', bcrypt('10', '2x')],
  ['bcrypt cut short', text(`$2b$10$${'a'.repeat(52)}`)],
  ['PBKDF2 that takes an hour', { format: 'pbkdf2', algorithm: 'sha512', iterations: 999_999_999, ...parts }],
  ['PBKDF2 of no iteration', { format: 'pbkdf2', algorithm: 'sha512', iterations: 0, ...parts }],
  ['PBKDF2 of half an iteration', { format: 'pbkdf2', algorithm: 'sha512', iterations: 0.5, ...parts }],
  ['scrypt with a gigabyte', text(`$scrypt$ln=20,r=8,p=1$c2FsdA$${b64}`)],
  ['scrypt of many lanes', text(`$scrypt$ln=14,r=64,p=64$c2FsdA$${b64}`)],
  [
    'scrypt with an N that is no power of two',
    { format: 'scrypt', cost: 1000, blockSize: 8, parallelism: 1, ...parts },
  ],
  ['argon2 with four gigabytes', text(`$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$${b64}`)],
  ['argon2d', text(`$argon2d$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$${b64}`)],
  ['an output of four bytes', { ...digest(['{password}']), hash: 'abcdabcd' } as ImportedHash],
  ['an output of another algorithm', { ...digest(['{password}']), hash: 'ab'.repeat(20) } as ImportedHash],
  ['an output that is no hexadecimal', { ...digest(['{password}']), hash: 'zz'.repeat(32) } as ImportedHash],
  ['a template without the password', digest(['{salt}'])],
  ['a round that forgets the one before', digest(['{password}', '{salt}'])],
  ['a first round with a hash of nothing', digest(['{hash}{password}'])],
  ['a template with a word that means nothing', digest(['{password}{pepper}'])],
  ['a template that never ends', digest([`{password}${'x'.repeat(201)}`])],
  ['no round', digest([])],
  ['seventeen rounds', digest(['{password}', ...Array<string>(16).fill('{hash}')])],
  ['a salt of a kilobyte', { ...digest(['{password}{salt}']), salt: 's'.repeat(1024) } as ImportedHash],
  ['a password in the clear', text('correct horse battery staple')],
  ['Django without a usable password', text('!unusable')],
  ['DES crypt', text('ab1Hv2Lg7ltQo')],
  // One attempt to sign in would hold a thread for hours.
  ['SHA-crypt with a salt that is read as a cost', text(`$5$rounds=999999999$${b64}`)],
  ['SHA-crypt with a salt that is read as a cost, behind one', text(`$5$rounds=5000$rounds=99999999$${b64}`)],
  ['nothing', text('')],
])('refuses %s', (_name, imported) => {
  expect(wrapImportedHash(imported)).toBeUndefined();
});

test('accepts the hashes of common systems, at the bounds too', () => {
  expect(wrapImportedHash(bcrypt(String(IMPORT_BOUNDS.bcryptCost)))).toBeDefined();
  expect(wrapImportedHash({ format: 'pbkdf2', algorithm: 'sha256', iterations: 1_500_000, ...parts })).toBeDefined();
  expect(wrapImportedHash(text(`$scrypt$ln=17,r=8,p=1$c2FsdA$${b64}`))).toBeDefined();
  expect(wrapImportedHash(text(`argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHQ$${b64}`))).toMatch(/^\$argon2id\$/);
  expect(wrapImportedHash(digest(['{password}', ...Array<string>(15).fill('{hash}')]))).toBeDefined();
});

test('reads an accepted hash back within bounds, whatever its parts', () => {
  const imported = fc.record({
    format: fc.constant('digest' as const),
    algorithm: fc.constantFrom('md5', 'sha1', 'sha256', 'sha512'),
    rounds: fc.array(fc.constantFrom('{password}', '{salt}{hash}', '{hash}$', 'ä{password}{hash}'), { maxLength: 18 }),
    hash: fc.uint8Array({ minLength: 16, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    encoding: fc.constant('hex' as const),
    salt: fc.string({ maxLength: 80 }),
    saltEncoding: fc.constant('text' as const),
  }) as fc.Arbitrary<Extract<ImportedHash, { format: 'digest' }>>;
  fc.assert(
    fc.property(imported, (one) => {
      const stored = wrapImportedHash(one);
      if (stored === undefined) return;
      expect(readHash(stored)).toMatchObject({ kind: 'digest', algorithm: one.algorithm, rounds: one.rounds });
    }),
  );
  fc.assert(fc.property(fc.string(), (any) => readHash(`$pbkdf2-sha256$${any}`) === undefined));
});
