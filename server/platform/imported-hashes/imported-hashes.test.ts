import { createHash } from 'node:crypto';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { type ImportedHash, wrapImportedHash } from '../../passwords/imported-hash.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { adoptHash } from '../../user-management/adopt-hash.ts';
import { createArgon2Hasher } from '../argon2/argon2-hasher.ts';

const hasher = createArgon2Hasher();
const account = 'acc_00000000000';
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('imported hashes');
});
afterAll(() => ports.close());

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
  // hashcat's examples (https://hashcat.net/wiki/doku.php?id=example_hashes).
  ['hashcat', '$P$984478476IagS59wHZvyQMArzfx58u.'],
  ['hashcat', '$S$C33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf'],
  ['hashcat', '$5$rounds=5000$GX7BopJZJxPc/KEK$le16UF8I2Anb.rOrn22AUPWvzUETDGefUmAV8AZkGcD'],
  ['hashcat', '$6$52450745$k5ka2p8bFuSmoVT1tzOyyuaREkkKBcCNqoDKzYiJL9RaE8yMnPgh2XzzF0NDrUhgrcLwg78xs1w5pJiypEdFX/'],
  ['hashcat', '{SSHA}AZKja92fbuuB9SpRlHqaoXxbTc43Mzc2MDM1Ng=='],
  [
    'hashcat',
    '{SSHA512}ALtwKGBdRgD+U0fPAy31C28RyKYx7+a8kmfksccsOeLknLHv2DBXYI7TDnTolQMBuPkWDISgZr2cHfnNPFjGZTEyNDU4OTkw',
  ],
  // The test vectors of SHA-crypt (https://www.akkadia.org/drepper/SHA-crypt.txt).
  [
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'Hello world!',
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  // Made by PHP: crypt(), password_hash(), hash_pbkdf2(), and the loops of phpass 0.5 and Drupal 7.
  ['lètmein', '$5$rounds=1000$$ZtqcT5XZFLT08pLDUdF9YXD2H7kXyEvieGJwpb3NTh8'],
  ['long '.repeat(40), '$5$rounds=1400$anotherlongsalts$GxeU65xZ3v1Bml915The/sRW4ZgrJCzEdALEYiBrsM6'],
  ['lètmein', '$wp$2y$06$2LtLPpdPANAOhCJNGHW2hOe.6yMELoqtYVQ6yP6rYQ6.z1ZalNyZS'],
  ['lètmein', '$P$BabcdEFGHFGjeVdj257kyTBh1ygIsU/'],
  ['lètmein', '$H$9abcdEFGHi0PQ9vqB3C.X0CG52SzGk0'],
  ['lètmein', '$S$CabcdEFGHrtihjUHVTmXRUaInM7CGeMmzHIRxfG1nJxJPPefH7Sf'],
  ['lètmein', 'U$S$CabcdEFGHUdbss.rLup6JjyvAWQKzRIOGqH6uFxuOGumf9bc45Eh'],
  ['geheim', '{SSHA}pX30TqV2XdlxLlrJzNBPhrEfRigB/yBzYWx0'],
  ['geheim', '{SSHA256}0onjiuXJF8PwLXUwguzJIDp2JhVREvEH3CsAFalSaVQxMjM0NTY3OA=='],
  ['lètmein', 'AQAAAAEAACcQAAAAEITPGkd7MQ6Cr4ubEoGxoIB6KuHp5C9dqhv+voiuDtreLWIfKlajyEa65vAwi4Fg/w=='],
  ['lètmein', 'AQAAAAIAAAPoAAAAEOvwy9BdXLmtqwORg2lUk5KN0VuUD1R61bZlaLB5sIrRXh2w9xGK0KpkhLtTgz/O5g=='],
  ['lètmein', 'AOnvRMBG67l9sHLdSBnV3A2cLKClo7Fk00iR/l6IbROjzTFehucm4x2QTd+ae7oyZQ=='],
  // passlib's documentation and test suite.
  ['not a password', 'pbkdf2_sha1$10000$wz5B6WkasRoF$atJmJ1o+XfJxKq1+Nu1f1i57Z5I='],
  ['password', '$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44'],
  // Made by Werkzeug 3.1.3, passlib 1.7.4 and `doveadm pw` of Dovecot 2.4.1.
  [
    'lètmein',
    'scrypt:32768:8:1$6g3HM0EUDuBYmCOi$2ee2a94ed3c5c1d6c26b948396d7dac0a859a9a09827b8ad30ad6fecb9e72cbc793ff939c95314559da2ca1f1516f56d00c59372b66cad6e2dc4caf7593853be',
  ],
  [
    'lètmein',
    'scrypt:1024:8:2$j2T5$a4ef951925c2b1a49607545482dba65577224553e2f64e8451a1bfc7c2b3d83047d1be0df90129c2bab0a634e9d0c41ea11525f7ed0406f81fa239761dafd236',
  ],
  ['lètmein', 'pbkdf2:sha256:1000$F29BxIFsOQt3Wzp4$e18466f17b0b1c906614e96ae60df598a337eff6f04dd58612b86de926c87343'],
  ['lètmein', 'pbkdf2:sha1:1000$UjFKDqSFARAUQmN8$e1f46709f999c54ebf3315cab0dc444d658f9b08'],
  [
    'lètmein',
    'pbkdf2:sha512:1000$BJLgDI33UyvZpOcf$0ab3ab812e5be957efcc300494297b6f5c7ea41622020b7977956f412cd8190e11e803c76006ed1267ca0e9fe2c6c43151e74ce443b8829316d7b9c095353a85',
  ],
  ['lètmein', '$bcrypt-sha256$v=2,t=2b,r=5$co2YKdpchLWLiX0Y68zFje$oFB8Zp3uQ8nhsUCPlrk/c/B9MYMe5i2'],
  ['x'.repeat(80), '$bcrypt-sha256$v=2,t=2b,r=5$8G7Dr3u1ioL8Tfpjnonzg.$GzhQBzVDwlcoa.JIIKJqAACMxTFYdB.'],
  ['x'.repeat(80), '$bcrypt-sha256$2b,5$s058icyG5Q3oxVbZiszXWu$.STDc.R2EgUPqeQq8Xy3cP7GPJ4o6/e'],
  ['lètmein', '$bcrypt-sha256$2a,5$SbfXpfUwMU/Xs8aDHwLBOu$IOWIuq7z.4KMMH9dnUiCpj4sQRnYO5i'],
  ['lètmein', '{PBKDF2-SHA256}1000$EWLsHeMcY.zdO2csBcAY4w$KbcIzYpkcNxBlGNsNTLCSbLk4XnyAPRs9vHYyxLLVsk'],
  ['lètmein', '{PBKDF2}1000$5fyfc07p3fufcy6l9N57zw$P.FAS3MbwgDXSgG1iayX9xxlbW0'],
  [
    'lètmein',
    '{PBKDF2-SHA512}1000$uNcao3ROyVnr3dt7bw2BMA$blwvZMR7FkcSg00zGmFz.NVpGPVT9YMSZpdUO5W.vMruUkmPdykn8irbygVr2o9CrGzzUNCjY2zBgYPZL03HMQ',
  ],
  ['lètmein', '{SMD5}8/xYVI/qnYYhGOaL+zKlggsBYOw='],
  ['lètmein', '{MD5}iKQ0yIzKTpAPeHTNmBI/Qw=='],
  ['lètmein', '{SHA1}bROMo65UVjGzq9caTwds51nFcAs='],
  ['lètmein', '{SSHA}9lZKr8VD2iqlZgC0dz4NbrkrE/a2uqbr'],
  ['lètmein', '{SSHA256}FQzN7vHrxIPWJ38UQjObgDgZEOwi8LeCqM7ZXOWnYE/fyijH'],
  ['lètmein', '{SSHA512}Sua8vjoyu0XinBgUbjsW235kr2QtNNmlQLc7ZFpgGrsvRoZqKqTgMMfVCRVPn9SIEqjJQR5T5pARa6cK1wDX6HkdA4g='],
  [
    'lètmein',
    '{SSHA512.HEX}b81d476bc90f7445dcfdcda6ac12b3e62acfe18adb7439e91c6a46b5fabd39766270708eeb33d59763db0320c294728746fe2233908ff5fa0e74642afaebb48c0b86d53f',
  ],
  ['lètmein', '{SHA256.HEX}1af7ea1e8c993e69aa1fe000aedd64a4586cc74b978bf3b951eda5009d2eba2d'],
  ['lètmein', '{SHA256}1af7ea1e8c993e69aa1fe000aedd64a4586cc74b978bf3b951eda5009d2eba2d'],
  ['lètmein', '{SHA512}N6g7NZd/oHxn1KzJBHpNIkrbiwg4smNct16MnImZphxNFeUEXlQWpvez3QBPpze+OMMvHGhN/XpIWRVWKRoA2A=='],
  ['lètmein', '{LDAP-MD5}iKQ0yIzKTpAPeHTNmBI/Qw=='],
  ['lètmein', '{PLAIN-MD5}88a434c88cca4e900f7874cd98123f43'],
  ['lètmein', '{PLAIN-MD5.B64}iKQ0yIzKTpAPeHTNmBI/Qw=='],
  ['lètmein', '{SHA256-CRYPT}$5$05IoChbNMGImZ51e$gsBiblx5cdMAtnVJ1ucA.dsp9aO5neqZHYohvOiRYw2'],
  [
    'lètmein',
    '{SHA512-CRYPT}$6$rounds=1000$lSAt.lOmRT8WrEZN$KvxYVyLwjIqxYR9xWAuWdfnLVeqENzmUBVaByxl4wdnqk73UD5X9Hs1VxDj99LOw/HuJt1E12qSMLaISMH5Yy1',
  ],
  [
    'lètmein',
    '{SHA512-CRYPT.B64}JDYkcWZpaGhROXJ3UGZySFF4bSQwVjNiSmlMcHlyRzBhelYzT3BzU3FlQTYuVjJrTjJBNlJERmgxLm5wWGtTR3lLMC43UEZIMm1EZ3p5eS9lVDZZR1dwUWd3TDFtaHAwR0tHZWRJcHh3MA==',
  ],
  ['lètmein', '{BLF-CRYPT}$2y$05$5kM5tyxYUYdoHgVrftgOnu7gqOKhUXz9WhWspCa1jG3z2.PssIy/y'],
  [
    'lètmein',
    '{BLF-CRYPT.HEX}2432792430352443754a59674e34782f4d4c69462f33643062786d636546332f525673327050376567597349435a76666d536f346b41546d506a6d2e',
  ],
  ['lètmein', '{CRYPT}$2y$05$P8GKb0KdU14SJGbnl/HNV.Fn.p6ynaYuBDe0G5sE0Uv62ouL6ir3K'],
  [
    'lètmein',
    '{CRYPT}$6$rounds=1000$GF5PZVzyA4piT2fh$BsdOJIgoBB2aqabypC7q4jOqEF14wT3VCBTjVgCaGDFwilZME.vufLjQ66YFalbMXiB7xbrk6qZ2D3cC2fCdZ.',
  ],
  [
    'lètmein',
    '{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$3IeVILoyoE8f1JvZmTOpyQ$H8Sohqk4uLyXgV6Z9uMHIDEyXaulZrOiwFMDrSonfsc',
  ],
  ['lètmein', '{PBKDF2}$1$MqhiktbOIKA1Hp8j$5000$723ef4de7f91a2c7980f680745ceeb66c2bdbc36'],
  // The reference implementation of argon2.
  ['password', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'],
])('matches %j with %s', async (password, text) => {
  expect(await fits({ format: 'text', text }, password)).toBe(true);
});

