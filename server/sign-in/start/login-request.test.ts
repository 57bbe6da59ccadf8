import type { TokenState } from '@countersign/protocol/tokens';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { consumeResult, createLoginRequest, updateResource } from '../../testing/as-operator.ts';
import {
  birth,
  createFixture,
  type Fixture,
  NONCE,
  ORIGIN,
  overwrite,
  runMeanwhile,
  unwrap,
  wrongCode,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { userDocument } from '../../users/documents.ts';
import { LOGIN_REQUEST_ATTEMPTS, LOGIN_REQUEST_LIFETIME_MS } from '../flow.ts';
import { parseHandle } from '../stored-flow.ts';
import { startFlow } from './start-flow.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('login request');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

async function ask(scene: Fixture, { passwordChecked = true, nonce = NONCE, user = scene.user.login as string } = {}) {
  const { account, resource } = scene;
  const input = { account, resource: resource.id, user, nonce, passwordChecked };
  return unwrap(await createLoginRequest(ports, birth(ports, 'flw'), input)).loginRequest;
}
const code = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';
const begin = (scene: Fixture, loginRequest: string, input: object = {}) =>
  startFlow(ports, {
    resource: scene.resource.id,
    nonce: NONCE,
    origin: ORIGIN,
    client: {},
    loginRequest,
    ...input,
  });
const claimsOf = (scene: Fixture, walk: LoginDriver) =>
  ports.signer.verify(walk.view.result ?? '', { audience: scene.resource.id, now: ports.clock.now() });

describe('a login request', () => {
  test.each([true, false])(
    'asks the user that the host named for the code alone (password checked: %s)',
    async (passwordChecked) => {
      const scene = await createFixture(ports, { tokens: [{}] });
      const walk = await LoginDriver.begin(scene, { loginRequest: await ask(scene, { passwordChecked }) });
      expect(walk.view).toMatchObject({ step: 'otp', seq: 0, login: 'alice' });
      expect(await walk.otp(await code(scene))).toMatchObject({ step: 'done' });
      // The host checked the password: the result does not vouch for it.
      expect(await claimsOf(scene, walk)).toMatchObject({
        sub: scene.user.id,
        amr: ['otp'],
        acr: '1',
        otp: 'verified',
      });
    },
  );

  const decisions: [TokenState[], boolean, string][] = [
    [['active'], true, 'otp'],
    [['active'], false, 'otp'],
    [['deactivated'], true, 'done'],
    [['deactivated'], false, 'denied'],
    [['deactivated', 'locked'], true, 'denied'],
    [['locked'], true, 'denied'],
    [['expired'], true, 'denied'],
    [[], true, 'denied'],
    [[], false, 'denied'],
  ];
  test.each(decisions)('with tokens %j and password checked %s starts at %s', async (states, passwordChecked, step) => {
    const scene = await createFixture(ports, { tokens: states.map((state) => ({ state })) });
    const walk = await LoginDriver.begin(scene, { loginRequest: await ask(scene, { passwordChecked }) });
    expect(walk.view.step).toBe(step);
    if (step === 'done') expect(await claimsOf(scene, walk)).toMatchObject({ amr: [], acr: '1', otp: 'skipped' });
    else expect(walk.view).not.toHaveProperty('result');
  });

  test('is valid for its own resource, nonce and secret only', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const other = await createFixture(ports, { tokens: [{}] });
    const request = await ask(scene);
    const id = request.split('.')[1];
    const invalid = { refused: 'LOGIN_REQUEST_INVALID' };
    expect(await begin(scene, request, { nonce: 'another-nonce-0123456' })).toEqual(invalid);
    expect(await begin(other, request)).toEqual(invalid);
    for (const text of [
      '',
      'lrq.',
      request.slice(4),
      `lrq.${id}.${'A'.repeat(32)}`,
      `${request}A`,
      'lrq.flw_00000000000.x',
    ]) {
      expect(await begin(scene, text)).toEqual(invalid);
    }
    const foreignPage = await begin(scene, request, { origin: 'https://evil.example' });
    expect(foreignPage).toEqual({ refused: 'ORIGIN_NOT_ALLOWED' });
    expect(await begin(scene, request)).toMatchObject({ step: 'otp' });
  });

  test('has to start within two minutes', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const request = await ask(scene);
    ports.clock.advance(LOGIN_REQUEST_LIFETIME_MS);
    expect(await begin(scene, request)).toEqual({ refused: 'LOGIN_REQUEST_INVALID' });
  });

  test('names a user who exists, in the caller’s own account', async () => {
    const scene = await createFixture(ports);
    const input = { account: scene.account, resource: scene.resource.id, nonce: NONCE, passwordChecked: true };
    expect(await createLoginRequest(ports, birth(ports, 'flw'), { ...input, user: 'stranger' })).toEqual({
      refused: 'USER_NOT_FOUND',
    });
    const other = await createFixture(ports, { user: { login: 'carol' } });
    expect(await createLoginRequest(ports, birth(ports, 'flw'), { ...input, user: other.user.id })).toEqual({
      refused: 'USER_NOT_FOUND',
    });
    expect(
      await createLoginRequest(ports, birth(ports, 'flw'), { ...input, user: 'alice', resource: other.resource.id }),
    ).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
  });

  test('is refused for a user who was blocked or unassigned since', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'deactivated' }] });
    const request = await ask(scene);
    await runMeanwhile.blockUser(scene);
    expect(await begin(scene, request)).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });
});

