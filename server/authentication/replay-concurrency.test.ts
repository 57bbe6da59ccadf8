import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';
import { authenticate, consumeResult, updateToken } from '../testing/as-operator.ts';
import { addUser, createFixture, type Fixture, PASSWORD, wrongCode } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
let replica: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('one code');
  replica = ports.replica();
});
afterAll(() => ports.close());

const MANY = 50;
const times = <T>(count: number, make: (at: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)));

function byOtp(over: TestPorts, scene: Fixture, otp: string) {
  return authenticate(over, {
    account: scene.account,
    resource: scene.resource.id,
    method: 'otp',
    user: scene.user.login,
    otp,
  });
}

/** One process, and two that share only the data. */
const processes: [string, (at: number) => TestPorts][] = [
  ['in one process', () => ports],
  ['over two processes', (at) => (at % 2 === 0 ? ports : replica)],
];

describe.each(processes)('%s', (_, over) => {
  // SR-1
  test.each(['totp', 'hotp'] as const)(
    'SR-1: 50 simultaneous submissions of one valid %s code are one success',
    async (kind) => {
      const scene = await createFixture(ports, { tokens: [{ kind }] });
      const otp = (await scene.tokens[0]?.code()) ?? '';
      const outcomes = await times(MANY, (at) => byOtp(over(at), scene, otp).catch((error: unknown) => ({ error })));
      expect(outcomes.filter((outcome) => 'otp' in outcome && outcome.otp === 'verified')).toHaveLength(1);
      expect(outcomes.filter((outcome) => 'refused' in outcome && outcome.refused === 'OTP_REPLAYED')).toHaveLength(49);
      expect(await scene.tokens[0]?.stored()).toMatchObject({ failures: 0 });
    },
  );

  test.each(['totp', 'hotp'] as const)(
    'SR-1: one valid %s code in 50 simultaneous flows completes one of them',
    async (kind) => {
      const scene = await createFixture(ports, { tokens: [{ kind }] });
      const walks: LoginDriver[] = [];
      for (let at = 0; at < MANY; at++) walks.push(await LoginDriver.toOtp(scene, { ports: over(at) }));
      const otp = (await scene.tokens[0]?.code()) ?? '';
      const views = await Promise.all(walks.map((walk) => walk.otp(otp)));
      const done = views.filter((view) => !isRefusal(view) && view.step === 'done');
      expect(done).toHaveLength(1);
      expect(views.filter((view) => !isRefusal(view) && view.result !== undefined)).toEqual(done);
      expect(views.filter((view) => !isRefusal(view) && view.error?.code === 'OTP_REPLAYED')).toHaveLength(49);
    },
  );

  // SR-2: "AuthQuake": parallel sessions multiplied the guesses.
  test('SR-2: simultaneous wrong codes over 50 flows and the API are evaluated no more often than the limit', async () => {
    const scene = await createFixture(ports, {
      resource: { failedAttemptsBeforeLock: 3 },
      tokens: [{}, { kind: 'hotp' }],
    });
    const walks: LoginDriver[] = [];
    for (let at = 0; at < MANY; at++) walks.push(await LoginDriver.toOtp(scene, { ports: over(at) }));
    const codes = await times(MANY, (at) => wrongCode(scene, at));
    const [flows] = await Promise.all([
      Promise.all(walks.map((walk, at) => walk.otp(codes[at] ?? ''))),
      times(10, (at) => byOtp(over(at + 1), scene, codes[at] ?? '')),
    ]);
    const evaluated = flows.filter((view) => !isRefusal(view) && view.error?.code === 'OTP_WRONG');
    expect(evaluated.length).toBeLessThanOrEqual(3);
    for (const token of await Promise.all(scene.tokens.map((token) => token.stored()))) {
      expect(token.lock).toMatchObject({ reason: 'otp-failures' });
      expect(token.failures).toBe(4);
    }
    // The right one is refused now.
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(await walk.password()).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
  });

  test('50 simultaneous answers to one step are one attempt', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    const seq = walk.view.seq;
    const otp = await wrongCode(scene);
    const answers = await times(MANY, () => walk.otp(otp, seq));
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
    for (const answer of answers.filter(isRefusal))
      expect(['STEP_IN_PROGRESS', 'STEP_STALE']).toContain(answer.refused);
    expect((await scene.tokens[0]?.stored())?.failures).toBe(1);
  });

  // SR-10
  test('SR-10: 50 simultaneous consumptions of one result are one success', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    const consume = (at: number) =>
      consumeResult(over(at), {
        account: scene.account,
        resource: scene.resource.id,
        result: walk.view.result ?? '',
        nonce: 'nonce-0123456789abcdef',
      });
    const outcomes = await times(MANY, consume);
    expect(outcomes.filter((outcome) => 'claims' in outcome)).toHaveLength(1);
    expect(outcomes.filter((outcome) => 'refused' in outcome && outcome.refused === 'RESULT_USED')).toHaveLength(49);
  });
});

