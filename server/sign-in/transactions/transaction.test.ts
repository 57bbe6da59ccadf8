import type { FlowView } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticationDocument } from '../../authentication/documents.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import type { Resource } from '../../resources/resource.ts';
import { newOperation } from '../../store/transact.ts';
import { consumeResult, createLoginRequest, operatorContext, updateResource } from '../../testing/as-operator.ts';
import { giveOcra, wrongAnswer } from '../../testing/devices/ocra-device.ts';
import { giveRecoveryCodes } from '../../testing/devices/recovery-device.ts';
import {
  birth,
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  overwrite,
  read,
  setState,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { accountId, resourceId } from '../../testing/samples.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { challengeDocument, tokenDocument } from '../../tokens/documents.ts';
import { transactionHash } from '../../tokens/transaction.ts';
import { completeFlow } from '../complete-flow.ts';
import { flowDocument, resultDocument } from '../documents.ts';
import type { Flow } from '../flow.ts';
import { createFlow } from '../flow-transitions.ts';
import { createTransaction, type NewTransaction } from './create-transaction.ts';
import { TRANSACTION_LIFETIME_MS, TRANSACTIONS_AT_ONCE } from './draft-transaction.ts';

let ports: TestPorts;
let replica: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('transactions');
  replica = ports.replica();
});
afterAll(() => ports.close());

const FIELDS = [
  { label: 'Amount', value: '1,250.00 EUR' },
  { label: 'To', value: 'Olena Koval' },
] as const;
const flowId = idFromBytes('flw', new Uint8Array(7));
const HASH = transactionHash(FIELDS);
const OTHER = [
  { label: 'Amount', value: '9,999.00 EUR' },
  { label: 'To', value: 'Mallory' },
] as const;
const WRONG = { refused: 'TRANSACTION_WRONG' };

const stepOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.step);
const codeOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.error?.code);

function create(scene: Fixture, changes: Partial<NewTransaction> = {}) {
  const { account, resource, user } = scene;
  const input = { resource: resource.id, user: user.login, nonce: NONCE, fields: FIELDS, ...changes };
  return createTransaction(ports, operatorContext(account), birth(ports, 'flw'), input);
}

async function begin(scene: Fixture, changes: Partial<NewTransaction> = {}): Promise<LoginDriver> {
  const { loginRequest } = unwrap(await create(scene, changes));
  return LoginDriver.begin(scene, { loginRequest });
}

async function person(options: FixtureOptions = {}, suite?: string) {
  const scene = await createFixture(ports, options);
  return { scene, device: await giveOcra(scene, suite) };
}

/** Confirms, and returns the result. */
async function signed(scene: Fixture, device: Awaited<ReturnType<typeof giveOcra>>, fields: NewTransaction['fields']) {
  const walk = await begin(scene, { fields });
  unwrap(await walk.sign(await device.answer(walk.view.question ?? '')));
  return walk.view.result ?? '';
}

const redeem = (scene: Fixture, result: string, transaction?: string) =>
  consumeResult(ports, { account: scene.account, resource: scene.resource.id, nonce: NONCE, result, transaction });

