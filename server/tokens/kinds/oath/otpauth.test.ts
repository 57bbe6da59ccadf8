import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../../shared/testing/any-character.ts';
import { RFC_SECRET, sampleToken, totp } from '../../../testing/samples.ts';
import { base32Decode, base32Encode } from './base32.ts';
import { otpauthUri } from './otpauth.ts';

const SECRET_TEXT = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('base32', () => {
  test.each([
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('RFC 4648 section 10: %s is %s', (plain, text) => {
    expect(base32Encode(new TextEncoder().encode(plain))).toBe(text);
    expect(base32Decode(text)).toEqual(new TextEncoder().encode(plain));
  });

  test('reads back what was written, also in lower case, padded or grouped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        const text = base32Encode(bytes);
        expect(text).toMatch(/^[A-Z2-7]+$/);
        expect(base32Decode(text)).toEqual(bytes);
        expect(base32Decode(text.toLowerCase())).toEqual(bytes);
        expect(base32Decode(`${text}====`)).toEqual(bytes);
        expect(base32Decode(text.replace(/(.{4})/g, '$1 '))).toEqual(bytes);
      }),
    );
  });

  test.each([['1'], ['M1======'], ['MZXW8'], ['MZ=XW6'], ['ſZXW6'], ['MZXW6\n'], ['A'], ['MZ'], [''], ['====']])(
    'refused: %j',
    (text) => {
      expect(base32Decode(text)).toBeUndefined();
    },
  );
});

describe('the otpauth URI', () => {
  test('of a TOTP token', () => {
    const token = sampleToken({ algorithm: 'SHA256', digits: 8, factor: totp(0, 60_000) });
    expect(otpauthUri({ issuer: 'My Shop', account: 'alice@shop.example', token, secret: RFC_SECRET })).toBe(
      `otpauth://totp/My%20Shop:alice%40shop.example?secret=${SECRET_TEXT}&issuer=My%20Shop&algorithm=SHA256&digits=8&period=60`,
    );
  });

  test('of a HOTP token starts at its next counter', () => {
    const token = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 42 });
    expect(otpauthUri({ issuer: 'Shop', account: 'alice', token, secret: RFC_SECRET })).toBe(
      `otpauth://hotp/Shop:alice?secret=${SECRET_TEXT}&issuer=Shop&algorithm=SHA1&digits=6&counter=42`,
    );
  });

  test('without an issuer has none in either field', () => {
    const uri = otpauthUri({ issuer: ' ', account: 'alice', token: sampleToken(), secret: RFC_SECRET });
    expect(uri).toBe(`otpauth://totp/alice?secret=${SECRET_TEXT}&algorithm=SHA1&digits=6&period=30`);
  });

  // Attack: a name that smuggles in another issuer, secret or parameter.
  test('no name escapes its field', () => {
    const anyName = fc.string({
      unit: fc.oneof(fc.constantFrom(...':?&=#/%+ "<\u202e\ud800'), fc.string({ unit: anyCharacter, maxLength: 1 })),
    });
    fc.assert(
      fc.property(anyName, anyName, (issuer, account) => {
        const uri = new URL(otpauthUri({ issuer, account, token: sampleToken(), secret: RFC_SECRET }));
        const label = decodeURIComponent(uri.pathname);
        expect(uri.searchParams.getAll('secret')).toEqual([SECRET_TEXT]);
        expect(uri.hash).toBe('');
        const named = uri.searchParams.get('issuer');
        expect(label.split(':')).toHaveLength(named === null ? 1 : 2);
        if (named !== null) expect(label.split(':')[0]).toBe(`/${named}`);
        expect([...uri.searchParams.keys()].filter((key) => key !== 'issuer')).toEqual([
          'secret',
          'algorithm',
          'digits',
          'period',
        ]);
      }),
    );
  });
});
