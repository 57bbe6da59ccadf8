import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProofMode } from '../../../kernel/proof-mode.ts';
import { isRefusal, type Refusal } from '../../../kernel/result.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import { countAttempt } from '../../../proof-of-work/count-attempts.ts';
import { PUZZLE_LIFETIME_MS } from '../../../proof-of-work/puzzle.ts';
import { freshAddress, giveSent } from '../../../testing/devices/sent-device.ts';
import { addResource, createFixture, type Fixture, PASSWORD, wrongCode } from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { solvePuzzle } from '../../../testing/solve-puzzle.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { requestUnlock } from '../../recovery/unlock/request-unlock.ts';
import { SIGN_IN_START_LIMITS } from '../../start/admit-start.ts';
import { STEPS } from '../../steps.ts';
import { submitStep } from '../../submit-step.ts';

const opened: TestPorts[] = [];
afterAll(() => Promise.all(opened.map((ports) => ports.close())));

/** Other processes share nothing in memory, so a replica knows of no attack of the first. */
async function openPorts(mode: ProofMode): Promise<TestPorts> {
  const ports = await openTestPorts('proof-of-work');
  opened.push(ports);
  return Object.assign(ports, { proofOfWork: mode });
}

let ports: TestPorts;
let scene: Fixture;
beforeEach(async () => {
  ports = await openPorts('auto');
  scene = await createFixture(ports);
});

/** A new sign-in that types its name. */
async function typeName(over: { at?: Fixture; address?: string; solution?: string; through?: TestPorts } = {}) {
  const { at = scene, address = '198.51.100.7', solution, through = ports } = over;
  const { handle } = await LoginDriver.begin(at, { ports: through, address: '192.0.2.1' });
  const request = { handle, seq: 0, client: { address }, solution };
  return submitStep(through, STEPS.identify, request, { login: 'alice' });
}

async function attack(at = scene, times = 120): Promise<void> {
  const { id, account } = at.resource;
  for (let time = 0; time < times; time++) {
    await countAttempt(ports, 'failures', { id, account }, { address: `203.0.113.${time % 100}` });
  }
}

function puzzleIn(answer: object) {
  const { puzzle } = answer as Refusal;
  if (!puzzle) throw new Error('no puzzle');
  return puzzle;
}
const solutionOf = (answer: object) => solvePuzzle(puzzleIn(answer)).text;

const NEEDED = { refused: 'PUZZLE_NEEDED', puzzle: expect.any(Object) };
const PASSED = { step: 'password' };

describe('when work is asked for', () => {
  test('not at rest, and then nothing is read or counted for it', async () => {
    const { handle } = await LoginDriver.begin(scene);
    const increment = vi.spyOn(ports.store, 'increment');
    const reads = async (mode: ProofMode) => {
      const before = ports.store.reads;
      const { handle: other } = await LoginDriver.begin(scene);
      const asked = { handle: mode === 'auto' ? handle : other, seq: 0, client: {} };
      increment.mockClear();
      await submitStep({ ...ports, proofOfWork: mode }, STEPS.identify, asked, { login: 'alice' });
      return ports.store.reads - before;
    };
    expect(await reads('auto')).toBe(await reads('off'));
    expect(increment).not.toHaveBeenCalled();
  });

  test('at a resource with many wrong answers, wherever they come from, and only there', async () => {
    await attack(scene, 119);
    expect(await typeName()).toMatchObject(PASSED);
    await attack(scene, 1);
    const asked = await typeName();
    expect(asked).toMatchObject(NEEDED);
    expect(await typeName({ solution: solutionOf(asked) })).toMatchObject(PASSED);
    const other = { ...scene, resource: await addResource(ports, scene.account) };
    expect(await typeName({ at: other })).toMatchObject(PASSED);
    ports.clock.advance(2 * MINUTE_MS);
    expect(await typeName()).toMatchObject(PASSED);
  });

  test('of an address that gives many wrong answers', async () => {
    for (let wrong = 0; wrong < 30; wrong++) {
      const walk = await LoginDriver.begin(scene, { address: '198.51.100.7' });
      await walk.identify(`user-${wrong}`);
      await walk.password('guess');
      if (wrong < 29) expect(walk.view.step).toBe('password');
    }
    expect(await typeName()).toMatchObject(NEEDED);
    expect(await typeName({ address: '198.51.100.8' })).toMatchObject(PASSED);
  });

  test('of an address that starts half as many sign-ins as it may', async () => {
    for (let start = 1; start < SIGN_IN_START_LIMITS.perAddress / 2; start++) {
      // Each process has a limit for a second.
      ports.clock.advance(10);
      await LoginDriver.begin(scene, { address: '198.51.100.7' });
    }
    expect(await typeName()).toMatchObject(PASSED);
    await LoginDriver.begin(scene, { address: '198.51.100.7' });
    expect(await typeName()).toMatchObject(NEEDED);
  });

  test('for a code, while the account sends many', async () => {
    const { id: factor } = await giveSent(scene, 'email', freshAddress('email'));
    Object.assign(ports.codes, { limits: { ...ports.codes.limits, perAccountAndHour: 2 } });
    const walk = await LoginDriver.toOtp(scene);
    const request = (solution?: string) =>
      submitStep(
        ports,
        STEPS.factor,
        { handle: walk.handle, seq: walk.view.seq, client: {}, solution },
        { factor, language: 'en' },
      );
    const sent = ports.codes.sent.length;
    await walk.choose(factor);
    expect(ports.codes.sent.length - sent).toBe(1);
    ports.clock.advance(MINUTE_MS);
    const asked = await request();
    expect(asked).toMatchObject(NEEDED);
    expect(ports.codes.sent.length - sent).toBe(1);
    expect(await request(solutionOf(asked))).toMatchObject({ step: 'otp' });
    expect(ports.codes.sent.length - sent).toBe(2);
  });

  test('for a link that unlocks', async () => {
    const enrolment = { kinds: ['totp' as const], required: false, unlockByMail: true };
    scene = await createFixture(ports, {
      tokens: [{}],
      user: { email: 'alice@shop.example' },
      resource: { enrolment },
    });
    const walk = await LoginDriver.toOtp(scene);
    for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
    expect(walk.view).toMatchObject({ step: 'denied', unlock: 'offered' });
    await attack();
    const request = (solution?: string) =>
      requestUnlock(ports, { handle: walk.handle, seq: walk.view.seq, client: {}, solution, language: 'en' });
    const asked = await request();
    expect(asked).toMatchObject(NEEDED);
    expect(ports.courier.sent).toEqual([]);
    expect(await request(solutionOf(asked))).toMatchObject({ unlock: 'sent' });
  });

  test.each([
    ['off', PASSED],
    ['always', NEEDED],
  ] as const)('%s', async (mode, answer) => {
    ports = await openPorts(mode);
    scene = await createFixture(ports);
    if (mode === 'off') await attack();
    expect(await typeName()).toMatchObject(answer);
  });

  test('more of it for a stronger attack', async () => {
    await attack();
    const { guesses } = puzzleIn(await typeName());
    await attack(scene, 240);
    expect(puzzleIn(await typeName()).guesses).toBe(3 * guesses);
  });
});

