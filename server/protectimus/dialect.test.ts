import { createHmac } from 'node:crypto';
import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environmentOf } from '../browsers/device-fingerprint/browser-signals.ts';
import { idFromBytes, idNumber, parseIdNumber } from '../kernel/ids.ts';
import { areValidTemplates, piecesOf, wrapImportedHash } from '../passwords/imported-hash.ts';
import { readWrapped, wrapping } from '../passwords/legacy-hash.ts';
import { hotp } from '../tokens/kinds/oath/code.ts';
import { PROOF_LOOK_AHEAD, provePossession } from '../tokens/kinds/oath/prove-possession.ts';
import { isBlockedBy, lockOf, TOKEN_BLOCKS, USER_BLOCKS } from './blocks.ts';
import { variantShowing, variantsOf } from './device-variants.ts';
import { importedHashOf, templateOf } from './encoding-format.ts';
import { FAILURES, failureOf, isCredentialRefusal } from './failure-codes.ts';
import { parseEnvironment } from './parse-environment.ts';
import { plainPhone } from './phone-numbers.ts';
import { possibleSeeds, readSeed } from './seeds.ts';
import { fieldsOf, hasValidHash } from './transaction-data.ts';

describe('numbers of objects', () => {
  test('map to one id each, and every id has one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 7, maxLength: 7 }), (bytes) => {
        const id = idFromBytes('tok', bytes);
        expect(parseIdNumber('tok', String(idNumber(id)))).toBe(id);
      }),
    );
  });

  test('have one notation', () => {
    for (const text of ['', '-1', '+1', '01', '1.0', '1e3', ' 1', '0x1', '４', String(2 ** 52), '9'.repeat(30)]) {
      expect(parseIdNumber('tok', text)).toBeUndefined();
    }
    expect(parseIdNumber('tok', String(2 ** 52 - 1))).toBe('tok_3zzzzzzzzzz');
  });
});

describe('failures', () => {
  test('cover every refusal, and no error of a user is reported as another', () => {
    for (const code of Object.keys(REFUSALS) as RefusalCode[]) expect(FAILURES[failureOf(code)]).toBeGreaterThan(0);
    expect(
      (Object.keys(REFUSALS) as RefusalCode[]).filter(isCredentialRefusal).every((code) => REFUSALS[code].status < 500),
    ).toBe(true);
  });
});

describe('formats of hashes', () => {
  const words = fc.constantFrom('PASS', 'SALT', 'HEX_PASS', 'HEX_SALT');
  const format = fc.array(fc.oneof(words, fc.stringMatching(/^[ -~]{1,6}$/)), { minLength: 1, maxLength: 6 });

  test('converts the sample of the dialect', () => {
    expect(templateOf('PASS{HEX_SALT}')).toBe('{password}{open}{salt:hex}{close}');
  });

  test('treats every character outside a word as itself, in any context', () => {
    fc.assert(
      fc.property(format, (parts) => {
        const text = parts.join('');
        const template = templateOf(text);
        const values = { password: 'PASS', 'password:hex': 'HEX_PASS', salt: 'SALT', 'salt:hex': 'HEX_SALT' };
        const back = piecesOf(template)
          .map((part) => {
            if (typeof part === 'string') return part;
            return { ...values, hash: '?', open: '{', close: '}' }[part.piece];
          })
          .join('');
        expect(back).toBe(text);
        const usesPassword = /PASS/.test(text);
        expect(areValidTemplates([template])).toBe(usesPassword && template.length <= 200);
      }),
    );
  });

  test('a wrapped hash contains the digest nowhere, and is read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.uint8Array({ maxLength: 40 }), (bytes, salt) => {
        const hash = Buffer.from(bytes).toString('hex');
        const adopted = wrapImportedHash(
          importedHashOf('SHA', { hash, salt: Buffer.from(salt).toString('hex'), encodingFormat: 'SALTPASS' }),
        );
        const around = wrapping(adopted ?? '');
        const phc = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ';
        const text = around?.around(phc) ?? '';
        expect(around?.inner).toBe(hash);
        expect(text).not.toContain(hash);
        expect(text).not.toContain(Buffer.from(bytes).toString('base64').replace(/=+$/, ''));
        expect(readWrapped(text)).toEqual({
          kind: 'digest',
          algorithm: 'sha1',
          rounds: ['{salt}{password}'],
          salt,
          phc,
        });
      }),
    );
  });

  test.each([
    '$wrapped-md5$W10$$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA',
    '$wrapped-md5$WyJ7cGFzc3dvcmR9Il0$$argon2id$v=19$m=9999999999,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA',
    '$wrapped-crc32$WyJ7cGFzc3dvcmR9Il0$$argon2id$x',
    '$wrapped-md5$$$',
  ])('SR-18: an absurd stored hash is refused: %s', (text) => {
    expect(readWrapped(text)).toBeUndefined();
  });
});