// SR-45
describe('SR-45: an answer is valid only for what was shown', () => {
  test('the answer to a harmless transaction confirms no other', async () => {
    const { scene, device } = await person();
    const harmless = await begin(scene);
    const harmful = await begin(scene, { fields: OTHER });
    expect(harmful.view.question).not.toBe(harmless.view.question);
    const answer = await device.answer(harmless.view.question ?? '');
    expect(codeOf(await harmful.sign(answer))).toBe('OTP_WRONG');
    expect(harmful.view.result).toBeUndefined();
  });

  test('the answer to one payment does not confirm the same payment again', async () => {
    const { scene, device } = await person();
    const once = await begin(scene);
    const again = await begin(scene);
    const answer = await device.answer(once.view.question ?? '');
    expect(stepOf(await once.sign(answer))).toBe('done');
    expect(codeOf(await again.sign(answer))).toBe('OTP_WRONG');
  });

  test('the answer to the question of a sign-in confirms nothing, and that of a transaction signs no user in', async () => {
    const { scene, device } = await person();
    const login = await LoginDriver.toOtp(scene);
    const transaction = await begin(scene);
    const toLogin = await device.answer(login.view.question ?? '');
    const toTransaction = await device.answer(transaction.view.question ?? '');
    expect(codeOf(await transaction.sign(toLogin))).toBe('OTP_WRONG');
    expect(codeOf(await login.otp(toTransaction))).toBe('OTP_WRONG');
  });

  test('a transaction accepts no answer to the steps of a sign-in, and a sign-in none that confirms', async () => {
    const { scene, device } = await person();
    const transaction = await begin(scene);
    const answer = await device.answer(transaction.view.question ?? '');
    for (const wrongStep of [transaction.otp(answer), transaction.recovery('00000-00000'), transaction.password()]) {
      expect(await wrongStep).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    }
    const login = await LoginDriver.toOtp(scene);
    const right = await device.answer(login.view.question ?? '');
    expect(await login.sign(right)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await login.cancel()).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(stepOf(await login.otp(right))).toBe('done');
  });

  test('a challenge for another transaction, or for none, is refused here', async () => {
    for (const transaction of [transactionHash(OTHER), undefined]) {
      const { scene, device } = await person();
      const walk = await begin(scene);
      const answer = await device.answer(walk.view.question ?? '');
      const key = challengeDocument.key(device.token, flowOf(walk));
      const { transaction: _asked, ...challenge } = await read(ports, key);
      const value = { ...challenge, ...omitUndefined({ transaction }) };
      await ports.store.commit({
        anchor: key.anchor,
        operation: newOperation(ports),
        now: ports.clock.now(),
        expect: [],
        put: [{ key, value }],
      });
      expect(codeOf(await walk.sign(answer))).toBe('NOTHING_ASKED');
    }
  });

  test('a transaction at the step of a sign-in accepts no code there, and ends without a confirmation', async () => {
    const { scene } = await person({ tokens: [{}] });
    const walk = await begin(scene);
    await overwrite(ports, flowDocument.key(flowOf(walk)), { step: 'otp', factor: 'code' });
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'denied' });
    expect(() => completeFlow(sampleFlow(HASH), { user: scene.user, otp: 'verified' }, RULE)).toThrow(TypeError);
    expect(() => completeFlow(sampleFlow(), { user: scene.user, otp: 'verified', signed: HASH }, RULE)).toThrow(
      TypeError,
    );
  });

  test('asking again gets the same question: an attacker cannot draw until one fits', async () => {
    const { scene, device } = await person();
    const walk = await begin(scene);
    const { question } = walk.view;
    for (let draw = 0; draw < 5; draw++) {
      unwrap(await walk.choose(device.token));
      expect(walk.view).toMatchObject({ step: 'sign', question });
    }
  });

  test('more than ten at once are refused: an attacker cannot start until two questions are the same', async () => {
    const { scene } = await person();
    for (let at = 0; at < TRANSACTIONS_AT_ONCE; at++) unwrap(await create(scene));
    expect(await create(scene)).toMatchObject({ refused: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    ports.clock.advance(TRANSACTION_LIFETIME_MS);
    expect(await create(scene)).not.toHaveProperty('refused');
  });

  test('fifty simultaneous answers, over two processes, are one confirmation', async () => {
    const { scene, device } = await person();
    const walk = await begin(scene);
    const elsewhere = new LoginDriver(scene, replica, { ...walk.view, handle: walk.handle }, undefined);
    const answer = await device.answer(walk.view.question ?? '');
    const { seq } = walk.view;
    const all = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? walk : elsewhere).sign(answer, seq));
    const views = await Promise.all(all);
    expect(views.filter((view) => stepOf(view) === 'done')).toHaveLength(1);
    expect((await read(ports, resultDocument.key(flowOf(walk)))).transaction).toBe(HASH);
  });

  test('one answer sent to ten simultaneous transactions confirms at most its own', async () => {
    const { scene, device } = await person({ resource: { failedAttemptsBeforeLock: 10 } });
    const walks: LoginDriver[] = [];
    for (let at = 0; at < TRANSACTIONS_AT_ONCE; at++) walks.push(await begin(scene));
    const answer = await device.answer(walks[0]?.view.question ?? '');
    const views = await Promise.all(walks.map((walk) => walk.sign(answer)));
    expect(views.map(stepOf).filter((step) => step === 'done').length).toBeLessThanOrEqual(1);
    expect(views.slice(1).map(stepOf)).not.toContain('done');
  });

  test('a cancelled transaction cannot be confirmed, by the right answer or by a page that starts again', async () => {
    const { scene, device } = await person();
    const { loginRequest } = unwrap(await create(scene));
    const walk = await LoginDriver.begin(scene, { loginRequest });
    const answer = await device.answer(walk.view.question ?? '');
    expect(await walk.cancel()).toMatchObject({ step: 'denied', error: { code: 'TRANSACTION_CANCELLED' } });
    expect(await walk.sign(answer)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    await expect(LoginDriver.begin(scene, { loginRequest })).rejects.toThrow('LOGIN_REQUEST_INVALID');
  });

  test('five minutes after its fields were fixed nothing confirms it, however late the page started', async () => {
    const { scene, device } = await person({}, 'OCRA-1:HOTP-SHA256-8:QN08');
    const { loginRequest, expiresAt } = unwrap(await create(scene));
    ports.clock.advance(TRANSACTION_LIFETIME_MS - 1_000);
    const walk = await LoginDriver.begin(scene, { loginRequest });
    expect(walk.view.expiresAt).toBe(expiresAt);
    const answer = await device.answer(walk.view.question ?? '');
    ports.clock.advance(1_000);
    expect(await walk.sign(answer)).toEqual({ refused: 'FLOW_NOT_FOUND' });
    await expect(LoginDriver.begin(scene, { loginRequest })).rejects.toThrow('LOGIN_REQUEST_INVALID');
  });

  test('a page that starts again continues with the same question; the earlier page is out', async () => {
    const { scene, device } = await person();
    const { loginRequest } = unwrap(await create(scene));
    const first = await LoginDriver.begin(scene, { loginRequest });
    const second = await LoginDriver.begin(scene, { loginRequest });
    expect(second.view.question).toBe(first.view.question);
    const answer = await device.answer(second.view.question ?? '');
    expect(await first.sign(answer)).toEqual({ refused: 'FLOW_NOT_FOUND' });
    expect(stepOf(await second.sign(answer))).toBe('done');
  });
});