// SR-75. The attack: one puzzle is solved, and its solution pays for many requests.
describe('SR-75: a solution pays for one request', () => {
  test('and not for a second one', async () => {
    await attack();
    const solution = solutionOf(await typeName());
    expect(await typeName({ solution })).toMatchObject(PASSED);
    expect(await typeName({ solution })).toMatchObject(NEEDED);
  });

  test('also if it is sent to two processes at once', async () => {
    const second = Object.assign(ports.replica(), { proofOfWork: 'always' as const });
    await attack();
    const solution = solutionOf(await typeName());
    const answers = await Promise.all([
      typeName({ solution }),
      typeName({ solution, through: second }),
      typeName({ solution }),
      typeName({ solution, through: second }),
    ]);
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
  });

  // Counters have fixed windows: the attack uses it in the last moment of one, and again in the first of the next.
  test('also over the end of a window of the counters', async () => {
    ports.clock.at = Math.ceil(ports.clock.at / PUZZLE_LIFETIME_MS) * PUZZLE_LIFETIME_MS - 1_000;
    await attack();
    const solution = solutionOf(await typeName());
    expect(await typeName({ solution })).toMatchObject(PASSED);
    ports.clock.advance(1_000);
    expect(await typeName({ solution })).toMatchObject(NEEDED);
  });

  test('and to no other resource, network or time', async () => {
    const other = { ...scene, resource: await addResource(ports, scene.account) };
    await attack();
    await attack(other);
    const solution = solutionOf(await typeName());
    expect(await typeName({ solution, at: other })).toMatchObject(NEEDED);
    expect(await typeName({ solution, address: '203.0.113.7' })).toMatchObject(NEEDED);
    ports.clock.advance(PUZZLE_LIFETIME_MS - 1);
    await attack();
    expect(await typeName({ solution })).toMatchObject(PASSED);
  });
});

// SR-65. The attack: a flood of names without work, or with wrong work, is to fill the store.
test('SR-65: a request without the work writes and counts nothing', async () => {
  await attack();
  const { handle } = await LoginDriver.begin(scene, { address: '192.0.2.1' });
  const commits = ports.store.commits.length;
  const increment = vi.spyOn(ports.store, 'increment');
  for (const solution of [undefined, 'nonsense', `${'A'.repeat(22)}.1.${'A'.repeat(43)}.${'0'.repeat(64)}`]) {
    const request = { handle, seq: 0, client: { address: '198.51.100.7' }, solution };
    expect(await submitStep(ports, STEPS.identify, request, { login: 'alice' })).toMatchObject(NEEDED);
  }
  expect(ports.store.commits.length).toBe(commits);
  expect(increment).not.toHaveBeenCalled();
});

// SR-17. The attack: the answers of a resource under attack tell which names exist.
test('SR-17: known and unknown names are asked alike', async () => {
  await attack();
  const { handle } = await LoginDriver.begin(scene);
  for (const login of ['alice', 'unknown-name']) {
    expect(await submitStep(ports, STEPS.identify, { handle, seq: 0, client: {} }, { login })).toMatchObject(NEEDED);
  }
});