// SR-2
test('SR-2: a guess that loses the race for its count is counted before the response', async () => {
  const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 3 }, tokens: [{}] });
  const [first, ...others] = await times(4, (at) => wrongCode(scene, at));
  let raced = 0;
  ports.store.intercept = {
    async commit(change, go) {
      const other = change.anchor === scene.tokens[0]?.id ? others[raced++] : undefined;
      if (other !== undefined) await byOtp(replica, scene, other);
      return go();
    },
  };
  expect(await byOtp(ports, scene, first ?? '')).toEqual({ refused: 'INVALID_CREDENTIALS' });
  ports.store.intercept = {};
  expect(raced).toBe(4);
  expect(await scene.tokens[0]?.stored()).toMatchObject({ failures: 4, lock: { reason: 'otp-failures' } });
});

// SR-14
test('SR-14: a success resets no failures of a token that was just given to another user', async () => {
  const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }, { kind: 'hotp' }] });
  const [used, moving] = scene.tokens;
  if (!used || !moving) throw new Error('no tokens');
  const other = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
  await byOtp(ports, scene, await wrongCode(scene));
  const otp = await used.code();
  ports.store.intercept = {
    async commit(change, go) {
      if (change.anchor !== used.id) return go();
      ports.store.intercept = {};
      await updateToken(ports, scene.account, moving.id, { owner: other.user.id });
      return go();
    },
  };
  expect(await byOtp(ports, scene, otp)).toMatchObject({ otp: 'verified' });
  expect(await used.stored()).toMatchObject({ failures: 0 });
  expect(await moving.stored()).toMatchObject({ failures: 1, owner: other.user.id });
});

test('SR-1: two different valid codes of one token, submitted together, are both accepted only in their own order', async () => {
  const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
  const [first, second] = [await scene.tokens[0]?.code(0), await scene.tokens[0]?.code(1)];
  const verdicts = await Promise.all([byOtp(ports, scene, second ?? ''), byOtp(replica, scene, first ?? '')]);
  expect(verdicts.filter((verdict) => !isRefusal(verdict)).length).toBeGreaterThanOrEqual(1);
  const stored = await scene.tokens[0]?.stored();
  expect(stored?.nextCounter).toBe(2);
});

test('a right code in a flood of wrong ones is accepted at most once, and the counters add up', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const right = (await scene.tokens[0]?.code()) ?? '';
  const wrong = await times(5, (at) => wrongCode(scene, at));
  const verdicts = await Promise.all(
    [...wrong, right, right, ...wrong].map((otp, at) =>
      authenticate(at % 2 === 0 ? ports : replica, {
        account: scene.account,
        resource: scene.resource.id,
        method: 'password-otp',
        user: scene.user.id,
        password: PASSWORD,
        otp,
      }),
    ),
  );
  const successes = verdicts.filter((verdict) => !isRefusal(verdict)).length;
  expect(successes).toBeLessThanOrEqual(1);
  const evaluated = verdicts.filter((verdict) => isRefusal(verdict) && verdict.refused === 'OTP_WRONG').length;
  // A success in between resets the count: at most five before it and five after it.
  expect(evaluated).toBeLessThanOrEqual(successes === 1 ? 10 : 5);
});
