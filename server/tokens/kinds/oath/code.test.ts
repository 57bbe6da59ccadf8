import { OTP_ALGORITHMS, type OtpAlgorithm } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { generateSync } from 'otplib';
import { describe, expect, test } from 'vitest';
import { RFC_SECRET } from '../../../testing/samples.ts';
import { hotp } from './code.ts';

/** RFC 6238 appendix B repeats the ASCII secret up to the length of the hash (errata 2866). */
const SECRETS: Record<OtpAlgorithm, Uint8Array> = {
  SHA1: RFC_SECRET,
  SHA256: new TextEncoder().encode('12345678901234567890123456789012'),
  SHA512: new TextEncoder().encode('1234567890123456789012345678901234567890123456789012345678901234'),
};

// SR-46
describe('RFC 4226 appendix D', () => {
  const values = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
  test.each(values.map((value, counter) => [counter, value] as const))('counter %i gives %s', (counter, value) => {
    expect(hotp({ secret: RFC_SECRET, counter, digits: 6, algorithm: 'SHA1' })).toBe(value);
  });
});

// SR-46
describe('RFC 6238 appendix B', () => {
  test.each([
    [59, '94287082', '46119246', '90693936'],
    [1111111109, '07081804', '68084774', '25091201'],
    [1111111111, '14050471', '67062674', '99943326'],
    [1234567890, '89005924', '91819424', '93441116'],
    [2000000000, '69279037', '90698825', '38618901'],
    [20000000000, '65353130', '77737706', '47863826'],
  ])('at %i s', (seconds, ...values) => {
    const counter = Math.floor(seconds / 30);
    const codes = OTP_ALGORITHMS.map((algorithm) =>
      hotp({ secret: SECRETS[algorithm], counter, digits: 8, algorithm }),
    );
    expect(codes).toEqual(values);
  });
});

describe('bounds', () => {
  const codeOf = (changes: { secret?: Uint8Array; counter?: number }) => () =>
    hotp({ secret: RFC_SECRET, counter: 0, digits: 6, algorithm: 'SHA1', ...changes });

  test('the largest counter has its own code', () => {
    expect(codeOf({ counter: Number.MAX_SAFE_INTEGER })()).not.toBe(codeOf({ counter: Number.MAX_SAFE_INTEGER - 1 })());
  });

  test.each([[-1], [0.5], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 53]])('counter %d is an error', (counter) => {
    expect(codeOf({ counter })).toThrow(new RangeError('a counter is a whole number'));
  });

  test.each([[10], [16], [20], [32], [64]])('a secret of %i bytes works', (length) => {
    expect(codeOf({ secret: new Uint8Array(length) })()).toMatch(/^[0-9]{6}$/);
  });

  test.each([[0], [9], [65]])('a secret of %i bytes is an error', (length) => {
    expect(codeOf({ secret: new Uint8Array(length) })).toThrow(new RangeError('a secret has 10 to 64 bytes'));
  });
});

test('a code has exactly the requested digits, with leading zeros', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 10, maxLength: 64 }),
      fc.maxSafeNat(),
      fc.constantFrom(...OTP_ALGORITHMS),
      (secret, counter, algorithm) => {
        const six = hotp({ secret, counter, digits: 6, algorithm });
        const eight = hotp({ secret, counter, digits: 8, algorithm });
        expect(six).toMatch(/^[0-9]{6}$/);
        expect(eight).toMatch(/^[0-9]{8}$/);
        expect(eight.slice(2)).toBe(six);
      },
    ),
  );
});

// SR-46
test('a code is the one that otplib computes', () => {
  fc.assert(
    fc.property(
      // otplib accepts no secret shorter than 16 bytes.
      fc.uint8Array({ minLength: 16, maxLength: 64 }),
      fc.maxSafeNat(),
      fc.constantFrom(...OTP_ALGORITHMS),
      fc.constantFrom(6 as const, 8 as const),
      (secret, counter, algorithm, digits) => {
        const hash = ({ SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const)[algorithm];
        const oracle = generateSync({ strategy: 'hotp', secret, counter, digits, algorithm: hash });
        expect(hotp({ secret, counter, digits, algorithm })).toBe(oracle);
      },
    ),
  );
});