const FIREBASE = {
  format: 'firebase-scrypt',
  hash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  salt: '42xEC+ixf3L2lw==',
  signerKey: 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  saltSeparator: 'Bw==',
  rounds: 8,
  memoryCost: 14,
} as const;

test('verifies the scrypt of Firebase, with the example of its documentation, and stores no signer key', async () => {
  expect(await fits(FIREBASE, 'user1password')).toBe(true);
  const stored = wrapImportedHash(FIREBASE) ?? '';
  const { signerKey, hash } = FIREBASE;
  for (const secret of [signerKey, hash]) {
    expect(stored).not.toContain(secret.replace(/=+$/, ''));
  }
});

// SR-18. The attack: an import whose hashes take minutes each, at the sign-in of a user whom the attacker names.
test.each<[string, ImportedHash]>([
  ['phpass of 2^30 rounds', { format: 'text', text: `$P$S${'a'.repeat(30)}` }],
  ['Drupal of 2^25 rounds', { format: 'text', text: `$S$N${'a'.repeat(51)}` }],
  ['SHA-crypt of a billion rounds', { format: 'text', text: `$6$rounds=999999999$salt$${'a'.repeat(86)}` }],
  ['SHA-crypt of ten rounds', { format: 'text', text: `$6$rounds=10$salt$${'a'.repeat(86)}` }],
  ['SHA-crypt with the output of the other', { format: 'text', text: `$5$salt$${'a'.repeat(86)}` }],
  ['Firebase with a gigabyte', { ...FIREBASE, memoryCost: 20 }],
  ['Firebase with half a cost', { ...FIREBASE, memoryCost: 1.5 }],
  ['Firebase with a cost beyond numbers', { ...FIREBASE, memoryCost: 5000 }],
  ['Firebase with a short signer key', { ...FIREBASE, signerKey: 'AAAA' }],
  ['LDAP without its salt', { format: 'text', text: `{SSHA}${Buffer.alloc(20).toString('base64')}` }],
  ['LDAP cut short', { format: 'text', text: `{SSHA256}${Buffer.alloc(24).toString('base64')}` }],
  ['Werkzeug with a gigabyte', { format: 'text', text: `scrypt:1048576:8:1$salt$${'ab'.repeat(64)}` }],
  ['Werkzeug with an N that is no power of two', { format: 'text', text: `scrypt:1000:8:1$salt$${'ab'.repeat(64)}` }],
  ['Werkzeug of a billion rounds', { format: 'text', text: `pbkdf2:sha256:999999999$salt$${'ab'.repeat(32)}` }],
  ['Werkzeug without its rounds', { format: 'text', text: `pbkdf2:sha256$salt$${'ab'.repeat(32)}` }],
  ['Werkzeug with another digest', { format: 'text', text: `pbkdf2:md5:1000$salt$${'ab'.repeat(16)}` }],
  [
    'Werkzeug with a salt of a kilobyte',
    { format: 'text', text: `pbkdf2:sha1:9$${'s'.repeat(900)}$${'ab'.repeat(20)}` },
  ],
  ['Werkzeug with an output of four bytes', { format: 'text', text: 'pbkdf2:sha256:1000$salt$abcdabcd' }],
  ['Werkzeug with an output that is no hexadecimal', { format: 'text', text: `pbkdf2:sha1:9$salt$${'zz'.repeat(20)}` }],
  ['bcrypt-sha256 that takes hours', { format: 'text', text: passlib('v=2,t=2b,r=31') }],
  ['bcrypt-sha256 below the minimum of bcrypt', { format: 'text', text: passlib('v=2,t=2b,r=3') }],
  ['bcrypt-sha256 of a later version', { format: 'text', text: passlib('v=3,t=2b,r=12') }],
  ['bcrypt-sha256 cut short', { format: 'text', text: passlib('v=2,t=2b,r=12').slice(0, -1) }],
  ['Dovecot of a billion rounds', { format: 'text', text: `{PBKDF2}$1$salt$999999999$${'ab'.repeat(20)}` }],
  ['Dovecot with a salt of a kilobyte', { format: 'text', text: `{PBKDF2}$1$${'s'.repeat(900)}$9$${'ab'.repeat(20)}` }],
  ['Dovecot with base64 that is none', { format: 'text', text: '{SSHA256}not base64!' }],
  ['Dovecot with an encoding that is none', { format: 'text', text: `{SHA256.B85}${'ab'.repeat(32)}` }],
  ['scrypt that OpenSSL does not compute', { format: 'text', text: `$scrypt$ln=17,r=1,p=1$c2FsdA$${'A'.repeat(43)}` }],
  ['a digest whose rounds are no JSON', { format: 'text', text: `$digest-md5$AAAA$$${'A'.repeat(22)}` }],
  ['a scheme in a scheme', { format: 'text', text: '{CRYPT}{CRYPT}$2y$05$P8GKb0KdU14SJGbnl/HNV.Fn.p6ynaYuBDe' }],
  ['Identity of four billion rounds', { format: 'text', text: identity(0xffffffff, 16, 32) }],
  ['Identity with a salt beyond its end', { format: 'text', text: identity(1000, 0xffffff00, 32) }],
  ['Identity with a subkey of four bytes', { format: 'text', text: identity(1000, 16, 4) }],
])('SR-18: refuses %s', (_, imported) => {
  expect(wrapImportedHash(imported)).toBeUndefined();
});

