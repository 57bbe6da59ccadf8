import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../../../kernel/result.ts';
import {
  assign,
  consumeResult,
  operatorContext,
  resyncToken,
  unassign,
  updateResource,
  updateToken,
  updateUser,
} from '../../../testing/as-operator.ts';
import {
  addToken,
  addUser,
  type Fixture,
  type FixtureOptions,
  NONCE,
  PASSWORD,
  read,
  unwrap,
  wrongCode,
} from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { createSelfServiceFixture, shownIn, toSelf } from '../../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { createTrustFixture, signInWith, trustIn } from '../../../testing/trust-fixture.ts';
import { userDocument } from '../../../users/documents.ts';
import { changeOwnPin } from '../../self-service/change-pin.ts';
import { endOwnTrust } from '../../self-service/forget-browsers.ts';
import { trustedBrowsersDocument } from './documents.ts';
import { endBrowserTrust } from './end-trust.ts';
import { listTrustedBrowsers } from './list-trusted.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('trust-ends');
});
afterAll(() => ports.close());

const setScene = (options: FixtureOptions = {}) => createTrustFixture(ports, options);
const code = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';
const stored = async ({ user }: Fixture) => (await read(ports, trustedBrowsersDocument.key(user.id))).list;
const consume = ({ account, resource }: Fixture, walk: LoginDriver) =>
  consumeResult(ports, { account, resource: resource.id, result: walk.view.result ?? '', nonce: NONCE });

describe('trust ends at once', () => {
  const self = (scene: Fixture) => operatorContext(scene.account);
  test.each<[string, (scene: Fixture) => Promise<unknown>]>([
    ['all browsers', (scene) => endBrowserTrust(ports, self(scene), { user: scene.user.id })],
    [
      'this browser',
      async (scene) =>
        endBrowserTrust(ports, self(scene), { user: scene.user.id, browser: (await stored(scene))[0]?.id }),
    ],
    ['a new password', ({ account, user }) => updateUser(ports, account, user.id, { password: 'quite other words' })],
    [
      'a block, also once it is over',
      async ({ account, user }) => {
        unwrap(await updateUser(ports, account, user.id, { blocked: true }));
        return updateUser(ports, account, user.id, { blocked: false });
      },
    ],
    [
      'a lock of the token, also once it is unlocked',
      async ({ account, tokens: [token] }) => {
        unwrap(await updateToken(ports, account, token?.id ?? 'tok_0', { locked: true }));
        return updateToken(ports, account, token?.id ?? 'tok_0', { locked: false });
      },
    ],
    [
      'a deactivated token, also once it is active again',
      async ({ account, tokens: [token] }) => {
        unwrap(await updateToken(ports, account, token?.id ?? 'tok_0', { enabled: false }));
        return updateToken(ports, account, token?.id ?? 'tok_0', { enabled: true });
      },
    ],
    [
      'a PIN',
      ({ account, tokens: [token] }) =>
        updateToken(ports, account, token?.id ?? 'tok_0', { pin: { digits: '1234', position: 'before' } }),
    ],
    [
      'a resynchronised token',
      async ({ account, tokens: [token] }) =>
        resyncToken(ports, account, token?.id ?? 'tok_0', [(await token?.code(2)) ?? '', (await token?.code(3)) ?? '']),
    ],
    [
      'a new token',
      async ({ account, user, resource }) => {
        const token = await addToken(ports, account, { owner: user.id });
        return assign(ports, { account, resource: resource.id, user: user.id, token: token.id });
      },
    ],
    [
      'a removed token, also once it is back',
      async ({ account, user, resource, tokens: [, second] }) => {
        const pair = { account, resource: resource.id, user: user.id, token: second?.id };
        unwrap(await unassign(ports, pair));
        return assign(ports, pair);
      },
    ],
    [
      'a shorter time, also once it is long again',
      async ({ account, resource }) => {
        unwrap(await updateResource(ports, account, resource.id, { trustedBrowserDays: 29 }));
        return updateResource(ports, account, resource.id, { trustedBrowserDays: 30 });
      },
    ],
    [
      'no more time, also once there is some again',
      async ({ account, resource }) => {
        unwrap(await updateResource(ports, account, resource.id, { trustedBrowserDays: null }));
        return updateResource(ports, account, resource.id, { trustedBrowserDays: 30 });
      },
    ],
  ])('with %s', async (what, change) => {
    const scene = await setScene({ tokens: [{ kind: 'hotp' }, { kind: 'hotp' }] });
    const secret = await trustIn(scene);
    const before = await signInWith(scene, [secret]);
    expect(before.view.step).toBe('done');
    await change(scene);
    const password = what === 'a new password' ? 'quite other words' : PASSWORD;
    const walk = await signInWith(scene, [secret], { password });
    expect(walk.view.step).toBe('otp');
    // What the browser was given before is void too, and no list shows it.
    expect(isRefusal(await consume(scene, before))).toBe(true);
    expect(await listTrustedBrowsers(ports, await read(ports, userDocument.key(scene.user.id)))).toEqual([]);
  });

  test('and the use of a token, its name, or a longer time ends nothing', async () => {
    const scene = await setScene();
    const { account, resource, tokens } = scene;
    const secret = await trustIn(scene);
    unwrap(await updateToken(ports, account, tokens[0]?.id ?? 'tok_0', { name: 'fob' }));
    const wrong = await LoginDriver.toOtp(scene);
    await wrong.otp(await wrongCode(scene));
    await wrong.otp(await code(scene));
    unwrap(await updateResource(ports, account, resource.id, { name: 'Other', trustedBrowserDays: 30 }));
    expect((await signInWith(scene, [secret])).view.step).toBe('done');
  });

  test('a locked token denies in a trusted browser as anywhere', async () => {
    const scene = await setScene();
    const secret = await trustIn(scene);
    unwrap(await updateToken(ports, scene.account, scene.tokens[0]?.id ?? 'tok_0', { locked: true }));
    expect((await signInWith(scene, [secret])).view).toMatchObject({
      step: 'denied',
      error: { code: 'TOKEN_LOCKED_BY_ADMINISTRATOR' },
    });
  });
});

