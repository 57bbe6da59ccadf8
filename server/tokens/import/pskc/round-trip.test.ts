import { spawnSync } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../../shared/testing/any-character.ts';
import { hotp } from '../../kinds/oath/code.ts';
import type { ImportedToken } from '../import-file.ts';
import { oathOf, readWhole } from '../testing/read-whole.ts';
import { type CipherName, type WrittenKey, type WrittenProtection, writePskc } from '../testing/write-pskc.ts';

const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max });
const suites = { SHA1: 'HMAC-SHA1', SHA256: 'HmacSHA256', SHA512: 'SHA-512' } as const;
const algorithm = fc.constantFrom('SHA1', 'SHA256', 'SHA512');

const keys = fc.uniqueArray(
  fc.record({
    serial: fc.stringMatching(/^[A-Z0-9]{1,20}$/),
    // Key wrap needs multiples of eight bytes.
    secret: fc.integer({ min: 2, max: 8 }).chain((words) => bytes(words * 8)),
    kind: fc.constantFrom('hotp' as const, 'totp' as const),
    digits: fc.constantFrom(6 as const, 8 as const),
    counter: fc.nat(),
    periodSeconds: fc.integer({ min: 1, max: 2880 }).map((half) => half * 30),
    algorithm,
  }),
  { minLength: 1, maxLength: 5, selector: ({ serial }) => serial },
);

const protection: fc.Arbitrary<WrittenProtection> = fc.record({
  key: fc.constantFrom(16, 24, 32).chain((length) => bytes(length)),
  cipher: fc.constantFrom<CipherName>('aes-cbc', 'aes-gcm', 'kw-aes'),
  macHash: fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
  macKey: fc.integer({ min: 2, max: 8 }).chain((words) => bytes(words * 8)),
  iv: bytes(16),
});

function written(key: WrittenKey & { algorithm: keyof typeof suites }): WrittenKey {
  return { ...key, suite: suites[key.algorithm] };
}

function tokensOf(file: ReturnType<typeof readWhole>): ImportedToken[] {
  if ('flaw' in file) throw new Error(file.flaw);
  return file.rows.map(({ outcome }) => {
    if ('flaw' in outcome) throw new Error(outcome.flaw);
    return outcome.token;
  });
}

describe('reads what was written', () => {
  test('encrypted or not, by every cipher and hash', () => {
    fc.assert(
      fc.property(keys, fc.option(protection, { nil: undefined }), (all, how) => {
        const xml = writePskc(all.map(written), how);
        const tokens = tokensOf(readWhole(xml, { preSharedKey: how?.key }));
        expect(tokens).toEqual(
          all.map((key) => ({
            name: `oath.Acme ${key.serial}`,
            serial: key.serial,
            kind: key.kind,
            algorithm: key.algorithm,
            digits: key.digits,
            periodMs: key.kind === 'totp' ? key.periodSeconds * 1000 : 30_000,
            counter: key.kind === 'hotp' ? key.counter : 0,
            driftSteps: 0,
            secret: new Uint8Array(key.secret),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('by a password, with every hash of PBKDF2', () => {
    const salt = Buffer.from('a salt of its own');
    const password = 'pass wörd 🔑';
    for (const hash of ['sha1', 'sha256', 'sha512'] as const) {
      const prf = {
        sha1: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
        sha256: 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
        sha512: 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha512',
      }[hash];
      const about = `<x:DerivedKey xmlns:x="http://www.w3.org/2009/xmlenc11#"><x:KeyDerivationMethod Algorithm="http://www.w3.org/2009/xmlenc11#pbkdf2"><x:PBKDF2-params><x:Salt><x:Specified>${salt.toString('base64')}</x:Specified></x:Salt><x:IterationCount>2000</x:IterationCount><x:KeyLength>32</x:KeyLength><x:PRF Algorithm="${prf}"/></x:PBKDF2-params></x:KeyDerivationMethod></x:DerivedKey>`;
      const how = {
        key: pbkdf2Sync(password, salt, 2000, 32, hash),
        cipher: 'aes-cbc' as const,
        macHash: 'sha256' as const,
        macKey: Buffer.alloc(32, 9),
        iv: Buffer.alloc(16, 3),
        about,
      };
      const key = { serial: '1', secret: Buffer.alloc(20, 5), kind: 'totp' as const, digits: 6 as const };
      const [token] = tokensOf(readWhole(writePskc([key], how), { password }));
      expect(token?.secret).toEqual(new Uint8Array(20).fill(5));
    }
  });
});

test('no change of one character makes another seed of an encrypted one', () => {
  fc.assert(
    fc.property(
      keys,
      protection,
      fc.nat(),
      fc.constantFrom('A', 'z', '<', '"', '0', ' ', '&'),
      (all, how, place, letter) => {
        const xml = writePskc(all.map(written), how);
        const at = place % xml.length;
        const file = readWhole(xml.slice(0, at) + letter + xml.slice(at + 1), { preSharedKey: how.key });
        if ('flaw' in file) return;
        const seeds = new Set(all.map(({ secret }) => Buffer.from(secret).toString('hex')));
        for (const { outcome } of file.rows) {
          if ('token' in outcome) expect(seeds).toContain(Buffer.from(outcome.token.secret).toString('hex'));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('reading any bytes ends with rows or a flaw', () => {
  const formats = fc.constantFrom('auto' as const, 'pskc' as const, 'csv' as const, 'otpauth' as const);
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: anyCharacter, maxLength: 300 }).map((one) => Buffer.from(one)),
    fc.string().map((one) => Buffer.from(`otpauth://totp/${one}?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ`)),
    fc.base64String().map((one) => Buffer.from(`otpauth-migration://offline?data=${encodeURIComponent(one)}`)),
  );
  fc.assert(
    fc.property(text, formats, (content, format) => {
      const file = readWhole(content, { format });
      expect('flaw' in file || file.rows.length > 0).toBe(true);
    }),
    { numRuns: 250 },
  );
});

// SR-46
test('codes of imported tokens agree with oathtool', () => {
  const secret = Buffer.from('3132333435363738393031323334353637383930', 'hex');
  const all = [
    { serial: 'A', secret, kind: 'hotp' as const, digits: 6 as const, counter: 7 },
    { serial: 'B', secret, kind: 'totp' as const, digits: 8 as const, periodSeconds: 60, suite: 'SHA256' },
  ];
  const [byEvent, byTime] = tokensOf(readWhole(writePskc(all))).map(oathOf);
  if (!byEvent || !byTime) throw new Error('both are there');
  const oathtool = (...options: string[]) => {
    const run = spawnSync('oathtool', [...options, '-'], { input: secret.toString('hex'), encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`oathtool failed: ${run.stderr}`);
    return run.stdout.trim();
  };
  expect(hotp(byEvent)).toBe(oathtool('--hotp', '-c', '7', '-d', '6'));
  const at = 1_800_000_000;
  const code = hotp({ ...byTime, counter: Math.floor((at * 1000) / byTime.periodMs) });
  expect(code).toBe(oathtool('--totp=SHA256', '-s', '60s', '-d', '8', '-N', `@${at}`));
});
