import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSchemeText, refuseKnownText } from './scheme-text.ts';

const LENGTHS = { md5: 16, sha1: 20, sha256: 32, sha512: 64 } as const;
type Algorithm = keyof typeof LENGTHS;
const UNSALTED: readonly (readonly [string, Algorithm])[] = [
  ['MD5', 'md5'],
  ['PLAIN-MD5', 'md5'],
  ['LDAP-MD5', 'md5'],
  ['SHA', 'sha1'],
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA512', 'sha512'],
];
const SALTED: readonly (readonly [string, Algorithm])[] = [
  ['SMD5', 'md5'],
  ['SSHA', 'sha1'],
  ['SSHA256', 'sha256'],
  ['SSHA512', 'sha512'],
];
const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 37 + 5) % 256);
const encoded = (data: Uint8Array, as: 'hex' | 'base64') => Buffer.from(data).toString(as);
const rounds = ['{password}{salt}'];
const none = new Uint8Array();

describe.each(UNSALTED)('{%s}', (scheme, algorithm) => {
  const hash = bytes(LENGTHS[algorithm]);
  const read = { kind: 'digest', algorithm, rounds, salt: none, hash };

  test('is read in the encoding that it names, or else that its length tells', () => {
    const [hex, base64] = [encoded(hash, 'hex'), encoded(hash, 'base64')];
    expect(readSchemeText(`{${scheme}}${base64}`)).toEqual(read);
    expect(readSchemeText(`{${scheme}}${base64.replace(/=+$/, '')}`)).toEqual(read);
    expect(readSchemeText(`{${scheme}}${hex.toUpperCase()}`)).toEqual(read);
    expect(readSchemeText(`{${scheme.toLowerCase()}.hex}${hex}`)).toEqual(read);
    expect(readSchemeText(`{${scheme}.HEX}${hex}`)).toEqual(read);
    expect(readSchemeText(`{${scheme}.B64}${base64}`)).toEqual(read);
    expect(readSchemeText(`{${scheme}.base64}${base64}`)).toEqual(read);
    expect(readSchemeText(`{${scheme}.B64}${hex}`)).toBeUndefined();
    expect(readSchemeText(`{${scheme}.HEX}${base64}`)).toBeUndefined();
  });

  test('has no byte less or more than its hash', () => {
    for (const length of [0, hash.length - 1, hash.length + 1]) {
      expect(readSchemeText(`{${scheme}.HEX}${encoded(bytes(length), 'hex')}`)).toBeUndefined();
    }
  });
});

describe.each(SALTED)('{%s}', (scheme, algorithm) => {
  test('has its salt behind the hash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), (salt) => {
        const hash = bytes(LENGTHS[algorithm]);
        const both = Uint8Array.of(...hash, ...salt);
        const read = { kind: 'digest', algorithm, rounds, salt, hash };
        expect(readSchemeText(`{${scheme}}${encoded(both, 'base64')}`)).toEqual(read);
        expect(readSchemeText(`{${scheme}.HEX}${encoded(both, 'hex')}`)).toEqual(read);
      }),
    );
  });

  test('is none without a salt, or cut short', () => {
    const { [algorithm]: length } = LENGTHS;
    for (const one of [length, length - 1]) {
      expect(readSchemeText(`{${scheme}.HEX}${encoded(bytes(one), 'hex')}`)).toBeUndefined();
    }
  });

  test('is read as base64 even where it is as long as its hash in hexadecimal', () => {
    const text = encoded(bytes((LENGTHS[algorithm] * 2 * 3) / 4), 'base64').slice(0, LENGTHS[algorithm] * 2);
    expect(readSchemeText(`{${scheme}}${text}`)).toMatchObject({ kind: 'digest', algorithm });
  });
});

test.each(['CRYPT', 'BLF-CRYPT', 'SHA256-CRYPT', 'SHA512-CRYPT', 'ARGON2', 'ARGON2I', 'ARGON2ID'])(
  '{%s} stands before a text of its own',
  (scheme) => {
    const text = '$2y$10$ä';
    expect(readSchemeText(`{${scheme}}${text}`)).toEqual({ text });
    expect(readSchemeText(`{${scheme}.B64}${Buffer.from(text).toString('base64')}`)).toEqual({ text });
    expect(readSchemeText(`{${scheme}.HEX}${Buffer.from(text).toString('hex')}`)).toEqual({ text });
    expect(readSchemeText(`{${scheme}.HEX}${text}`)).toBeUndefined();
    expect(readSchemeText(`{${scheme}}x${text}`)).toBeUndefined();
    expect(readSchemeText(`{${scheme}}`)).toBeUndefined();
  },
);

