import { createHash } from 'node:crypto';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { expect, test } from 'vitest';
import { type ImportedHash, wrapImportedHash } from '../../passwords/imported-hash.ts';
import { createArgon2Hasher } from '../argon2/argon2-hasher.ts';

const hasher = createArgon2Hasher();

/** True if the hash is accepted, matches this password and does not match another. */
async function fits(imported: ImportedHash, password: string): Promise<boolean> {
  const stored = wrapImportedHash(imported);
  if (stored === undefined) throw new Error('not taken over');
  expect(hasher.needsRehash(stored)).toBe(true);
  expect(await hasher.verify(stored, `${password}x`)).toBe(false);
  return hasher.verify(stored, password);
}

test.each([
  // jBCrypt's own test vectors.
  ['abcdefghijklmnopqrstuvwxyz', '$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC'],
  ['a', '$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe'],
  ['abc', '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'],
  // Django's test suite.
  ['lètmein', 'pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c='],
  [
    'lètmein',
    'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
  ],
  ['lètmein', 'sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8'],
  ['lètmein', 'md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3'],
  ['lètmein', 'md5$$88a434c88cca4e900f7874cd98123f43'],
  // passlib's documentation and test suite.
  ['not a password', 'pbkdf2_sha1$10000$wz5B6WkasRoF$atJmJ1o+XfJxKq1+Nu1f1i57Z5I='],
  ['password', '$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44'],
  // The reference implementation of argon2.
  ['password', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'],
])('matches %j with %s', async (password, text) => {
  expect(await fits({ format: 'text', text }, password)).toBe(true);
});

test('verifies PBKDF2 and scrypt from parts: RFC 6070 and RFC 7914', async () => {
  const plain = { encoding: 'hex', saltEncoding: 'text' } as const;
  const sha1 = { salt: 'salt', hash: '4b007901b765489abead49d926f721d065a429c1', ...plain };
  expect(await fits({ format: 'pbkdf2', algorithm: 'sha1', iterations: 4096, ...sha1 }, 'password')).toBe(true);
  const hash =
    'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640';
  const numbers = { cost: 1024, blockSize: 8, parallelism: 16 };
  expect(await fits({ format: 'scrypt', ...numbers, salt: 'NaCl', hash, ...plain }, 'password')).toBe(true);
});

test('verifies legacy digests: template, several rounds, binary salt, base64', async () => {
  const of = (algorithm: string, ...pieces: (string | Buffer)[]) =>
    pieces.reduce((digest, piece) => digest.update(piece), createHash(algorithm)).digest();
  const text = { encoding: 'hex', saltEncoding: 'text' } as const;

  const nested = of('sha1', 's4lt', of('sha1', 's4lt', of('sha1', 'geheim').toString('hex')).toString('hex'));
  const rounds = ['{password}', '{salt}{hash}', '{salt}{hash}'];
  const shop = {
    format: 'digest',
    algorithm: 'sha1',
    rounds,
    salt: 's4lt',
    hash: nested.toString('hex'),
    ...text,
  } as const;
  expect(await fits(shop, 'geheim')).toBe(true);

  const salt = Buffer.from([0, 255, 128, 7]);
  const ldap: ImportedHash = {
    format: 'digest',
    algorithm: 'sha512',
    rounds: ['{password}{salt}'],
    salt: salt.toString('base64'),
    saltEncoding: 'base64',
    hash: of('sha512', 'geheim', salt).toString('base64'),
    encoding: 'base64',
  };
  expect(await fits(ldap, 'geheim')).toBe(true);

  const peppered = of('sha256', 'pepper:', 'geheim').toString('hex').toUpperCase();
  const bare = { salt: '', hash: peppered, ...text };
  expect(await fits({ format: 'digest', algorithm: 'sha256', rounds: ['pepper:{password}'], ...bare }, 'geheim')).toBe(
    true,
  );
});

test('counts characters beyond the 72nd in bcrypt over SHA-256, as Django does', async () => {
  const password = 'x'.repeat(80);
  const inner = await bcrypt(createHash('sha256').update(password).digest('hex'), 4);
  expect(await fits({ format: 'text', text: `bcrypt_sha256$${inner}` }, password)).toBe(true);
});
