// SR-18, SR-78
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashCostMs, MAX_IMPORTED_COST_MS } from './hash-cost.ts';
import { wrapImportedHash } from './imported-hash.ts';
import { wrapping } from './legacy-hash.ts';

const B64 = 'A'.repeat(43);
const pbkdf2 = (algorithm: string, iterations: number, hash = B64) =>
  `$pbkdf2-${algorithm}$i=${iterations}$c2FsdA$${hash}`;
const bcrypt = (cost: number) => `$2b$${String(cost).padStart(2, '0')}$${'a'.repeat(53)}`;
const scrypt = (ln: number, r: number, p: number) => `$scrypt$ln=${ln},r=${r},p=${p}$c2FsdA$${B64}`;
const argon2 = (m: number, t: number) => `$argon2id$v=19$m=${m},t=${t},p=1$c2FsdHNhbHRzYWx0c2FsdA$${B64}`;

test('SR-78: the cost follows from the parameters of a hash', () => {
  expect(hashCostMs(pbkdf2('sha256', 1_000_000))).toBeCloseTo(500);
  expect(hashCostMs(pbkdf2('sha1', 1_000_000, 'A'.repeat(27)))).toBeCloseTo(350);
  // Two blocks of output are computed one after the other.
  expect(hashCostMs(pbkdf2('sha1', 1_000_000))).toBeCloseTo(700);
  expect(hashCostMs(pbkdf2('sha512', 1_000_000))).toBeCloseTo(600);
  expect(hashCostMs(bcrypt(10))).toBeCloseTo(59.392);
  expect(hashCostMs(scrypt(14, 8, 1))).toBeCloseTo(45.875);
  expect(hashCostMs(scrypt(14, 8, 2))).toBeCloseTo(91.75);
  expect(hashCostMs(argon2(19_456, 2))).toBeCloseTo(14.008);
  expect(hashCostMs(`$6$rounds=100000$salt$${'.'.repeat(86)}`)).toBeCloseTo(200);
  expect(hashCostMs(`$5$salt$${'.'.repeat(43)}`)).toBeCloseTo(10);
  // The attack: a salt that reads like a cost makes the check seem cheap.
  expect(hashCostMs(`$6$arounds=1$${'.'.repeat(86)}`)).toBeCloseTo(10);
  expect(hashCostMs(`$P$B12345678${'.'.repeat(22)}`)).toBeCloseTo(7.782);
  expect(hashCostMs(`$S$D12345678${'.'.repeat(43)}`)).toBeCloseTo(31.13);
  expect(hashCostMs('correct horse')).toBeUndefined();
});

test('SR-78: a hash around another costs both', () => {
  const wrapped = (text: string) => wrapping(text)?.around(argon2(19_456, 2)) ?? '';
  const around = hashCostMs(argon2(19_456, 2)) ?? 0;
  const inner = `$6$rounds=100000$salt$${'.'.repeat(86)}`;
  expect(hashCostMs(wrapped(inner))).toBeCloseTo(around + 200);
  const parts = { hash: '00'.repeat(16), encoding: 'hex', salt: '', saltEncoding: 'text' } as const;
  const digest = wrapImportedHash({ format: 'digest', algorithm: 'md5', rounds: ['{password}'], ...parts }) ?? '';
  expect(hashCostMs(wrapped(digest))).toBeCloseTo(around);
  expect(hashCostMs(digest)).toBe(0);
  expect(hashCostMs(scrypt(14, 8, 1).replace('$scrypt', '$firebase-scrypt'))).toBeCloseTo(45.875);
});

test('SR-78: more work never costs less', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000_000 }), fc.integer({ min: 4, max: 16 }), (iterations, cost) => {
      const more = hashCostMs(pbkdf2('sha256', iterations + 1)) ?? 0;
      expect(more).toBeGreaterThan(hashCostMs(pbkdf2('sha256', iterations)) ?? 0);
      expect(hashCostMs(bcrypt(cost + 1))).toBe(2 * (hashCostMs(bcrypt(cost)) ?? 0));
    }),
    { numRuns: 100 },
  );
  expect(hashCostMs(bcrypt(14))).toBeLessThan(MAX_IMPORTED_COST_MS);
  expect(hashCostMs(bcrypt(15))).toBeGreaterThan(MAX_IMPORTED_COST_MS);
});
