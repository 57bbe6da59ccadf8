import type { FlowView } from '@countersign/protocol/flow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../kernel/event.ts';
import type { TokenId } from '../kernel/ids.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import {
  authenticate,
  createLoginRequest,
  operatorContext,
  updateResource,
  updateToken,
} from '../testing/as-operator.ts';
import { anotherCode, freshAddress, giveSent } from '../testing/devices/sent-device.ts';
import {
  addUser,
  birth,
  createFixture,
  NONCE,
  ORIGIN,
  overwrite,
  PASSWORD,
  read,
  runMeanwhile,
  setState,
  unwrap,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { createSentToken } from '../tokens/kinds/sent/create-sent-token.ts';
import { createChallenge } from './create-challenge.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('sent codes');
});
beforeEach(() => {
  ports.codes.down = false;
  ports.store.intercept = {};
});
afterAll(() => ports.close());

async function person(options: Parameters<typeof createFixture>[1] = {}) {
  const scene = await createFixture(ports, options);
  const to = freshAddress('email');
  const { id } = await giveSent(scene, 'email', to);
  return { scene, to, token: id };
}
const stepOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.step);
const codeOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.error?.code);
const failuresOf = async (token: TokenId) => (await read(ports, tokenDocument.key(token))).failures;
const NEXT_WINDOW = 15 * 60_000;

async function toldBy(run: () => Promise<unknown>): Promise<AccountEvent[]> {
  const before = ports.store.commits.length;
  await run();
  const changes = ports.store.commits.slice(before).map(({ change }) => change);
  return changes.flatMap(({ append = [] }) => append) as unknown as AccountEvent[];
}

// SR-48
describe('SR-48: another code', () => {
  test('replaces the one before, and resets no failures', async () => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose(token);
    const first = ports.codes.last(to).code;
    await walk.otp(anotherCode(first));
    await walk.otp(anotherCode(anotherCode(first)));
    expect(await failuresOf(token)).toBe(2);

    ports.clock.advance(30_000);
    await walk.choose(token);
    const second = ports.codes.last(to).code;
    expect(second).not.toBe(first);
    expect(await failuresOf(token)).toBe(2);
    expect(codeOf(await walk.otp(first))).toBe('OTP_WRONG');
    expect(await failuresOf(token)).toBe(3);
    expect(stepOf(await walk.otp(second))).toBe('done');
  });

  test('is not sent within 30 seconds, and requesting it is no wrong answer', async () => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose(token);
    expect(walk.view).toMatchObject({
      step: 'otp',
      factor: token,
      sent: { to: `p•••@example.com`, expiresAt: ports.clock.now() + 300_000, resendAfterMs: 30_000 },
    });
    ports.clock.advance(29_999);
    await walk.choose(token);
    expect(walk.view.error).toBeUndefined();
    expect(walk.view.sent?.resendAfterMs).toBe(1);
    expect(ports.codes.to(to)).toHaveLength(1);
    ports.clock.advance(1);
    await walk.choose(token);
    expect(ports.codes.to(to)).toHaveLength(2);
  });

  test('is sent once for many clicks at once, over two processes', async () => {
    const { scene, to, token } = await person();
    const { account, resource, user } = scene;
    const replica = ports.replica();
    const asked = { resource: resource.id, user: user.login, language: 'en' as const };
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        createChallenge(at % 2 === 0 ? ports : replica, operatorContext(account), asked),
      ),
    );
    expect(verdicts.filter((verdict) => !isRefusal(verdict))).toHaveLength(1);
    expect(ports.codes.to(to)).toHaveLength(1);

    const walk = await LoginDriver.toOtp(scene);
    await Promise.all(Array.from({ length: 20 }, () => walk.choose(token, walk.view.seq)));
    expect(ports.codes.to(to)).toHaveLength(2);
  });
});

// SR-2
test('SR-2: guesses over many sign-ins, each with its own code, lock the token at the same threshold', async () => {
  const { scene, to, token } = await person({ resource: { failedAttemptsBeforeLock: 5 } });
  let evaluated = 0;
  for (let round = 0; round < 10; round++) {
    const walk = await LoginDriver.toOtp(scene).catch(() => undefined);
    if (!walk) break;
    await walk.choose(token);
    if (!walk.view.sent) break;
    const outcome = codeOf(await walk.otp(anotherCode(ports.codes.last(to).code)));
    if (outcome === 'OTP_WRONG' || outcome === 'TOKEN_LOCKED') evaluated++;
    ports.clock.advance(NEXT_WINDOW);
  }
  expect(evaluated).toBe(6);
  expect((await read(ports, tokenDocument.key(token))).lock?.reason).toBe('otp-failures');
});

