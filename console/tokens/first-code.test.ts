import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentOtp } from '../../server/testing/current-otp.ts';
import { RFC_SECRET, sampleToken, totp } from '../../server/testing/samples.ts';
import { base32Encode } from '../../server/tokens/kinds/oath/base32.ts';
import { codeAt, type FreshSecret, readSecret, secretError, verifyFirstCode } from './first-code.ts';

const SECRET = base32Encode(RFC_SECRET);
const hotp: FreshSecret = { kind: 'hotp', secret: SECRET, algorithm: 'SHA1', digits: 6, periodMs: 30_000, counter: 0 };
const app: FreshSecret = { ...hotp, kind: 'totp' };
const NOW = 1_700_000_000_000;

describe('codeAt', () => {
  test('matches RFC 4226, appendix D', async () => {
    const codes = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => codeAt(hotp, at)));
    expect(codes).toEqual('755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' '));
  });

  test('matches the service for any secret, hash, length and time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.constantFrom('SHA1', 'SHA256', 'SHA512'),
        fc.constantFrom(6, 8),
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        async (secret, algorithm, digits, now) => {
          const there = currentOtp(sampleToken({ factor: totp(), algorithm, digits, nextCounter: 0 }), secret, now);
          const fresh: FreshSecret = { ...app, secret: base32Encode(secret), algorithm, digits };
          expect(await codeAt(fresh, Math.floor(now / 30_000))).toBe(there);
          expect(await verifyFirstCode(fresh, there, now)).toEqual({ kind: 'right' });
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('verifyFirstCode', () => {
  const at = (steps: number) => codeAt(app, Math.floor(NOW / 30_000) + steps);

  test('accepts one step before and after, to leave time for typing', async () => {
    for (const steps of [-1, 0, 1]) {
      expect(await verifyFirstCode(app, await at(steps), NOW)).toEqual({ kind: 'right' });
    }
    expect(await verifyFirstCode(app, ` ${(await at(0)).slice(0, 3)} ${(await at(0)).slice(3)} `, NOW)).toEqual({
      kind: 'right',
    });
  });

  test('tells a wrong clock from a wrong secret', async () => {
    expect(await verifyFirstCode(app, await at(7), NOW)).toEqual({ kind: 'off', steps: 7 });
    expect(await verifyFirstCode(app, await at(-20), NOW)).toEqual({ kind: 'off', steps: -20 });
    expect(await verifyFirstCode(app, await at(5_000), NOW)).toEqual({ kind: 'wrong' });
    for (const nonsense of ['', '12345', 'abcdef', '0000000000']) {
      expect(await verifyFirstCode(app, nonsense, NOW)).toEqual({ kind: 'wrong' });
    }
  });

  test('a device with a button is never behind, and reports being ahead by some presses', async () => {
    const fresh = { ...hotp, counter: 10 };
    expect(await verifyFirstCode(fresh, await codeAt(hotp, 10), NOW)).toEqual({ kind: 'right' });
    expect(await verifyFirstCode(fresh, await codeAt(hotp, 30), NOW)).toEqual({ kind: 'off', steps: 20 });
    expect(await verifyFirstCode(fresh, await codeAt(hotp, 9), NOW)).toEqual({ kind: 'wrong' });
  });
});

describe('readSecret', () => {
  test('accepts groups, upper and lower case, and optional padding', () => {
    expect(readSecret(SECRET.toLowerCase().replace(/(.{4})/g, '$1 '))).toEqual(RFC_SECRET);
    expect(readSecret(`${SECRET}======`)).toEqual(RFC_SECRET);
    expect(secretError(SECRET)).toBeUndefined();
  });

  test.each([
    ['0189', /letters A to Z/],
    ['MZXW6YTBOI', /16 to 64 bytes/],
    [base32Encode(new Uint8Array(65)), /16 to 64 bytes/],
  ])('refuses a secret with the reason: %s', (text, mistake) => {
    expect(secretError(text)).toMatch(mistake);
  });
});