describe('transactions', () => {
  test('preserve the order of fields, and a value may contain the separator of labels', () => {
    expect(fieldsOf('amount=1=1|to=Alice')).toEqual([
      { label: 'amount', value: '1=1' },
      { label: 'to', value: 'Alice' },
    ]);
    expect(fieldsOf('amount')).toEqual([{ label: 'amount', value: '' }]);
  });

  test('are authenticated by the key, for this text alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.boolean(), (key, data, other, capitals) => {
        const hex = createHmac('sha256', key).update(data, 'utf8').digest('hex');
        const hash = capitals ? hex.toUpperCase() : hex;
        expect(hasValidHash(key, data, hash)).toBe(true);
        const text = (one: string) => Buffer.from(one, 'utf8').toString('hex');
        if (text(other) !== text(data)) expect(hasValidHash(key, other, hash)).toBe(false);
      }),
    );
    for (const hash of ['', '0'.repeat(64), 'x'.repeat(64)]) expect(hasValidHash('key', 'data', hash)).toBe(false);
  });
});

describe('devices', () => {
  const seed = fc.uint8Array({ minLength: 10, maxLength: 64 });

  test('reads a seed in its declared format', () => {
    fc.assert(
      fc.property(seed, (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(readSeed(buffer.toString('hex').toUpperCase(), 'HEX')).toEqual(bytes);
        expect(readSeed(buffer.toString('base64'), 'BASE64')).toEqual(bytes);
        expect(possibleSeeds(buffer.toString('hex'))).toContainEqual(bytes);
      }),
    );
    expect(readSeed('00'.repeat(9), 'HEX')).toBeUndefined();
    expect(readSeed('00'.repeat(65), 'HEX')).toBeUndefined();
  });

  test('finds the device that shows a code, and uses the code up', () => {
    const counters = fc.integer({ min: 0, max: PROOF_LOOK_AHEAD });
    fc.assert(
      fc.property(seed, counters, (secret, counter) => {
        const otp = hotp({ secret, counter, digits: 6, algorithm: 'SHA1' });
        const hex = Buffer.from(secret).toString('hex');
        const found = variantShowing(variantsOf('SAFENET_ETOKEN_PASS', hex, otp), otp, 0);
        const place = { factor: { kind: 'hotp' }, algorithm: 'SHA1', digits: 6, nextCounter: 0 } as const;
        const next = provePossession(place, secret, otp, 0) ?? 0;
        expect(found?.factor).toEqual({ kind: 'hotp' });
        expect(next).toBeGreaterThan(0);
        expect(next).toBeLessThanOrEqual(counter + 1);
        expect(hotp({ secret, counter: next - 1, digits: 6, algorithm: 'SHA1' })).toBe(otp);
      }),
    );
  });
});

test('reads grouped phone numbers, and nothing else becomes one', () => {
  const groups = fc.array(fc.stringMatching(/^[ ()./-]{0,3}$/), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{12}$/), groups, fc.boolean(), (digits, between, plus) => {
      const written = [...digits].map((digit, at) => `${between[at]}${digit}`).join('');
      expect(plainPhone(plus ? `+${written}` : written)).toBe(plus ? `+${digits}` : digits);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const plain = plainPhone(text);
      expect(plain === text || /^\+?[0-9]*$/.test(plain)).toBe(true);
    }),
  );
});

test('maps every block of the dialect to one of ours or to none', () => {
  expect(new Set(TOKEN_BLOCKS.map(lockOf))).toEqual(
    new Set(['none', 'administrator', 'otp-failures', 'resync-failures']),
  );
  expect(USER_BLOCKS.map(isBlockedBy)).toEqual([false, true, 'never', 'never', 'never', 'never']);
});

test('reads a browser under its usual names, and never throws for other input', () => {
  const expected = { language: 'en-gb', zone: 'europe/london', screen: '1920x1080', colourDepth: '24' };
  const written = [
    { language: 'en-GB', timeZone: 'Europe/London', screen: { width: 1080, height: 1920 }, colorDepth: '24' },
    { languages: ['en-GB', 'de'], timezone: 'Europe/London', resolution: '1920 x 1080', colourDepth: 24 },
    { lang: 'en-GB', zone: 'Europe/London', screenWidth: 1920, screenHeight: 1080, screenColorDepth: 24 },
  ];
  for (const json of written) expect(environmentOf(parseEnvironment(json))).toEqual(expected);
  fc.assert(fc.property(fc.jsonValue(), (json) => void environmentOf(parseEnvironment(json))));
});