describe('a code', () => {
  test('of one sign-in is refused in another, and over the API', async () => {
    const { scene, to, token } = await person();
    const [mine, theirs] = [await LoginDriver.toOtp(scene), await LoginDriver.toOtp(scene)];
    await mine.choose(token);
    const { code } = ports.codes.last(to);
    expect(codeOf(await theirs.otp(code))).toBe('NOTHING_ASKED');
    const asked = {
      account: scene.account,
      resource: scene.resource.id,
      user: 'alice',
      method: 'password-otp',
      password: PASSWORD,
      otp: code,
    } as const;
    expect(await authenticate(ports, asked)).toMatchObject({ refused: 'NOTHING_ASKED' });
    expect(await failuresOf(token)).toBe(0);
    await theirs.choose(token);
    expect(codeOf(await theirs.otp(code))).toBe('OTP_WRONG');
    expect(stepOf(await mine.otp(code))).toBe('done');
  });

  test('is void after the address has changed, even if it changes back', async () => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose(token);
    const { code } = ports.codes.last(to);
    unwrap(await updateToken(ports, scene.account, token, { to: freshAddress('email') }));
    expect(codeOf(await walk.otp(code))).toBe('NOTHING_ASKED');
    unwrap(await updateToken(ports, scene.account, token, { to }));
    expect(codeOf(await walk.otp(code))).toBe('NOTHING_ASKED');
    expect(await failuresOf(token)).toBe(0);
  });

  test('goes to the current address, whatever it was when the options were offered', async () => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    const elsewhere = `z${freshAddress('email')}`;
    unwrap(await updateToken(ports, scene.account, token, { to: elsewhere }));
    await walk.choose(token);
    expect(ports.codes.to(to)).toHaveLength(0);
    expect(walk.view.sent?.to).toBe('z•••@example.com');
    expect(stepOf(await walk.otp(ports.codes.last(elsewhere).code))).toBe('done');
  });

  test('expires after five minutes, and then no guess is possible', async () => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose(token);
    ports.clock.advance(300_000);
    expect(codeOf(await walk.otp(ports.codes.last(to).code))).toBe('NOTHING_ASKED');
    expect(await failuresOf(token)).toBe(0);
  });

  // SR-35
  test('SR-35: is in no event and, in the clear, in no document', async () => {
    const { scene, to, token } = await person();
    const events = await toldBy(async () => {
      const walk = await LoginDriver.toOtp(scene);
      await walk.choose(token);
      await walk.otp(anotherCode(ports.codes.last(to).code));
      const { code } = ports.codes.last(to);
      const written = JSON.stringify(ports.store.commits.map(({ change }) => change));
      expect(written).not.toContain(code);
      await walk.otp(code);
    });
    const sent = events.find(({ type }) => type === 'code.sent');
    expect(sent).toMatchObject({ subject: token, resource: scene.resource.id, outcome: 'done' });
    expect(sent?.related).toContain(scene.user.id);
    expect(events.map(({ type }) => type)).toEqual(['code.sent', 'authentication', 'authentication']);
    expect(JSON.stringify(events)).not.toContain(ports.codes.last(to).code);
    expect(JSON.stringify(events)).not.toContain(to);
  });

  test('is written in the user’s language, names the site and no login', async () => {
    const { scene, to, token } = await person({ user: { login: 'alice-of-the-shop' } });
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose(token, walk.view.seq, 'de');
    expect(ports.codes.last(to)).toMatchObject({
      channel: 'email',
      language: 'de',
      site: 'Shop',
      origin: ORIGIN,
    });
    expect(JSON.stringify(ports.codes.last(to))).not.toContain('alice-of-the-shop');
  });
});