// The attack: names are sent while all is calm, and each is spent as a guess once work is asked for.
describe('SR-75: under attack a guess needs work', () => {
  const send = (walk: LoginDriver, step: 'password' | 'otp', text: string, solution?: string) => {
    const request = { handle: walk.handle, seq: walk.view.seq, client: { address: '198.51.100.7' }, solution };
    return step === 'password'
      ? submitStep(ports, STEPS.password, request, { password: text })
      : submitStep(ports, STEPS.otp, request, { otp: text });
  };
  /** The view of a solved request, at which the walk goes on. */
  const solved = async (walk: LoginDriver, step: 'password' | 'otp', text: string) => {
    const asked = await send(walk, step, text);
    expect(asked).toMatchObject(NEEDED);
    const view = await send(walk, step, text, solutionOf(asked));
    if (isRefusal(view)) throw new Error(view.refused);
    return Object.assign(walk.view, view);
  };

  test('also in sign-ins that began before it', async () => {
    const walks = [];
    for (let name = 0; name < 20; name++) {
      const walk = await LoginDriver.begin(scene);
      await walk.identify(`user-${name}`);
      walks.push(walk);
    }
    await attack();
    const evaluated = ports.hasher.verified;
    for (const walk of walks) expect(await send(walk, 'password', 'guess')).toMatchObject(NEEDED);
    expect(ports.hasher.verified).toBe(evaluated);
  });

  test('for each wrong one, and none that was shown before counts twice', async () => {
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await attack();
    for (let guess = 0; guess < 3; guess++) {
      expect(await solved(walk, 'password', 'guess')).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    }
    expect(ports.hasher.verified).toBe(3);
  });

  test('once for a user who makes no mistake, wherever in the sign-in it was shown', async () => {
    scene = await createFixture(ports, { tokens: [{}] });
    const code = async () => (await scene.tokens[0]?.code()) ?? '';
    await attack(scene);
    const asked = await typeName();
    const begun = await LoginDriver.begin(scene);
    const request = { handle: begun.handle, seq: 0, client: { address: '198.51.100.7' }, solution: solutionOf(asked) };
    const named = await submitStep(ports, STEPS.identify, request, { login: 'alice' });
    if (isRefusal(named)) throw new Error(named.refused);
    Object.assign(begun.view, named);
    const next = await send(begun, 'password', PASSWORD);
    expect(next).toMatchObject({ step: 'otp' });
    Object.assign(begun.view, next);
    expect(await send(begun, 'otp', await code())).toMatchObject({ step: 'done' });

    // In a sign-in that began before the attack.
    ports.clock.advance(2 * MINUTE_MS);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await attack(scene);
    expect(await solved(walk, 'password', PASSWORD)).toMatchObject({ step: 'otp' });
    ports.clock.advance(30_000);
    expect(await send(walk, 'otp', await code())).toMatchObject({ step: 'done' });
  });

  // The attack: many guesses at once rely on the same work.
  test('and work pays for one of many that are sent at once', async () => {
    await attack();
    const asked = await typeName();
    const walk = await LoginDriver.begin(scene);
    const request = { handle: walk.handle, seq: 0, client: { address: '198.51.100.7' }, solution: solutionOf(asked) };
    Object.assign(walk.view, await submitStep(ports, STEPS.identify, request, { login: 'alice' }));
    const evaluated = ports.hasher.verified;
    const guesses = [0, 0, 1, 1, 2].map((later) => {
      const view = { ...walk.view, seq: walk.view.seq + later };
      return send(Object.assign(Object.create(walk), { view }), 'password', 'guess');
    });
    await Promise.all(guesses);
    expect(ports.hasher.verified - evaluated).toBe(1);
    walk.view.seq += 1;
    expect(await send(walk, 'password', 'guess')).toMatchObject(NEEDED);
  });

  test('and a solution that was not asked for pays for nothing later', async () => {
    await attack();
    const solution = solutionOf(await typeName());
    ports.clock.advance(MINUTE_MS + PUZZLE_LIFETIME_MS / 2);
    const walk = await LoginDriver.begin(scene);
    const request = { handle: walk.handle, seq: 0, client: { address: '198.51.100.7' }, solution };
    Object.assign(walk.view, await submitStep(ports, STEPS.identify, request, { login: 'alice' }));
    expect(walk.view.step).toBe('password');
    await attack();
    expect(await send(walk, 'password', 'guess')).toMatchObject(NEEDED);
  });
});

test('the account learns of an attack, once an hour', async () => {
  await attack();
  await attack();
  ports.clock.advance(MINUTE_MS);
  await attack();
  const attacked = () =>
    ports.store.commits
      .flatMap(({ change }) => (change.append ?? []) as readonly object[])
      .filter((event) => 'type' in event && event.type === 'resource.attacked');
  expect(attacked()).toMatchObject([
    { subject: scene.resource.id, resource: scene.resource.id, actor: { kind: 'service' } },
  ]);
  ports.clock.advance(60 * MINUTE_MS);
  await attack();
  expect(attacked()).toHaveLength(2);
});
