import type { MethodPolicy } from '@countersign/protocol/resources';
import type { TokenState } from '@countersign/protocol/tokens';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DependencyFailed } from '../kernel/dependency.ts';
import { isRefusal } from '../kernel/result.ts';
import { passwordAttemptsDocument } from '../passwords/documents.ts';
import { resourceDocument } from '../resources/documents.ts';
import { createFixture, type Fixture, NONCE, ORIGIN, overwrite, PASSWORD, wrongCode } from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { resultDocument } from './documents.ts';
import { FLOW_LIFETIME_MS, STEP_CLAIM_MS } from './flow.ts';
import { startFlow } from './start/start-flow.ts';
import { STEPS } from './steps.ts';
import { parseHandle } from './stored-flow.ts';
import { submitStep } from './submit-step.ts';
import { viewFlow } from './view-flow.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('flow');
});
afterAll(() => ports.close());

const claimsOf = async (scene: Fixture, walk: LoginDriver) =>
  ports.signer.verify(walk.view.result ?? '', { audience: scene.resource.id, now: ports.clock.now() });
const code = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '000000';

describe('sign-in methods', () => {
  test('a user assigned alone signs in by password, and the result says so', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    expect(walk.view).toMatchObject({ step: 'identify', seq: 0 });
    expect(await walk.identify('  ALICE ')).toMatchObject({ step: 'password', seq: 1 });
    expect(await walk.password()).toMatchObject({ step: 'done', seq: 2, login: '  ALICE ' });
    const now = ports.clock.now() / 1000;
    expect(await claimsOf(scene, walk)).toEqual({
      iss: ISSUER,
      aud: scene.resource.id,
      sub: scene.user.id,
      preferred_username: 'alice',
      nonce: NONCE,
      origin: ORIGIN,
      amr: ['pwd'],
      acr: '1',
      otp: 'not_used',
      auth_time: now,
      iat: now,
      exp: now + 60,
      jti: parseHandle(walk.handle)?.id,
    });
  });

  test('a user assigned with a token needs both, and the result says so', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    expect(walk.view.result).toBeUndefined();
    expect(await walk.otp(await code(scene))).toMatchObject({ step: 'done', seq: 3 });
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: '2', otp: 'verified' });
  });

  test('a user whose token is deactivated signs in by password alone, and the result names the dropped code', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'deactivated' }] });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(await walk.password()).toMatchObject({ step: 'done' });
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: ['pwd'], acr: '1', otp: 'skipped' });
  });

  test('where the resource asks for the code alone, no password is asked for', async () => {
    const scene = await createFixture(ports, { resource: { methodPolicy: 'otp' }, tokens: [{ kind: 'hotp' }] });
    const walk = await LoginDriver.begin(scene);
    expect(await walk.identify()).toMatchObject({ step: 'otp' });
    expect(await walk.otp(await code(scene))).toMatchObject({ step: 'done' });
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: ['otp'], acr: '1', otp: 'verified' });
  });

  const ends: [MethodPolicy, TokenState[], string][] = [
    ['auto', [], 'done'],
    ['auto', ['active'], 'otp'],
    ['auto', ['deactivated', 'active'], 'otp'],
    ['auto', ['deactivated'], 'done'],
    ['auto', ['locked'], 'denied'],
    ['auto', ['deactivated', 'locked'], 'denied'],
    ['auto', ['expired'], 'denied'],
    ['password', ['active'], 'done'],
    ['password', ['locked'], 'done'],
    ['password-otp', [], 'denied'],
    ['password-otp', ['active'], 'otp'],
    ['password-otp', ['deactivated'], 'done'],
    ['password-otp', ['expired'], 'denied'],
  ];
  test.each(ends)('policy %s, tokens %j: the right password leads to %s', async (methodPolicy, states, step) => {
    const scene = await createFixture(ports, {
      resource: { methodPolicy },
      tokens: states.map((state) => ({ state })),
    });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const view = await walk.password();
    expect(view).toMatchObject({ step });
    expect('result' in view).toBe(step === 'done');
  });
});

