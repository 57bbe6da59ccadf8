import { expect, test } from 'vitest';
import { md4 } from './md4.ts';
import { hashForList } from './password-digest.ts';

// RFC 1320, appendix A.5.
test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('MD4 of %j', (message, digest) => {
  expect(md4(Buffer.from(message)).toString('hex')).toBe(digest);
});

test('the NTLM hash is MD4 of UTF-16, little-endian', () => {
  // MS-NLMP section 4.2.2.1.2: NTOWFv1 of "Password".
  expect(hashForList('ntlm', 'Password').toString('hex')).toBe('a4f49c406510bdcab6824ee7c30fd852');
  // The length of the padding changes at 55 bytes.
  expect(new Set([27, 28, 31, 32].map((length) => hashForList('ntlm', 'x'.repeat(length)).toString('hex'))).size).toBe(
    4,
  );
});

test('the hash of a password is that of its characters as typed', () => {
  expect(hashForList('sha-1', 'password').toString('hex')).toBe('5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8');
});