// SR-10
describe('SR-10: a result names what was confirmed, and is valid for nothing else', () => {
  test('for another transaction, for swapped labels, for another order, for none, it is refused, and stays unused', async () => {
    const { scene, device } = await person();
    const result = await signed(scene, device, FIELDS);
    const [amount, to] = FIELDS;
    const swapped = [
      { label: to.label, value: amount.value },
      { label: amount.label, value: to.value },
    ] as const;
    expect(await redeem(scene, result, transactionHash(OTHER))).toEqual(WRONG);
    expect(await redeem(scene, result, transactionHash(swapped))).toEqual(WRONG);
    expect(await redeem(scene, result, transactionHash([to, amount]))).toEqual(WRONG);
    expect(await redeem(scene, result)).toEqual(WRONG);
    expect(await redeem(scene, result, HASH)).toMatchObject({
      claims: { sub: scene.user.id, txn: HASH, amr: ['otp'], acr: '1', otp: 'verified' },
    });
    expect(await redeem(scene, result, HASH)).toEqual({ refused: 'RESULT_USED' });
  });

  test('the result of a sign-in is no confirmation', async () => {
    const { scene, device } = await person();
    const walk = await LoginDriver.toOtp(scene);
    unwrap(await walk.otp(await device.answer(walk.view.question ?? '')));
    expect(await redeem(scene, walk.view.result ?? '', HASH)).toEqual(WRONG);
  });

  test('the result of second-factor-only mode is no confirmation', async () => {
    const { scene, device } = await person();
    const { account, resource, user } = scene;
    const asked = { account, resource: resource.id, user: user.login, nonce: NONCE, passwordChecked: true };
    const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), asked));
    const walk = await LoginDriver.begin(scene, { loginRequest });
    unwrap(await walk.otp(await device.answer(walk.view.question ?? '')));
    expect(await redeem(scene, walk.view.result ?? '', HASH)).toEqual(WRONG);
  });

  test('a confirmation is no earlier sign-in that another could build on', async () => {
    const { scene, device } = await person({ resource: { rememberMs: 3_600_000 } });
    const result = await signed(scene, device, FIELDS);
    const { claims } = unwrap(await redeem(scene, result, HASH));
    const login = await LoginDriver.toOtp(scene);
    unwrap(await login.otp(await device.answer(login.view.question ?? '')));
    unwrap(await redeem(scene, login.view.result ?? ''));
    const keys = [claims.jti, flowOf(login)].map((flow) => authenticationDocument.key(flow as typeof flowId));
    const [confirmed, signedIn] = await ports.store.getMany(keys, ports.clock.now());
    expect(confirmed).toBeUndefined();
    expect(signedIn).toBeDefined();
  });

  // SR-4
  test('SR-4: locked after the confirmation, the token confirms nothing', async () => {
    const { scene, device } = await person();
    const result = await signed(scene, device, FIELDS);
    await setState(ports, scene.account, device.token, 'locked');
    expect(await redeem(scene, result, HASH)).toEqual({ refused: 'RESULT_REVOKED' });
  });
});