function passlib(parameters: string): string {
  return `$bcrypt-sha256$${parameters}$${'a'.repeat(22)}$${'a'.repeat(31)}`;
}

function identity(iterations: number, saltLength: number, subkeyLength: number): string {
  const header = Buffer.alloc(13);
  header[0] = 1;
  for (const [at, number] of [1, iterations, saltLength].entries()) header.writeUInt32BE(number, 1 + 4 * at);
  return Buffer.concat([header, Buffer.alloc(16 + subkeyLength)]).toString('base64');
}

// The attack: a stolen store is searched for passwords. A repeated digest is guessed a million times a second, so none is
// stored: only argon2id of it.
test.each([
  ['lètmein', '$P$BabcdEFGHFGjeVdj257kyTBh1ygIsU/'],
  ['lètmein', 'U$S$CabcdEFGHUdbss.rLup6JjyvAWQKzRIOGqH6uFxuOGumf9bc45Eh'],
  ['lètmein', '$5$rounds=1000$$ZtqcT5XZFLT08pLDUdF9YXD2H7kXyEvieGJwpb3NTh8'],
  ['geheim', '{SSHA}pX30TqV2XdlxLlrJzNBPhrEfRigB/yBzYWx0'],
])('adopts the digest of %j wrapped in argon2id: %s', async (password, text) => {
  const adopted = await adoptHash({ ...ports, hasher }, account, { format: 'text', text });
  if (isRefusal(adopted)) throw new Error(adopted.refused);
  const { passwordHash } = adopted;
  expect(passwordHash).toMatch(/^\$wrapped-.*\$argon2id\$/);
  expect(passwordHash).not.toContain(text.slice(-16));
  expect(hasher.needsRehash(passwordHash)).toBe(true);
  expect(await hasher.verify(passwordHash, password)).toBe(true);
  expect(await hasher.verify(passwordHash, `${password}x`)).toBe(false);
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
