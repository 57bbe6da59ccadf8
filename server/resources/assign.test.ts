import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';
import { assign, authenticate, unassign, updateToken } from '../testing/as-operator.ts';
import { addToken, addUser, createFixture, type Fixture, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { userDocument } from '../users/documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('assign');
});
afterAll(() => ports.close());

const on = (scene: Fixture) => ({ account: scene.account, resource: scene.resource.id });
const tokenOf = (scene: Fixture) => {
  const [token] = scene.tokens;
  if (!token) throw new Error('no token');
  return token;
};
async function letsIn(scene: Fixture, method: 'password' | 'otp', user = scene.user.login) {
  const request = { ...on(scene), user };
  const verdict = await authenticate(
    ports,
    method === 'otp'
      ? { ...request, method, otp: await tokenOf(scene).code() }
      : { ...request, method, password: PASSWORD },
  );
  return !isRefusal(verdict);
}

describe('a token that moves away and back', () => {
  test.each(['to another user', 'to no user'])('%s brings no access with it', async (where) => {
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
    const { id } = tokenOf(scene);
    expect(await letsIn(scene, 'otp')).toBe(true);
    const other = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    const away = where === 'to no user' ? null : other.user.id;
    unwrap(await updateToken(ports, scene.account, id, { owner: away }));
    expect(await letsIn(scene, 'otp')).toBe(false);
    expect(await letsIn(scene, 'otp', 'bob')).toBe(false);
    // An assignment with the token includes one alone, which ends too.
    expect(await letsIn(scene, 'password')).toBe(false);
    unwrap(await updateToken(ports, scene.account, id, { owner: scene.user.id }));
    expect(await letsIn(scene, 'otp')).toBe(false);
    expect(await letsIn(scene, 'password')).toBe(false);
    unwrap(await assign(ports, { ...on(scene), user: scene.user.id, token: id }));
    expect(await letsIn(scene, 'otp')).toBe(true);
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toHaveLength(1);
  });

  test('does not change hands when it is given to its owner', async () => {
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
    unwrap(await updateToken(ports, scene.account, tokenOf(scene).id, { owner: scene.user.id }));
    expect(await letsIn(scene, 'otp')).toBe(true);
  });
});

describe('an assignment', () => {
  test('accepts existing objects of the caller’s own account', async () => {
    const [scene, other] = [await createFixture(ports, { tokens: [{}] }), await createFixture(ports, { tokens: [{}] })];
    const user = scene.user.id;
    const token = tokenOf(scene).id;
    const { account, resource } = on(scene);
    const theirs = { resource: other.resource.id, user: other.user.id, token: tokenOf(other).id };
    for (const verb of [assign, unassign]) {
      expect(await verb(ports, { account, resource })).toMatchObject({ refused: 'INPUT_INVALID' });
      expect(await verb(ports, { account, resource, user: theirs.user })).toEqual({ refused: 'USER_NOT_FOUND' });
      expect(await verb(ports, { account, resource, token: theirs.token })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    }
    expect(await assign(ports, { account, resource: theirs.resource, user })).toEqual({
      refused: 'RESOURCE_NOT_FOUND',
    });
    expect(await assign(ports, { account, resource, user, token: theirs.token })).toEqual({
      refused: 'TOKEN_NOT_FOUND',
    });
    expect(await assign(ports, { account, resource, user: theirs.user, token })).toEqual({ refused: 'USER_NOT_FOUND' });
    const stray = await addToken(ports, account, {});
    expect(await assign(ports, { account, resource, user, token: stray.id })).toEqual({ refused: 'TOKEN_NOT_OWNED' });
  });

  test('again changes nothing', async () => {
    const scene = await createFixture(ports, { tokens: [{}], alone: true });
    const before = await read(ports, userDocument.key(scene.user.id));
    unwrap(await assign(ports, { ...on(scene), user: scene.user.id }));
    unwrap(await assign(ports, { ...on(scene), user: scene.user.id, token: tokenOf(scene).id }));
    expect(await read(ports, userDocument.key(scene.user.id))).toEqual(before);
  });

  test('is not lost among many concurrent ones', async () => {
    const scene = await createFixture(ports);
    const tokens = [];
    for (let at = 0; at < 8; at++) tokens.push(await addToken(ports, scene.account, { owner: scene.user.id }));
    await Promise.all(tokens.map(({ id }) => assign(ports, { ...on(scene), user: scene.user.id, token: id })));
    expect((await read(ports, userDocument.key(scene.user.id))).assignments[0]?.tokens).toHaveLength(8);
  });
});

describe('an unassignment', () => {
  test('of each kind removes that kind alone', async () => {
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }], alone: true });
    const user = scene.user.id;
    const token = tokenOf(scene).id;
    unwrap(await assign(ports, { ...on(scene), token }));
    const byToken = async () =>
      !isRefusal(await authenticate(ports, { ...on(scene), method: 'token', token, otp: await tokenOf(scene).code() }));

    unwrap(await unassign(ports, { ...on(scene), user }));
    expect([await letsIn(scene, 'password'), await letsIn(scene, 'otp'), await byToken()]).toEqual([true, true, true]);
    unwrap(await unassign(ports, { ...on(scene), user, token }));
    expect([await letsIn(scene, 'password'), await letsIn(scene, 'otp'), await byToken()]).toEqual([
      false,
      false,
      true,
    ]);
    unwrap(await unassign(ports, { ...on(scene), token }));
    expect(await byToken()).toBe(false);
  });

  test('reports an assignment that does not exist', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const missing = { refused: 'ASSIGNMENT_NOT_FOUND' };
    expect(await unassign(ports, { ...on(scene), user: scene.user.id })).toEqual(missing);
    expect(await unassign(ports, { ...on(scene), token: tokenOf(scene).id })).toEqual(missing);
    const stray = await addToken(ports, scene.account, { owner: scene.user.id });
    expect(await unassign(ports, { ...on(scene), user: scene.user.id, token: stray.id })).toEqual(missing);
  });
});