describe('accepted tokens', () => {
  test('codes of an app or a fob, and recovery codes, confirm nothing: a user with only those is refused at once', async () => {
    const scene = await createFixture(ports, { tokens: [{}, { kind: 'hotp' }] });
    await giveRecoveryCodes(scene);
    expect(await create(scene)).toEqual({ refused: 'SIGNING_TOKEN_MISSING' });
  });

  test('a code of an app beside the device neither confirms nor counts', async () => {
    const { scene, device } = await person({ tokens: [{}] });
    const walk = await begin(scene);
    expect(walk.view.factors).toEqual([{ id: device.token, kind: 'ocra', name: 'Card reader' }]);
    expect(codeOf(await walk.sign((await scene.tokens[0]?.code()) ?? ''))).toBe('OTP_WRONG');
    expect((await scene.tokens[0]?.stored())?.failures).toBe(0);
    expect(await walk.choose('code')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
    expect(await walk.choose('recovery')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
  });

  test.each([
    ['locked', 'TOKEN_LOCKED'],
    ['deactivated', 'SIGNING_TOKEN_MISSING'],
    ['expired', 'SIGNING_TOKEN_MISSING'],
    ['out-of-step', 'TOKEN_OUT_OF_STEP'],
    ['secret-lost', 'SIGNING_TOKEN_MISSING'],
  ] as const)('a device that is %s waives nothing: %s', async (state, code) => {
    const { scene, device } = await person();
    const { loginRequest } = unwrap(await create(scene));
    await setState(ports, scene.account, device.token, state);
    expect(await create(scene)).toEqual({ refused: code });
    const walk = await LoginDriver.begin(scene, { loginRequest });
    expect(walk.view).toMatchObject({ step: 'denied', error: { code } });
    expect(walk.view).not.toHaveProperty('question');
  });

  test('a resource that does not accept the kind, and a user of another account, are refused', async () => {
    const { scene } = await person();
    await updateResource(ports, scene.account, scene.resource.id, { tokenKinds: ['totp'] });
    expect(await create(scene)).toEqual({ refused: 'SIGNING_TOKEN_MISSING' });
    const stranger = (await person()).scene;
    expect(await create(scene, { user: stranger.user.id })).toEqual({ refused: 'USER_NOT_FOUND' });
    expect(await create(scene, { resource: stranger.resource.id })).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
  });

  // SR-4
  test('SR-4: locked, given away or blocked during the transaction, the right answer is refused', async () => {
    for (const happens of ['locked', 'deactivated'] as const) {
      const { scene, device } = await person();
      const walk = await begin(scene);
      const answer = await device.answer(walk.view.question ?? '');
      await setState(ports, scene.account, device.token, happens);
      expect(stepOf(await walk.sign(answer))).toBe('denied');
    }
  });

  // SR-15
  test('SR-15: wrong answers count against the device, and end the transaction after five', async () => {
    const { scene, device } = await person({ resource: { failedAttemptsBeforeLock: 10 } });
    const walk = await begin(scene);
    const right = await device.answer(walk.view.question ?? '');
    for (let guess = 1; guess <= 5; guess++) unwrap(await walk.sign(wrongAnswer(right)));
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
    expect((await read(ports, tokenDocument.key(device.token))).failures).toBe(5);
  });
});

// SR-34
test('SR-34: creation, refusal, cancellation and confirmation each have one event with the hash, and none has the fields', async () => {
  const { scene, device } = await person();
  const before = ports.store.commits.length;
  const walk = await begin(scene);
  unwrap(await walk.sign('00000000'));
  unwrap(await walk.sign(await device.answer(walk.view.question ?? '')));
  await (await begin(scene)).cancel();
  unwrap(await redeem(scene, walk.view.result ?? '', HASH));
  const events = ports.store.commits
    .slice(before)
    .flatMap(({ change }) => (change.append ?? []) as unknown as AccountEvent[]);
  expect(events.map(({ type, outcome, reason }) => [type, outcome, reason].filter(Boolean).join(' '))).toEqual([
    'transaction.created done',
    'transaction refused OTP_WRONG',
    'transaction granted',
    'transaction.created done',
    'transaction refused TRANSACTION_CANCELLED',
    'result.consumed done',
  ]);
  for (const event of events) {
    expect(event).toMatchObject({ transaction: HASH, subject: scene.user.id, resource: scene.resource.id });
    expect(JSON.stringify(event)).not.toMatch(/Olena|1,250|Amount/);
  }
});

const RULE = { now: 0, resultLifetimeMs: 60_000 };

function sampleFlow(hash?: string): Flow {
  const asked = { nonce: NONCE, origin: 'https://shop.example', handleHash: '' };
  const flow = createFlow(flowId, { id: resourceId(1), account: accountId(1) } as Resource, asked, 0);
  return hash === undefined ? flow : { ...flow, transaction: { fields: [...FIELDS], hash, nonce: 'n' } };
}

function flowOf(walk: LoginDriver) {
  return walk.handle.split('.')[0] as Parameters<typeof resultDocument.key>[0];
}