// SR-65. The attack: the attacker knows no name and no factor, and fills the audit log with answers that nothing asked for.
test('SR-65: an answer that no step asked for is no event', async () => {
  const scene = await createFixture(ports, { resource: { methodPolicy: 'otp' } });
  const before = ports.store.commits.length;
  const walk = await LoginDriver.begin(scene);
  await walk.identify('mallory');
  for (let count = 0; count < 3; count++) {
    expect(await walk.choose('none')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
  }
  expect(ports.store.commits.slice(before).flatMap(({ change }) => change.append ?? [])).toEqual([]);
});

// SR-5
describe('SR-5: nothing before the last factor authenticates', () => {
  test('a step cannot be skipped, repeated or answered ahead', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.begin(scene);
    expect(await walk.password()).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.otp(await code(scene))).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    await walk.identify();
    expect(await walk.identify('alice', 0)).toEqual({ refused: 'STEP_STALE' });
    expect(await walk.identify('mallory', 1)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.otp(await code(scene), 1)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.otp(await code(scene), 2)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    await walk.password();
    expect(await walk.password(PASSWORD, 1)).toEqual({ refused: 'STEP_STALE' });
    expect(await walk.otp(await code(scene))).toMatchObject({ step: 'done' });
    expect(await walk.otp(await code(scene))).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await walk.otp(await code(scene), 2)).toEqual({ refused: 'STEP_STALE' });
  });

  test('the handle of another flow, of none, or with another secret is refused', async () => {
    const scene = await createFixture(ports);
    const [walk, other] = [await LoginDriver.begin(scene), await LoginDriver.begin(scene)];
    const [id, secret] = walk.handle.split('.');
    const foreign = `${id}.${other.handle.split('.')[1]}`;
    for (const handle of [
      foreign,
      `${id}.`,
      id,
      `.${secret}`,
      '',
      undefined,
      7,
      {},
      [walk.handle],
      `${walk.handle} `,
    ]) {
      expect(await viewFlow(ports, handle)).toEqual({ refused: 'FLOW_NOT_FOUND' });
      expect(await submitStep(ports, STEPS.identify, { handle, seq: 0, client: {} }, { login: 'alice' })).toEqual({
        refused: 'FLOW_NOT_FOUND',
      });
    }
    expect(await walk.look()).toMatchObject({ step: 'identify', seq: 0 });
  });

  test('a flow that waits for its code gives no result to any caller', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    const [record] = await ports.store.getMany(
      [resultDocument.key(parseHandle(walk.handle)?.id ?? 'flw_00000000000')],
      ports.clock.now(),
    );
    expect(record).toBeUndefined();
    expect(await walk.look()).not.toHaveProperty('result');
  });

  test('a flow expires after 15 minutes', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    ports.clock.advance(FLOW_LIFETIME_MS);
    expect(await walk.password()).toEqual({ refused: 'FLOW_NOT_FOUND' });
    expect(await walk.look()).toEqual({ refused: 'FLOW_NOT_FOUND' });
  });
});

describe('wrong answers', () => {
  test('a wrong code, then the right one', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    expect(await walk.otp(await wrongCode(scene))).toMatchObject({ step: 'otp', seq: 3, error: { code: 'OTP_WRONG' } });
    const done = await walk.otp(await code(scene));
    expect(done).toMatchObject({ step: 'done' });
    expect(done).not.toHaveProperty('error');
  });

  test('a wrong password, then a wait that the page receives, then the right one', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    for (let at = 0; at < 6; at++) await walk.password('guess');
    expect(walk.view).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    expect(await walk.password()).toMatchObject({ error: { code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 1000 } });
    ports.clock.advance(600);
    expect(await walk.look()).toMatchObject({ error: { code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 400 } });
    ports.clock.advance(400);
    expect(await walk.password()).toMatchObject({ step: 'done' });
  });

  // SR-14: a new flow grants no new attempts.
  test('SR-14: the failures of a token add up over flows and over the API, and lock it', async () => {
    const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 3 }, tokens: [{}] });
    for (let at = 0; at < 3; at++) {
      const walk = await LoginDriver.toOtp(scene);
      expect(await walk.otp(await wrongCode(scene, at))).toMatchObject({ step: 'otp' });
    }
    const last = await LoginDriver.toOtp(scene);
    expect(await last.otp(await wrongCode(scene, 3))).toMatchObject({
      step: 'denied',
      error: { code: 'TOKEN_LOCKED' },
    });
    expect(await last.otp(await code(scene))).toEqual({ refused: 'STEP_NOT_EXPECTED' });
  });

  test('too many end the flow', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    let wrong = 0;
    while (walk.view.step === 'password' && wrong < 100) {
      ports.clock.advance(60_000 / 20);
      await walk.password(`guess ${wrong++}`);
    }
    expect(wrong).toBe(20);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
    expect(await walk.password()).toEqual({ refused: 'STEP_NOT_EXPECTED' });
  });
});

