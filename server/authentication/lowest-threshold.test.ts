import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Resource } from '../resources/resource.ts';
import { assign, authenticate, updateResource, updateToken } from '../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  createFixture,
  type Fixture,
  type FixtureToken,
  signInByApi,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('lowest-threshold');
});
afterAll(() => ports.close());

/** Alice and her token at a less strict resource that allows ten wrong codes. */
const atLax = () => createFixture(ports, { tokens: [{ kind: 'hotp' }], resource: { failedAttemptsBeforeLock: 10 } });
const addStrict = ({ account }: Fixture, failedAttemptsBeforeLock = 3) =>
  addResource(ports, account, { name: 'Bank', failedAttemptsBeforeLock });
const tokenOf = ({ tokens: [token] }: Fixture): FixtureToken => {
  if (!token) throw new Error('no token');
  return token;
};
const pair = (scene: Fixture, resource: Resource, token = tokenOf(scene)) =>
  assign(ports, { account: scene.account, resource: resource.id, user: scene.user.id, token: token.id });
const direct = ({ account }: Fixture, resource: Resource, { id }: FixtureToken) =>
  assign(ports, { account, resource: resource.id, token: id });
async function byToken(scene: Fixture, resource: Resource, token: FixtureToken, otp: string) {
  const asked = { account: scene.account, resource: resource.id };
  return authenticate(ports, { ...asked, method: 'token', token: token.id, otp });
}
async function guess(scene: Fixture, times: number): Promise<void> {
  for (let at = 0; at < times; at++) await signInByApi(ports, scene, await wrongCode(scene, at));
}

// SR-67. The attack: a token of a strict resource is guessed through a less strict one that accepts it too.
describe('SR-67: a token of two resources', () => {
  const shared: [string, (scene: Fixture, strict: Resource) => Promise<unknown>][] = [
    ['with its owner', (scene, strict) => pair(scene, strict)],
    ['directly', (scene, strict) => direct(scene, strict, tokenOf(scene))],
  ];

  test.each(shared)('locks at the lower threshold, also if the stricter accepts it %s', async (_name, share) => {
    const scene = await atLax();
    unwrap((await share(scene, await addStrict(scene))) as object);
    await guess(scene, 3);
    expect(await tokenOf(scene).stored()).toMatchObject({ failures: 3 });
    expect((await tokenOf(scene).stored()).lock).toBeUndefined();
    expect(await signInByApi(ports, scene, await wrongCode(scene, 4))).toMatchObject({ refused: 'TOKEN_LOCKED' });
    expect(await tokenOf(scene).stored()).toMatchObject({ failures: 4, lock: { reason: 'otp-failures' } });
  });

  test('locks at the lower threshold through the widget', async () => {
    const scene = await atLax();
    unwrap(await pair(scene, await addStrict(scene)));
    const walk = await LoginDriver.toOtp(scene);
    let tries = 0;
    for (; walk.view.step === 'otp'; tries++) await walk.otp(await wrongCode(scene, tries));
    expect(tries).toBe(4);
  });

  test('locks at the lower threshold if the less strict one accepts it directly', async () => {
    const scene = await atLax();
    const token = tokenOf(scene);
    const lax = await addResource(ports, scene.account, { failedAttemptsBeforeLock: 10 });
    unwrap(await direct(scene, lax, token));
    unwrap(await pair(scene, await addStrict(scene)));
    for (let at = 0; at < 4; at++) await byToken(scene, lax, token, await wrongCode(scene, at));
    expect(await token.stored()).toMatchObject({ failures: 4, lock: { reason: 'otp-failures' } });
  });

  test('has its failures reset by a success only within the lower threshold', async () => {
    const scene = await atLax();
    await guess(scene, 5);
    unwrap(await pair(scene, await addStrict(scene)));
    unwrap(await signInByApi(ports, scene, await tokenOf(scene).code()));
    expect(await tokenOf(scene).stored()).toMatchObject({ failures: 5 });
    await guess(scene, 1);
    expect((await tokenOf(scene).stored()).lock).toBeDefined();
  });

  test('does not lower the threshold of another token of its owner', async () => {
    const scene = await atLax();
    const other = await addToken(ports, scene.account, { kind: 'hotp', owner: scene.user.id });
    unwrap(await pair(scene, scene.resource, other));
    unwrap(await pair(scene, await addStrict(scene)));
    await guess(scene, 4);
    expect((await tokenOf(scene).stored()).lock).toBeDefined();
    expect(await other.stored()).toMatchObject({ failures: 4 });
    expect((await other.stored()).lock).toBeUndefined();
    unwrap(await signInByApi(ports, scene, await other.code()));
    expect(await other.stored()).toMatchObject({ failures: 0 });
  });

  test('uses the threshold of that moment', async () => {
    const scene = await atLax();
    const strict = await addStrict(scene, 8);
    unwrap(await pair(scene, strict));
    await guess(scene, 4);
    expect((await tokenOf(scene).stored()).lock).toBeUndefined();
    unwrap(await updateResource(ports, scene.account, strict.id, { failedAttemptsBeforeLock: 3 }));
    await guess(scene, 1);
    expect((await tokenOf(scene).stored()).lock).toBeDefined();
  });

  test('counts an assignment that is made while the code is checked', async () => {
    const scene = await atLax();
    const strict = await addStrict(scene);
    await guess(scene, 3);
    let isMade = false;
    ports.store.intercept.commit = async (change, go) => {
      if (!isMade && change.anchor === tokenOf(scene).id) {
        isMade = true;
        // Advances the token as well, so that the attempt is decided again.
        unwrap(await direct(scene, strict, tokenOf(scene)));
      }
      return go();
    };
    await guess(scene, 1);
    ports.store.intercept = {};
    expect((await tokenOf(scene).stored()).lock).toBeDefined();
  });

  test('no longer counts a resource once the token has another owner', async () => {
    const scene = await atLax();
    unwrap(await pair(scene, await addStrict(scene)));
    const bob = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    const token = tokenOf(scene);
    unwrap(await updateToken(ports, scene.account, token.id, { owner: bob.user.id }));
    unwrap(await pair({ ...bob, tokens: [token] }, scene.resource));
    await guess({ ...bob, tokens: [token] }, 4);
    expect((await token.stored()).lock).toBeUndefined();
  });

  test('costs one more read, together with the others, and none if only one resource accepts it', async () => {
    const scene = await atLax();
    const readsOf = async () => {
      const before = ports.store.reads;
      await guess(scene, 1);
      return ports.store.reads - before;
    };
    const alone = await readsOf();
    const strict = await addStrict(scene);
    expect(await readsOf()).toBe(alone);
    unwrap(await pair(scene, strict));
    expect(await readsOf()).toBe(alone + 1);
  });
});