describe('on the self-service page', () => {
  const setStage = () =>
    createSelfServiceFixture(ports, { tokens: [{ kind: 'hotp' }], resource: { trustedBrowserDays: 30 } });

  test('the user sees where, and ends the trust in one browser or in all', async () => {
    const scene = await setStage();
    const secrets = [await trustIn(scene, { address: '203.0.113.7' }), await trustIn(scene), await trustIn(scene)];
    const walk = await toSelf(scene);
    const { trusted = [] } = shownIn(walk.view);
    expect(trusted).toHaveLength(3);
    expect(trusted[2]).toMatchObject({ address: '203.0.113.7', addedAt: ports.clock.now() });
    await walk.self(endOwnTrust, { browser: trusted[2]?.id });
    expect(shownIn(walk.view).trusted).toEqual(trusted.slice(0, 2));
    expect((await signInWith(scene, secrets.slice(0, 1))).view.step).toBe('otp');
    expect((await signInWith(scene, secrets.slice(1, 2))).view.step).toBe('done');
    await walk.self(endOwnTrust, {});
    expect(shownIn(walk.view).trusted).toBeUndefined();
    expect((await signInWith(scene, secrets)).view.step).toBe('otp');
  });

  test('a changed PIN ends the trust', async () => {
    const scene = await setStage();
    const id = scene.tokens[0]?.id ?? 'tok_0';
    unwrap(await updateToken(ports, scene.account, id, { pin: { digits: '1234', position: 'before' } }));
    const first = await LoginDriver.toOtp(scene);
    const secret = (await first.trust(`1234${await code(scene)}`)) ?? '';
    const walk = await LoginDriver.toOtp(scene, { purpose: 'self' });
    await walk.otp(`1234${await code(scene)}`);
    expect(shownIn(walk.view).trusted).toHaveLength(1);
    await walk.self(changeOwnPin, { token: id, pin: '4321' });
    expect(shownIn(walk.view).trusted).toBeUndefined();
    expect((await signInWith(scene, [secret])).view.step).toBe('otp');
  });

  // The attack: end the trust of another user, whose browser's id is known.
  test('SR-67: a user ends the trust in their own browsers alone', async () => {
    const scene = await setStage();
    const secret = await trustIn(scene);
    const other = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    const walk = await toSelf(other);
    await walk.self(endOwnTrust, { browser: (await stored(scene))[0]?.id });
    await walk.self(endOwnTrust, {});
    expect((await signInWith(scene, [secret])).view.step).toBe('done');
  });
});