describe('of a user who never had a token, where one is required', () => {
  const setStage = (enrolment: object = {}) =>
    createFixture(ports, { resource: { enrolment: { kinds: ['totp'], required: true, ...enrolment } } });
  const denied = { step: 'denied', error: { code: 'ACCESS_DENIED' } };

  test('sets one up after the password that the host checked', async () => {
    const scene = await setStage();
    const loginRequest = await ask(scene);
    const first = await LoginDriver.begin(scene, { loginRequest });
    expect(first.view).toMatchObject({ step: 'enrol', login: 'alice', enrol: { kind: 'totp', mayWait: false } });
    // A reload continues with the same key.
    const walk = await LoginDriver.begin(scene, { loginRequest });
    expect(walk.view.enrol).toEqual(first.view.enrol);
    expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({ step: 'codes' });
    const again = await LoginDriver.begin(scene, { loginRequest });
    expect(again.view).toMatchObject({ step: 'codes', codes: walk.view.codes });
    expect(await again.confirmCodes()).toMatchObject({ step: 'done' });
    expect(await claimsOf(scene, again)).toMatchObject({ sub: scene.user.id, amr: ['otp'], acr: '1', otp: 'verified' });
    expect((await LoginDriver.begin(scene, { loginRequest: await ask(scene) })).view.step).toBe('otp');
  });

  // The attack: a thief of the site's password goes on without a factor (SR-3).
  test('never passes without it', async () => {
    const scene = await setStage({ postponableUntil: ports.clock.now() + 1_000_000 });
    const walk = await LoginDriver.begin(scene, { loginRequest: await ask(scene) });
    expect(walk.view.enrol).toMatchObject({ mayWait: false });
    expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { enrolment: null }));
    expect(await walk.later()).toMatchObject(denied);
    expect(await claimsOf(scene, walk)).toBeUndefined();
  });

  // The attack: the site says nothing about a password, or the user has shown before that they have a token (SR-69).
  test.each([
    ['without a checked password', {}, false, {}],
    ['where users may do without a token', { required: false }, true, {}],
    ['after a token that was deleted', {}, true, { hadToken: true }],
    ['with a password that came by mail', {}, true, { needsConfirmation: {} }],
  ] as const)('sets none up %s', async (_case, enrolment, passwordChecked, user) => {
    const scene = await setStage(enrolment);
    await overwrite(ports, userDocument.key(scene.user.id), user);
    const walk = await LoginDriver.begin(scene, { loginRequest: await ask(scene, { passwordChecked }) });
    expect(walk.view).toMatchObject(denied);
  });

  // The attack: two who know the password; the second would add their own token to the first one's (SR-69).
  test('sets one up once', async () => {
    const scene = await setStage();
    const [owner, thief] = [
      await LoginDriver.begin(scene, { loginRequest: await ask(scene) }),
      await LoginDriver.begin(scene, { loginRequest: await ask(scene) }),
    ];
    await owner.enrol(totpApp(owner.view).code(ports.clock.now()));
    expect(await thief.enrol(totpApp(thief.view).code(ports.clock.now()))).toMatchObject(denied);
  });
});

