import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportedHash } from '../passwords/imported-hash.ts';
import { createArgon2Hasher } from '../platform/argon2/argon2-hasher.ts';
import { assign, authenticate, createUser, updateUser } from '../testing/as-operator.ts';
import { addResource, addUser, birth, createFixture, type Fixture, read, unwrap } from '../testing/fixtures.ts';
import { BREACHED_PASSWORD, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { createUser as createUserAs } from '../user-management/create-user.ts';
import { userDocument } from '../users/documents.ts';

let logins = 0;
const newLogin = () => `login-${logins++}`;
let ports: TestPorts;
let scene: Fixture;
beforeAll(async () => {
  ports = await openTestPorts('new-password');
  scene = await createFixture(ports);
});
afterAll(() => ports.close());

// SR-37
describe('a new password, set by any actor', () => {
  const bad: [string, string, object][] = [
    ['too short', 'only fourteen!', { refused: 'PASSWORD_TOO_SHORT', detail: 'at least 15 characters' }],
    ['too long', 'four words a day '.repeat(16), { refused: 'PASSWORD_TOO_LONG' }],
    ['common', 'iloveyou12345!!', { refused: 'PASSWORD_COMMON', flaw: 'listed' }],
    ['a pattern', 'iloveyouiloveyou', { refused: 'PASSWORD_COMMON', flaw: 'pattern' }],
    ['stolen elsewhere', BREACHED_PASSWORD, { refused: 'PASSWORD_BREACHED' }],
    ['made of the user’s name', 'dora-dora-2027!', { refused: 'PASSWORD_COMMON', flaw: 'personal' }],
    ['made of the account’s name', 'acmeacme acmeacme dora', { refused: 'PASSWORD_COMMON', flaw: 'personal' }],
  ];
  test.each(bad)('%s: refused at creation and at change, and never hashed', async (_name, password, why) => {
    const { account } = scene;
    const { user } = unwrap(await createUser(ports, birth(ports, 'usr'), account, { login: newLogin() }));
    const hashed = ports.hasher.hashed;
    const made = await createUser(ports, birth(ports, 'usr'), account, {
      login: newLogin(),
      firstName: 'Dora',
      password,
    });
    expect(made).toMatchObject(why);
    unwrap(await updateUser(ports, account, user.id, { firstName: 'Dora' }));
    expect(await updateUser(ports, account, user.id, { password })).toMatchObject(why);
    expect(ports.hasher.hashed).toBe(hashed);
  });

  test('needs 15 characters alone, and 8 where every resource also asks for a code', async () => {
    const strict = await addResource(ports, scene.account, { methodPolicy: 'password-otp', name: 'Vault' });
    const { user } = await addUser(ports, scene.account, strict, { user: { login: 'erik' }, alone: true });
    unwrap(await updateUser(ports, scene.account, user.id, { password: 'kV9qz7Rw' }));
    expect(await updateUser(ports, scene.account, user.id, { password: 'kV9qz7R' })).toMatchObject({
      refused: 'PASSWORD_TOO_SHORT',
      detail: 'at least 8 characters',
    });
    expect(await updateUser(ports, scene.account, user.id, { password: 'vault-27' })).toMatchObject({
      flaw: 'personal',
    });
    // A resource that accepts the password alone, so the short one is refused.
    unwrap(await assign(ports, { account: scene.account, resource: scene.resource.id, user: user.id }));
    expect(await updateUser(ports, scene.account, user.id, { password: 'kV9qz7Rw' })).toMatchObject({
      refused: 'PASSWORD_TOO_SHORT',
    });
  });

  test('is not hashed for an actor who may not set it', async () => {
    const hashed = ports.hasher.hashed;
    const elsewhere = await createFixture(ports);
    expect(await updateUser(ports, scene.account, elsewhere.user.id, { password: 'long enough to be hashed' })).toEqual(
      { refused: 'USER_NOT_FOUND' },
    );
    expect(ports.hasher.hashed).toBe(hashed + 1);
  });
});

describe('an imported hash', () => {
  const md5 = (login: string): [string, ImportedHash] => [
    login,
    {
      format: 'digest',
      algorithm: 'md5',
      rounds: ['{salt}{password}'],
      hash: '3f86d0d3d465b7b458c231bf3555c0e3',
      encoding: 'hex',
      salt: 'seasalt',
      saltEncoding: 'text',
    },
  ];

  test('signs its user in with the old password, however short, and is argon2id from then on', async () => {
    const real = { ...ports, hasher: createArgon2Hasher() };
    const [login, passwordHash] = md5('imported');
    const { account, resource } = scene;
    const { user } = unwrap(await createUser(real, birth(ports, 'usr'), account, { login, passwordHash }));
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
    const signIn = (password: string) =>
      authenticate(real, { account, resource: resource.id, user: login, method: 'password', password });

    expect(await signIn('letmein')).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect((await read(ports, userDocument.key(user.id))).passwordHash).toMatch(/^\$wrapped-md5\$/);
    expect(await signIn('lètmein')).toMatchObject({ user: { id: user.id } });
    expect((await read(ports, userDocument.key(user.id))).passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await signIn('lètmein')).toMatchObject({ user: { id: user.id } });
    expect(await signIn('letmein')).toMatchObject({ refused: 'INVALID_CREDENTIALS' });
  });

  // SR-49
  test('is guessed at no faster than any other, and its user still signs in from a known network', async () => {
    const real = { ...ports, hasher: createArgon2Hasher() };
    const { account, resource } = scene;
    const [login, passwordHash] = md5('attacked');
    const { user } = unwrap(await createUser(real, birth(ports, 'usr'), account, { login, passwordHash }));
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
    const signIn = (password: string, address: string) =>
      authenticate(real, { account, resource: resource.id, user: login, method: 'password', password, address });
    expect(await signIn('lètmein', '192.0.2.7')).toMatchObject({ user: { id: user.id } });
    for (let i = 0; i < 6; i++) await signIn('guess', '203.0.113.9');
    expect(await signIn('lètmein', '203.0.113.9')).toMatchObject({ refused: 'TOO_MANY_ATTEMPTS' });
    expect(await signIn('lètmein', '192.0.2.7')).toMatchObject({ user: { id: user.id } });
  });

  // SR-18
  test('out of bounds is refused at import, as are a hash and a password at once', async () => {
    const make = (passwordHash: ImportedHash, password?: string) =>
      createUserAs(ports, { actor: { kind: 'operator', account: scene.account } }, birth(ports, 'usr'), {
        login: 'absurd',
        passwordHash,
        password,
      });
    const text = '$2b$31$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkY8jIucDrjc8deX1sA.';
    expect(await make({ format: 'text', text })).toEqual({ refused: 'PASSWORD_HASH_INVALID' });
    expect(await make(md5('both')[1], 'and a good password')).toMatchObject({ refused: 'INPUT_INVALID' });
  });
});