describe('{PBKDF2}', () => {
  const hash = bytes(20);
  const hex = encoded(hash, 'hex');
  const salt = new TextEncoder().encode('sält');

  test('of Dovecot has salt, iterations and hash', () => {
    const read = { kind: 'pbkdf2', algorithm: 'sha1', salt, hash };
    expect(readSchemeText(`{PBKDF2}$1$sält$5000$${hex}`)).toEqual({ ...read, iterations: 5000 });
    expect(readSchemeText(`{pbkdf2}$1$sält$7$${hex.toUpperCase()}`)).toEqual({ ...read, iterations: 7 });
    expect(readSchemeText(`{PBKDF2}$1$sält$123456789$${hex}`)).toEqual({ ...read, iterations: 123_456_789 });
    expect(readSchemeText(`{PBKDF2}$1$$7$${hex}`)).toEqual({ ...read, salt: none, iterations: 7 });
  });

  test.each([
    ['ten digits of iterations', `$1$s$1234567890$${hex}`],
    ['iterations that begin with 0', `$1$s$05$${hex}`],
    ['no iterations', `$1$s$$${hex}`],
    ['iterations in words', `$1$s$1x$${hex}`],
    ['a hash cut short', `$1$s$5$${hex.slice(2)}`],
    ['a longer hash', `$1$s$5$${hex}00`],
    ['a hash that is no hexadecimal', `$1$s$5$${'z'.repeat(40)}`],
    ['another version', `$2$s$5$${hex}`],
    ['something before it', `$$1$s$5$${hex}`],
    ['nothing', '$'],
  ])('with %s is none', (_name, rest) => {
    expect(readSchemeText(`{PBKDF2}${rest}`)).toBeUndefined();
  });

  test.each(['PBKDF2', 'PBKDF2-SHA1', 'PBKDF2-SHA256', 'PBKDF2-SHA512'])('{%s} is read as a PHC string', (scheme) => {
    const text = `$${scheme.toLowerCase()}$5000$salt$hash`;
    expect(readSchemeText(`{${scheme}}5000$salt$hash`)).toEqual({ text });
    if (scheme !== 'PBKDF2') expect(readSchemeText(`{${scheme}}$1$s$5$${hex}`)).toBeUndefined();
  });

  test.each(['PBKDF2-SHA384', 'PBKDF2-SHA', 'XPBKDF2', 'PBKDF2-SHA512X'])('{%s} is none', (scheme) => {
    expect(readSchemeText(`{${scheme}}5000$salt$hash`)).toBeUndefined();
  });
});

test.each([
  ['no scheme', 'rL0Y20zC+Fzt72VPzMSk2A=='],
  ['a scheme behind something', 'x{MD5}rL0Y20zC+Fzt72VPzMSk2A=='],
  ['an empty scheme', '{}rL0Y20zC+Fzt72VPzMSk2A=='],
  ['another encoding', '{MD5.B32}rL0Y20zC+Fzt72VPzMSk2A=='],
  ['a scheme that is not known', '{MD6}rL0Y20zC+Fzt72VPzMSk2A=='],
  ['a scheme of more than twenty characters', `{CRYPT${'X'.repeat(16)}}$2y$`],
  ['no base64', '{MD5}*'],
  ['a line break', '{MD5}rL0Y20zC+Fzt72VPzMSk2A==\n'],
])('a text with %s is none', (_name, text) => {
  expect(readSchemeText(text)).toBeUndefined();
});

describe('a text of a known kind that is refused', () => {
  const advice = 'is not supported: import the user without a password, and send a link to choose a new one';
  const clear = 'this is a password in the clear: send it as the password of the user';

  test.each([
    ['$y$j9T$x', 'yescrypt'],
    ['$gy$j9T$x', 'gost-yescrypt'],
    ['$apr1$x', 'apr1 (Apache)'],
    ['$1$x', 'MD5-crypt'],
    ['./09AZaz01234', 'DES-crypt'],
  ])('%s is called %s, with and without a scheme', (text, name) => {
    expect(refuseKnownText(text)).toBe(`${name} ${advice}`);
    expect(refuseKnownText(`{CRYPT}${text}`)).toBe(`${name} ${advice}`);
    expect(refuseKnownText(`{CRYPT}\n${text}`)).toBeUndefined();
    expect(refuseKnownText(`x${text}`)).toBeUndefined();
    expect(refuseKnownText('{CRYPT}$2y$10$x')).toBeUndefined();
  });

  test.each([
    'SCRAM-SHA-1',
    'SCRAM-SHA-256',
    'CRAM-MD5',
    'HMAC-MD5',
    'DIGEST-MD5',
    'PLAIN-MD4',
    'OTP',
    'NTLM',
    'LANMAN',
  ])('{%s} is called so', (scheme) => {
    expect(refuseKnownText(`{${scheme}}secret`)).toBe(`${scheme} ${advice}`);
    expect(refuseKnownText(`{${scheme.toLowerCase()}.hex}secret`)).toBe(`${scheme} ${advice}`);
  });

  test.each(['PLAIN', 'CLEAR', 'CLEARTEXT', 'PLAIN-TRUNC'])('{%s} is a password', (scheme) => {
    // Whatever the password looks like.
    for (const text of ['secret', '$1$x', '']) expect(refuseKnownText(`{${scheme}}${text}`)).toBe(clear);
  });

  test('is no other text', () => {
    for (const text of ['', 'correct horse', '{SSHA}secret', 'ab1Hv2Lg7ltQ', 'ab1Hv2Lg7ltQoo']) {
      expect(refuseKnownText(text)).toBeUndefined();
    }
  });
});