// SR-17, toll fraud
describe('nothing is sent', () => {
  test('SR-17: for a name alone', async () => {
    const { scene, to, token } = await person({ resource: { methodPolicy: 'otp' } });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(walk.view.factors?.map(({ kind }) => kind)).toEqual(['code', 'recovery']);
    expect(codeOf(await walk.choose(token))).toBe('STEP_NOT_EXPECTED');
    expect(ports.codes.to(to)).toHaveLength(0);
  });

  test('before the password was right, nor for a password that has been changed since', async () => {
    const { scene, to, token } = await person();
    const early = await LoginDriver.begin(scene);
    await early.identify();
    expect(codeOf(await early.choose(token))).toBe('STEP_NOT_EXPECTED');
    await early.password('wrong');
    expect(codeOf(await early.choose(token))).toBe('STEP_NOT_EXPECTED');

    const late = await LoginDriver.toOtp(scene);
    await runMeanwhile.changePassword(scene);
    expect(codeOf(await late.choose(token))).toBe('ACCESS_DENIED');
    expect(ports.codes.to(to)).toHaveLength(0);
  });

  test('to a token of another user, or one that was unassigned meanwhile', async () => {
    const { scene, token } = await person();
    const other = await addUser(ports, scene.account, scene.resource, { user: { login: 'mallory' } });
    const address = freshAddress('email');
    const { id } = await giveSent(other, 'email', address);
    const walk = await LoginDriver.toOtp(scene);
    expect(codeOf(await walk.choose(id))).toBe('STEP_NOT_EXPECTED');
    unwrap(await updateToken(ports, scene.account, token, { owner: other.user.id }));
    expect(codeOf(await walk.choose(token))).toBe('ACCESS_DENIED');
    expect(ports.codes.to(address)).toHaveLength(0);
  });

  test.each(['locked', 'deactivated', 'expired'] as const)('to a token that is %s', async (state) => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    await setState(ports, scene.account, token, state);
    expect(stepOf(await walk.choose(token))).toBe('denied');
    const asked = { resource: scene.resource.id, user: 'alice', language: 'en' as const };
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toHaveProperty('refused');
    expect(ports.codes.to(to)).toHaveLength(0);
  });

  test('to a blocked user, nor if a filter or the plan denies', async () => {
    const { scene, to } = await person();
    const asked = { resource: scene.resource.id, user: 'alice', language: 'en' as const };
    await runMeanwhile.blockUser(scene);
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    await runMeanwhile.deactivatePlan(scene);
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toEqual({ refused: 'PLAN_INACTIVE' });
    expect(ports.codes.to(to)).toHaveLength(0);
  });

  test('on a test resource', async () => {
    const { scene, to } = await person();
    await overwrite(ports, resourceDocument.key(scene.resource.id), { testMode: 'pass' });
    const asked = { resource: scene.resource.id, user: 'alice', language: 'en' as const };
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toEqual({ refused: 'TEST_RESOURCE' });
    expect(ports.codes.to(to)).toHaveLength(0);
  });

  test('by SMS if the resource has not enabled it', async () => {
    const scene = await createFixture(ports);
    const to = freshAddress('sms');
    const { id } = await giveSent(scene, 'sms', to);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(await walk.password()).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    const asked = { resource: scene.resource.id, user: 'alice', language: 'en' as const };
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { tokenKinds: ['sms'] }));
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toMatchObject({
      token: id,
      kind: 'sms',
    });
  });
});

test('if the host’s backend has named the user, a code is sent on request', async () => {
  const { scene, to, token } = await person();
  const input = {
    account: scene.account,
    resource: scene.resource.id,
    user: 'alice',
    nonce: NONCE,
    passwordChecked: true,
  };
  const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), input));
  const walk = await LoginDriver.begin(scene, { loginRequest });
  expect(walk.view).toMatchObject({ step: 'otp', factor: token });
  expect(walk.view.sent).toBeUndefined();
  expect(ports.codes.to(to)).toHaveLength(0);
  await walk.choose(token);
  expect(stepOf(await walk.otp(ports.codes.last(to).code))).toBe('done');
});

test.each([
  ['sms', '+4915112345678\r\nBcc: +49151000'],
  ['sms', '+4915112345678,+4915112345679'],
  ['sms', '4915112345678'],
  ['sms', '+49 151 12345678'],
  ['sms', '+0151123456789'],
  ['sms', '+４９１５１１２３４５６７８'],
  ['sms', 'mira@example.com'],
  ['email', 'mira@example.com\r\nBcc: eve@evil.example'],
  ['email', 'mira@example.com,eve@evil.example'],
  ['email', 'Mira <mira@example.com>'],
  ['email', '+4915112345678'],
] as const)('%s: %j is refused as an address, on creation and on change', async (kind, to) => {
  const { scene } = await person();
  const act = operatorContext(scene.account);
  expect(await createSentToken(ports, act, birth(ports, 'tok'), { kind, to })).toMatchObject({
    refused: 'INPUT_INVALID',
  });
  const fine = unwrap(await createSentToken(ports, act, birth(ports, 'tok'), { kind, to: freshAddress(kind) }));
  expect(await updateToken(ports, scene.account, fine.token.id, { to })).toMatchObject({ refused: 'INPUT_INVALID' });
});

test('the API sends a code on request and accepts it, for a user or a token of the resource', async () => {
  const { scene, to, token } = await person({ tokens: [{}] });
  const { account, resource } = scene;
  const act = operatorContext(account);
  const asked = await createChallenge(ports, act, { resource: resource.id, user: 'alice', language: 'en' });
  expect(asked).toEqual({
    token,
    kind: 'email',
    name: 'p•••@example.com',
    to: 'p•••@example.com',
    expiresAt: ports.clock.now() + 300_000,
  });
  const shown = { account, resource: resource.id, user: 'alice', password: PASSWORD, otp: ports.codes.last(to).code };
  expect(await authenticate(ports, { ...shown, method: 'password-otp' })).toMatchObject({ otp: 'verified', token });

  const by = (request: object) => createChallenge(ports, act, { resource: resource.id, language: 'en', ...request });
  expect(await by({ user: 'nobody' })).toEqual({ refused: 'USER_NOT_FOUND' });
  expect(await by({ user: 'alice', kind: 'sms' })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
  expect(await by({ token })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
});
