import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CORPUS } from './vectors/corpus.ts';
import { signEs256 } from './vectors/es256.ts';
import { publicJwk, signWith, TEST_KEYS } from './vectors/forge.ts';
import { canForgeWeakKeys } from './vectors/weak-key-cases.ts';

const read = (name: string) => readFileSync(new URL(`../shared/vectors/${name}`, import.meta.url), 'utf8');

describe('the vectors', () => {
  const writable = Object.entries(CORPUS).filter(([name]) => name !== 'results.json' || canForgeWeakKeys());
  test.each(writable)('%s is what the generator writes', (name, print) => {
    expect(read(name)).toBe(print());
  });

  test('contain no private member of any key', () => {
    const { jwks } = JSON.parse(read('results.json'));
    expect(jwks.keys).toHaveLength(21);
    expect(JSON.stringify(jwks)).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
  });
});

describe('deterministic ES256', () => {
  test('creates the signature of RFC 6979 A.2.5', () => {
    const key = Buffer.from('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721', 'hex');
    expect(
      Buffer.from(signEs256(key, Buffer.from('sample')))
        .toString('hex')
        .toUpperCase(),
    ).toBe(
      'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716' +
        'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    );
  });

  test('creates signatures that OpenSSL accepts', () => {
    const key = createPublicKey({ key: publicJwk(TEST_KEYS.es256), format: 'jwk' });
    for (const text of ['', 'a', 'b'.repeat(1000)]) {
      const message = Buffer.from(text);
      const signature = signWith('es256')(message);
      expect(verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
  });
});