describe('starting again with the same login request', () => {
  test('takes the sign-in over: the newest handle continues, the older one has ended', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const loginRequest = await ask(scene);
    const first = await LoginDriver.begin(scene, { loginRequest });
    const second = await LoginDriver.begin(scene, { loginRequest });
    expect(await first.otp(await code(scene))).toEqual({ refused: 'FLOW_NOT_FOUND' });
    expect(await second.otp(await code(scene))).toMatchObject({ step: 'done' });
  });

  test('grants no new attempts', async () => {
    const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 10 }, tokens: [{}] });
    const loginRequest = await ask(scene);
    let ended: LoginDriver | undefined;
    for (let at = 0; at < LOGIN_REQUEST_ATTEMPTS; at++) {
      const walk = await LoginDriver.begin(scene, { loginRequest });
      await walk.otp(await wrongCode(scene, at));
      ended = walk;
    }
    expect(ended?.view).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
    expect(await begin(scene, loginRequest)).toEqual({ refused: 'LOGIN_REQUEST_INVALID' });
  });

  test('while a code is being checked grants no second attempt', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const loginRequest = await ask(scene);
    const first = await LoginDriver.begin(scene, { loginRequest });
    let second: LoginDriver | undefined;
    ports.store.intercept = {
      async commit(change, go) {
        if (change.anchor !== scene.tokens[0]?.id) return go();
        ports.store.intercept = {};
        second = await LoginDriver.begin(scene, { loginRequest });
        expect(second.view.step).toBe('otp');
        expect(await second.otp(await wrongCode(scene))).toEqual({ refused: 'STEP_IN_PROGRESS' });
        return go();
      },
    };
    expect(await first.otp(await code(scene))).toMatchObject({ step: 'done', result: expect.any(String) });
    expect(await first.look()).toEqual({ refused: 'FLOW_NOT_FOUND' });
    expect(await second?.look()).toMatchObject({ step: 'done', result: expect.any(String) });
  });

  test('after the end gives the same result, until it is used up', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const loginRequest = await ask(scene);
    const first = await LoginDriver.begin(scene, { loginRequest });
    await first.otp(await code(scene));
    const again = await LoginDriver.begin(scene, { loginRequest });
    expect(again.view).toMatchObject({ step: 'done', result: expect.any(String) });
    const [one, two] = [await claimsOf(scene, first), await claimsOf(scene, again)];
    expect(two).toEqual(one);
    expect(one?.jti).toBe(parseHandle(again.handle)?.id);
    const consume = (walk: LoginDriver) =>
      consumeResult(ports, {
        account: scene.account,
        resource: scene.resource.id,
        result: walk.view.result ?? '',
        nonce: NONCE,
      });
    expect(await consume(first)).toHaveProperty('claims');
    expect(await consume(again)).toEqual({ refused: 'RESULT_USED' });
    expect(await begin(scene, loginRequest)).toEqual({ refused: 'LOGIN_REQUEST_INVALID' });
    expect(await again.look()).not.toHaveProperty('result');
  });

  test('after the end gives no result for a user blocked since', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const loginRequest = await ask(scene);
    const first = await LoginDriver.begin(scene, { loginRequest });
    await first.otp(await code(scene));
    await runMeanwhile.blockUser(scene);
    const again = await begin(scene, loginRequest);
    expect(again).toMatchObject({ step: 'denied' });
    expect(again).not.toHaveProperty('result');
  });

  test('many times at once leaves one handle, and creates one result', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const loginRequest = await ask(scene);
    const walks = await Promise.all(Array.from({ length: 8 }, () => LoginDriver.begin(scene, { loginRequest })));
    const otp = await code(scene);
    const answers = await Promise.all(walks.map((walk) => walk.otp(otp)));
    expect(answers.filter((answer) => isRefusal(answer) && answer.refused === 'FLOW_NOT_FOUND')).toHaveLength(7);
    expect(answers.filter((answer) => !isRefusal(answer) && answer.step === 'done')).toHaveLength(1);
  });

  test('of a deactivated token, at once, creates one result', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'deactivated' }] });
    const loginRequest = await ask(scene);
    const walks = await Promise.all(Array.from({ length: 8 }, () => LoginDriver.begin(scene, { loginRequest })));
    const ids = await Promise.all(walks.map(async (walk) => (await claimsOf(scene, walk))?.jti));
    expect(new Set(ids).size).toBe(1);
  });
});
