import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OTP_ALGORITHMS, type OtpAlgorithm } from '../../token.ts';
import { prepareHmac } from './counter-hmac.ts';

const HASHES = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const;

function oracle(algorithm: OtpAlgorithm, secret: Uint8Array, counter: number): string {
  const movingFactor = Buffer.alloc(8);
  movingFactor.writeBigUInt64BE(BigInt(counter));
  return createHmac(HASHES[algorithm], secret).update(movingFactor).digest('hex');
}

const hex = (mac: Uint8Array) => Buffer.from(mac).toString('hex');
const anySecret = fc.uint8Array({ maxLength: 64 });
const anyCounter = fc.oneof(fc.maxSafeNat(), fc.nat(100), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1));

// SR-46. The attack: an HMAC that is wrong for some secret or counter, so that codes of the device are refused or others
// are accepted.
test('SR-46: an HMAC is the one that Node computes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...OTP_ALGORITHMS), anySecret, anyCounter, (algorithm, secret, counter) => {
      expect(hex(prepareHmac(algorithm, secret)(counter))).toBe(oracle(algorithm, secret, counter));
    }),
    { numRuns: 2_000 },
  );
});

// SR-1. The attack: one check leaves something behind from which another user's codes are computed.
test('SR-1: secrets that are used in turn do not affect each other, and earlier results stay', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...OTP_ALGORITHMS), anySecret), { minLength: 2, maxLength: 4 }),
      fc.array(anyCounter, { minLength: 1, maxLength: 6 }),
      (sources, counters) => {
        const prepared = sources.map(([algorithm, secret]) => prepareHmac(algorithm, secret));
        const macs = counters.map((counter) => prepared.map((mac) => mac(counter)));
        const expected = counters.map((counter) =>
          sources.map(([algorithm, secret]) => oracle(algorithm, secret, counter)),
        );
        expect(macs.map((row) => row.map(hex))).toEqual(expected);
      },
    ),
  );
});

test('the secret is copied: a later change of its bytes changes no code', () => {
  for (const algorithm of OTP_ALGORITHMS) {
    const secret = new Uint8Array(20).fill(7);
    const mac = prepareHmac(algorithm, secret);
    secret.fill(0);
    expect(hex(mac(1))).toBe(oracle(algorithm, new Uint8Array(20).fill(7), 1));
  }
});

test('a secret longer than a block is an error', () => {
  expect(() => prepareHmac('SHA1', new Uint8Array(65))).toThrow(RangeError);
});
