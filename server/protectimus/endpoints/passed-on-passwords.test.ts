import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createArgon2Hasher } from '../../platform/argon2/argon2-hasher.ts';
import { anotherSession, sessionHeaders } from '../../testing/administrators.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { read } from '../../testing/fixtures.ts';
import { refusalOf } from '../../testing/http-service.ts';
import { userDocument } from '../../users/documents.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('passwords that a site passes on');
});
afterAll(() => dialect.service.ports.close());

const one = ({ scene }: Dialect) => `user-service/users/${numberOf(scene.user.id)}`;
const password = 'POST user-service/users/password';
const OLD = {
  id: undefined,
  login: 'alice',
  rawPassword: 'a7d48dbb7165641112ad1da9c59a6140',
  rawSalt: '5f4dcc3b5aa765d61d8327deb882cf99',
  encodingType: 'MD5',
  encodingFormat: 'PASS{HEX_SALT}',
};

describe('SR-18: an imported digest', () => {
  const hasher = createArgon2Hasher();
  /** The fake hasher of tests does not hash: the stored hash must be one that the real hasher reads. */
  const hashing = async <T>({ service }: Dialect, work: () => Promise<T>): Promise<T> => {
    const { hasher: fake } = service.ports;
    const own = fake.hash.bind(fake);
    fake.hash = (text) => hasher.hash(text);
    return work().finally(() => {
      fake.hash = own;
    });
  };

  test('is never stored unwrapped, and matches its password', async () => {
    const own = await dialect.another();
    await hashing(own, () => own.ask(password, OLD));
    const { passwordHash = '' } = await read(own.service.ports, userDocument.key(own.scene.user.id));
    expect(passwordHash).toMatch(/^\$wrapped-md5\$.*\$argon2id\$/);
    for (const bare of [OLD.rawPassword, Buffer.from(OLD.rawPassword, 'hex').toString('base64').slice(0, 20)]) {
      expect(passwordHash).not.toContain(bare);
    }
    expect(await hasher.verify(passwordHash, 'password')).toBe(true);
    expect(await hasher.verify(passwordHash, 'Password')).toBe(false);
    expect(await hasher.verify(passwordHash, OLD.rawPassword)).toBe(false);
    expect(hasher.needsRehash(passwordHash)).toBe(true);
  });

  test('is accepted with words that only the dialect has', async () => {
    const own = await dialect.another();
    const salt = Buffer.from([0, 255, 123, 125]);
    const hash = createHash('sha256')
      .update(`${Buffer.from('geheim').toString('hex')}-{}`)
      .update(salt)
      .update('{hash}geheim')
      .digest('hex')
      .toUpperCase();
    const sent = { ...OLD, encodingType: 'SHA256', rawPassword: hash, rawSalt: salt.toString('hex') };
    const format = 'HEX_PASS-{}SALT{hash}PASS';
    const { holder } = await hashing(own, () => own.ask(password, { ...sent, encodingFormat: format }));
    expect(holder.status).toBe('OK');
    const { passwordHash = '' } = await read(own.service.ports, userDocument.key(own.scene.user.id));
    expect(await hasher.verify(passwordHash, 'geheim')).toBe(true);
    expect(await hasher.verify(passwordHash, 'geheim!')).toBe(false);
  });
});

test('SR-41: an administrator cannot choose a user’s password; their key passes on what users type at a site', async () => {
  const own = await dialect.another();
  const { ports } = own.service;
  const headers = sessionHeaders(await anotherSession(ports, own.superuser));
  const body = { password: 'another horse battery' };
  const byHand = await own.service.call(`PATCH /v1/users/${own.scene.user.id}`, { headers, body });
  expect(await refusalOf(byHand)).toEqual({ status: 403, code: 'FORBIDDEN' });
  const before = await read(ports, userDocument.key(own.scene.user.id));
  expect((await own.ask(`PUT ${one(own)}`, body)).holder.status).toBe('OK');
  const after = await read(ports, userDocument.key(own.scene.user.id));
  expect(after.passwordHash).not.toBe(before.passwordHash);
});