describe('an evaluation that', () => {
  // SR-3, SR-16
  test('fails frees the step, keeps what was counted, and signs no user in', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    ports.hasher.during = () => {
      throw new Error('out of memory');
    };
    await expect(walk.password()).rejects.toThrow(DependencyFailed);
    ports.hasher.during = undefined;
    expect(await walk.look()).toMatchObject({ step: 'password', seq: 1 });
    const attempts = passwordAttemptsDocument.key(scene.user.id);
    expect((await ports.store.getMany([attempts], ports.clock.now()))[0]?.value.failures).toBe(1);
    expect(await walk.password()).toMatchObject({ step: 'done' });
  });

  test('never finishes is overtaken after its time, and then changes nothing', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    let resume = () => {};
    const held = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const arrived = new Promise<void>((arrive) => {
      ports.hasher.during = () => {
        arrive();
        return held;
      };
    });
    const first = walk.password(PASSWORD, 1);
    await arrived;
    ports.hasher.during = undefined;
    expect(await walk.password(PASSWORD, 1)).toEqual({ refused: 'STEP_IN_PROGRESS' });
    ports.clock.advance(STEP_CLAIM_MS);
    expect(await walk.password('guess', 1)).toMatchObject({ step: 'password', seq: 2 });
    resume();
    expect(await first).toEqual({ refused: 'STEP_STALE' });
    expect(await walk.look()).toMatchObject({ step: 'password', seq: 2, error: { code: 'INVALID_CREDENTIALS' } });
  });

  test('finished, although the response was lost, is found by a page that reloads', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const done = await walk.password();
    expect(await walk.look()).toMatchObject({ step: 'done', result: expect.any(String) });
    ports.clock.advance(60_000);
    expect(await walk.look()).toEqual({ refused: 'FLOW_NOT_FOUND' });
    expect(isRefusal(done)).toBe(false);
  });

  test('succeeds writes flow and result in one commit', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const before = ports.store.commits.length;
    await walk.password();
    const written = ports.store.commits.slice(before).filter(({ change }) => touches(change, 'result'));
    expect(written).toHaveLength(1);
    expect(written.every(({ change }) => touches(change, 'flow'))).toBe(true);
  });
});

describe('starting', () => {
  const begin = (scene: Fixture, input: object = {}) =>
    startFlow(ports, { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN, client: {}, ...input });

  test.each([
    'https://evil.example',
    'http://shop.example',
    'https://shop.example:444',
    'null',
    '',
    '*',
    'https://shop.example/',
  ])('is refused for a page at %j', async (origin) => {
    const scene = await createFixture(ports);
    expect(await begin(scene, { origin })).toEqual({ refused: 'ORIGIN_NOT_ALLOWED' });
  });

  test('reports at once that no user can sign in, and stops there', async () => {
    const scene = await createFixture(ports, { resource: { enabled: false } });
    const begun = await begin(scene);
    expect(begun).toMatchObject({ step: 'denied', error: { code: 'RESOURCE_DISABLED' } });
    if (isRefusal(begun)) throw new Error('refused');
    expect(
      await submitStep(ports, STEPS.identify, { handle: begun.handle, seq: begun.seq, client: {} }, { login: 'alice' }),
    ).toEqual({
      refused: 'STEP_NOT_EXPECTED',
    });
  });

  test('is limited per address, and only for that address', async () => {
    const scene = await createFixture(ports);
    const address = '198.51.100.7';
    for (let at = 0; at < 600; at++) await ports.store.increment('flows/198.51.100.7', 60_000, 600, ports.clock.now());
    expect(await begin(scene, { client: { address } })).toMatchObject({
      refused: 'RATE_LIMITED',
      retryAfterMs: expect.any(Number),
    });
    expect(await begin(scene, { client: { address: '198.51.100.8' } })).toMatchObject({ step: 'identify' });
    ports.clock.advance(60_000);
    expect(await begin(scene, { client: { address } })).toMatchObject({ step: 'identify' });
  });
});

describe('a policy made stricter during a sign-in', () => {
  test('refuses a sign-in by the code alone that would now need a password', async () => {
    const scene = await createFixture(ports, { resource: { methodPolicy: 'otp' }, tokens: [{}] });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await overwrite(ports, resourceDocument.key(scene.resource.id), { methodPolicy: 'password-otp' });
    expect(await walk.otp(await code(scene))).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    expect((await scene.tokens[0]?.stored())?.nextCounter).toBe(0);
  });

  test('asks for the code too if it changed during the hash', async () => {
    const scene = await createFixture(ports, { resource: { methodPolicy: 'password' }, tokens: [{}] });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    ports.hasher.during = () =>
      overwrite(ports, resourceDocument.key(scene.resource.id), { methodPolicy: 'password-otp' });
    expect(await walk.password()).toMatchObject({ step: 'otp' });
    ports.hasher.during = undefined;
  });
});
