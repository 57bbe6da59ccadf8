import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ADMINISTRATOR_FAILURES_BEFORE_LOCK, RECOVERY_FAILURES } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import type { FlowId } from '../../kernel/ids.ts';
import { passwordAttemptsDocument } from '../../passwords/documents.ts';
import { flowDocument } from '../../sign-in/documents.ts';
import {
  addActive,
  addAdministrator,
  codeOf,
  type FixtureAdministrator,
  invite,
  signIn,
  toSecondFactor,
} from '../../testing/administrators.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { weakHash } from '../../testing/fake-hasher.ts';
import { createFixture, type Fixture, overwrite, read, runMeanwhile, unwrap } from '../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { base32Decode } from '../../tokens/kinds/oath/base32.ts';
import { RECOVERY_CODES } from '../../tokens/kinds/recovery/recovery-code-format.ts';
import { removeAdministrator } from '../change-administrator.ts';
import {
  answerEmail,
  answerEnrolment,
  answerRecoveryCode,
  answerSignInOtp,
  answerSignInPassword,
} from './answer-sign-in.ts';
import { presentSignIn } from './present-sign-in.ts';
import { startSignIn } from './start-sign-in.ts';

let ports: TestPorts;
let scene: Fixture;
let who: FixtureAdministrator;
beforeEach(async () => {
  ports = await openTestPorts('sign-in');
  scene = await createFixture(ports);
  who = await addAdministrator(ports, scene.account, { email: 'ada@acme.example' });
  ports.clock.advance(30_000);
});
afterEach(() => ports.close());

const client = {};
const handleOf = async () => (await toSecondFactor(ports, scene.account, who.email)).handle;
const otpAt = (handle: string, otp: string, seq = 2, over: TestPorts = ports) =>
  answerSignInOtp(over, { handle, seq, otp, client });
const recoverAt = (handle: string, code: string, seq = 2, over: TestPorts = ports) =>
  answerRecoveryCode(over, { handle, seq, code, client });
/** A wrong code for the token. */
const wrongCode = (n: number) => {
  const right = [-1, 0, 1].map((ahead) => {
    ports.clock.advance(ahead * 30_000);
    const code = codeOf(ports, who.secret);
    ports.clock.advance(-ahead * 30_000);
    return code;
  });
  const code = String(100_000 + n * 7);
  return right.includes(code) ? String(900_000 + n) : code;
};
const outcome = (answer: object) =>
  'flow' in answer ? (answer as { flow: { step: string } }).flow.step : (answer as { refused: string }).refused;
function eventsSince(from: number): AccountEvent[] {
  const changes = ports.store.commits.slice(from).filter((commit) => commit.outcome === 'committed');
  return changes.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
}

test('password and code open a session and write one event, whatever the state of the plan', async () => {
  await runMeanwhile.deactivatePlan(scene);
  const handle = await handleOf();
  const before = ports.store.commits.length;
  const done = unwrap(await otpAt(handle, codeOf(ports, who.secret)));
  expect(done.flow.step).toBe('done');
  expect(done.opened?.session).toMatchObject({ administrator: who.id, account: scene.account });
  expect(eventsSince(before)).toEqual([
    expect.objectContaining({
      type: 'administrator.signed-in',
      subject: who.id,
      actor: { kind: 'administrator', id: who.id },
      outcome: 'granted',
    }),
  ]);
  // The session has a new secret, and only its hash is stored.
  const secret = done.opened?.secret ?? '';
  expect(handle).not.toContain(secret);
  expect(JSON.stringify(ports.store.commits)).not.toContain(secret);
});

// SR-17. The attack: wrong passwords for a list of addresses, whose times show who is an administrator.
test('SR-17: a wrong password for an unknown address takes the trips of one for an administrator', async () => {
  await invite(ports, scene.account, { email: 'invited@acme.example' });
  const tripsOf = async (email: string) => {
    const { handle } = unwrap(await startSignIn(ports, { account: scene.account, client }));
    unwrap(await answerEmail(ports, { handle, seq: 0, email, client }));
    const trips: string[] = [];
    ports.store.intercept = {
      read: () => {
        trips.push('read');
      },
      commit: (_, go) => {
        trips.push('commit');
        return go();
      },
    };
    const answer = unwrap(await answerSignInPassword(ports, { handle, seq: 1, password: 'a wrong guess', client }));
    ports.store.intercept = {};
    expect(answer.flow.error?.code).toBe('INVALID_CREDENTIALS');
    return trips;
  };
  const expected = await tripsOf(who.email);
  expect(expected).toContain('read');
  for (const email of ['nobody@acme.example', 'invited@acme.example']) {
    expect(await tripsOf(email), email).toEqual(expected);
  }
});

test('SR-1: one code in fifty concurrent sign-ins opens one session', async () => {
  const handles = await Promise.all(Array.from({ length: 50 }, handleOf));
  const otp = codeOf(ports, who.secret);
  const answers = await Promise.all(handles.map((handle) => otpAt(handle, otp).catch(() => ({ refused: 'x' }))));
  expect(answers.filter((answer) => outcome(answer) === 'done')).toHaveLength(1);
});

test('SR-1: one recovery code in twenty concurrent sign-ins opens one session', async () => {
  const handles = await Promise.all(Array.from({ length: 20 }, handleOf));
  const [code = ''] = who.recoveryCodes;
  const answers = await Promise.all(
    handles.map((handle) => recoverAt(handle, code, 2, ports.replica()).catch(() => ({ refused: 'x' }))),
  );
  expect(answers.filter((answer) => outcome(answer) === 'done')).toHaveLength(1);
});

test('SR-2, SR-15: wrong codes over many sign-ins lock the token after a few, and then the right one is refused', async () => {
  const handles = await Promise.all(Array.from({ length: 20 }, handleOf));
  const answers = await Promise.all(handles.map((handle, n) => otpAt(handle, wrongCode(n)).catch(() => undefined)));
  const codes = answers.map((answer) => answer && 'flow' in answer && answer.flow.error?.code);
  expect(codes.filter((code) => code === 'OTP_WRONG')).toHaveLength(ADMINISTRATOR_FAILURES_BEFORE_LOCK);
  const handle = await handleOf();
  const right = unwrap(await otpAt(handle, codeOf(ports, who.secret)));
  expect(right.flow).toMatchObject({ step: 'otp', error: { code: 'TOKEN_LOCKED' } });
  // A recovery code still signs in after an attacker locked the token.
  expect(outcome(await recoverAt(handle, who.recoveryCodes[0] ?? '', 3))).toBe('done');
});

test('a recovery code works once, writes an event, sends a mail, and may be typed in any format', async () => {
  const [code = ''] = who.recoveryCodes;
  expect(new Set(who.recoveryCodes).size).toBe(RECOVERY_CODES);
  const before = ports.store.commits.length;
  const dressed = ` ${code.toUpperCase().replace('-', ' ')} `;
  expect(outcome(await recoverAt(await handleOf(), dressed))).toBe('done');
  expect(eventsSince(before).map(({ type, changed }) => [type, changed])).toEqual([
    ['administrator.updated', ['recovery']],
    ['administrator.signed-in', undefined],
  ]);
  await expect
    .poll(() => ports.courier.last('security-notice', who.email))
    .toMatchObject({ change: 'recovery-code-used' });
  // A repeat is refused as for users, and does not count towards the ten wrong ones.
  for (let n = 0; n <= RECOVERY_FAILURES; n++) {
    const again = unwrap(await recoverAt(await handleOf(), code));
    expect(again.flow).toMatchObject({ step: 'otp', error: { code: 'OTP_REPLAYED' } });
  }
  expect(outcome(await recoverAt(await handleOf(), who.recoveryCodes[1] ?? ''))).toBe('done');
  const older = unwrap(await recoverAt(await handleOf(), code));
  expect(older.flow).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
});

test('SR-15: recovery codes guessed in a row: after ten, no code is evaluated, not even the right one', async () => {
  const guesses: string[] = [];
  for (let n = 0; n < RECOVERY_FAILURES; n++) guesses.push(outcome(await recoverAt(await handleOf(), `guess-${n}`)));
  expect(guesses).toEqual(guesses.map(() => 'otp'));
  expect(outcome(await recoverAt(await handleOf(), who.recoveryCodes[0] ?? ''))).toBe('denied');
  expect(outcome(await otpAt(await handleOf(), codeOf(ports, who.secret)))).toBe('done');
});

describe('SR-5: steps', () => {
  test('cannot be skipped, repeated, or answered out of order', async () => {
    const { handle } = unwrap(await startSignIn(ports, { account: scene.account, client }));
    const otp = codeOf(ports, who.secret);
    expect(await otpAt(handle, otp, 0)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await answerSignInPassword(ports, { handle, seq: 0, password: who.password, client })).toEqual({
      refused: 'STEP_NOT_EXPECTED',
    });
    unwrap(await answerEmail(ports, { handle, seq: 0, email: who.email, client }));
    expect(await otpAt(handle, otp, 1)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await recoverAt(handle, who.recoveryCodes[0] ?? '', 1)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await answerEnrolment(ports, { handle, seq: 1, otp, client })).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    expect(await answerEmail(ports, { handle, seq: 0, email: who.email, client })).toEqual({ refused: 'STEP_STALE' });
  });

  test('lead nowhere after the end, and nor does a guessed handle', async () => {
    const handle = await handleOf();
    unwrap(await otpAt(handle, codeOf(ports, who.secret)));
    expect(await otpAt(handle, codeOf(ports, who.secret), 3)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
    const [id] = handle.split('.');
    for (const guess of [undefined, '', id, `${id}.`, `${id}.${'A'.repeat(32)}`]) {
      expect(await answerSignInOtp(ports, { handle: guess, seq: 3, otp: '123456', client })).toEqual({
        refused: 'FLOW_NOT_FOUND',
      });
    }
  });

  test('of a double click are one attempt', async () => {
    const handle = await handleOf();
    const otp = codeOf(ports, who.secret);
    const [first, second] = await Promise.all([otpAt(handle, otp), otpAt(handle, otp)]);
    expect([outcome(first), outcome(second)].sort()).toEqual(['STEP_IN_PROGRESS', 'done']);
  });
});

describe('SR-17: an unknown address, an invited one, and a wrong password', () => {
  test('look the same and cost the same', async () => {
    await invite(ports, scene.account, { email: 'invited@acme.example' });
    const shapes = [];
    for (const email of [who.email, 'nobody@acme.example', 'invited@acme.example']) {
      const [commits, hashes] = [ports.store.commits.length, ports.hasher.verified];
      const answer = await toSecondFactor(ports, scene.account, email, 'a wrong password');
      const view = await presentSignIn(ports, answer);
      shapes.push({
        view: { ...view, email: 'x', now: 0, expiresAt: 0 },
        commits: ports.store.commits.length - commits,
        hashes: ports.hasher.verified - hashes,
      });
    }
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
    expect(shapes[0]).toMatchObject({ hashes: 1, view: { step: 'password', error: { code: 'INVALID_CREDENTIALS' } } });
  });

  test('have the same waits after many attempts', async () => {
    for (const email of [who.email, 'nobody@acme.example']) {
      let last: string | undefined;
      for (let n = 0; n < 8; n++) {
        last = (await toSecondFactor(ports, scene.account, email, 'wrong password')).flow.error?.code;
      }
      expect(last, email).toBe('TOO_MANY_ATTEMPTS');
    }
  });
});

// SR-4, SR-38, SR-39
describe('SR-4, SR-39: changes during a sign-in', () => {
  test('another password, a removal: the right code is refused and the sign-in ends', async () => {
    const key = administratorDocument.key(scene.account, who.id);
    const handle = await handleOf();
    await overwrite(ports, key, { passwordHash: '$fake$another' });
    expect(outcome(await otpAt(handle, codeOf(ports, who.secret)))).toBe('denied');
  });

  test('a removal between password and code', async () => {
    const handle = await handleOf();
    unwrap(await removeAdministrator(ports, operatorContext(scene.account), who.id));
    expect(outcome(await otpAt(handle, codeOf(ports, who.secret)))).toBe('denied');
  });

  test('a removal while the password is hashed', async () => {
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      await removeAdministrator(ports, operatorContext(scene.account), who.id);
    };
    const { flow } = await toSecondFactor(ports, scene.account, who.email);
    expect(flow).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
  });
});

test('SR-3: when the store fails, no sign-in succeeds, and the step is free again', async () => {
  const handle = await handleOf();
  const otp = codeOf(ports, who.secret);
  ports.store.intercept.commit = (change, go) =>
    change.put?.some(({ key }) => key.name === 'session') ? Promise.reject(new Error('disk full')) : go();
  await expect(otpAt(handle, otp)).rejects.toThrow('disk full');
  ports.store.intercept = {};
  // The code is used up: an outage does not allow a second use.
  expect(unwrap(await otpAt(handle, otp)).flow).toMatchObject({ step: 'otp', error: { code: 'OTP_REPLAYED' } });
});

test('SR-16: a password attempt that breaks off stays counted', async () => {
  ports.hasher.during = () => {
    throw new Error('gone');
  };
  await expect(toSecondFactor(ports, scene.account, who.email)).rejects.toThrow();
  ports.hasher.during = undefined;
  const [attempts] = await ports.store.getMany([passwordAttemptsDocument.key(who.id)], ports.clock.now());
  expect(attempts?.value.failures).toBe(1);
});

test('SR-18: renews a hash weaker than today’s at sign-in', async () => {
  const key = administratorDocument.key(scene.account, who.id);
  await overwrite(ports, key, { passwordHash: weakHash(who.password) });
  await signIn(ports, who);
  expect((await read(ports, key)).passwordHash).toMatch(/^\$fake\$/);
});

describe('the first sign-in', () => {
  const EMAIL = 'new@acme.example';
  const enrolling = async () => {
    const at = await toSecondFactor(ports, scene.account, EMAIL);
    const shown = (await presentSignIn(ports, at)).enrolment;
    return { ...at, shown, secret: base32Decode(shown?.secret ?? '') ?? new Uint8Array() };
  };

  test('shows a token, accepts its first code, and shows recovery codes once', async () => {
    await addActive(ports, scene.account, { email: EMAIL });
    const { handle, shown, secret } = await enrolling();
    expect(shown?.otpauthUri).toMatch(/^otpauth:\/\/totp\/Countersign%20Acme:new%40acme\.example\?secret=/);
    const wrong = unwrap(await answerEnrolment(ports, { handle, seq: 2, otp: '000000', client }));
    expect(wrong.flow).toMatchObject({ step: 'enrol', error: { code: 'OTP_WRONG' } });
    const otp = codeOf(ports, secret);
    const done = unwrap(await answerEnrolment(ports, { handle, seq: 3, otp, client }));
    expect(done.recoveryCodes).toHaveLength(RECOVERY_CODES);
    expect(await presentSignIn(ports, { flow: done.flow })).not.toHaveProperty('enrolment');
    // No shown secret is in the store, and the code is used up (SR-1, SR-21).
    const written = JSON.stringify(ports.store.commits);
    for (const text of [shown?.secret ?? 'x', ...(done.recoveryCodes ?? [])]) expect(written).not.toContain(text);
    const again = await toSecondFactor(ports, scene.account, EMAIL);
    expect(unwrap(await otpAt(again.handle, otp)).flow.error?.code).toBe('OTP_REPLAYED');
  });

  test('twice at once: one enrols, and the token of the other is void', async () => {
    await addActive(ports, scene.account, { email: EMAIL });
    const [one, two] = [await enrolling(), await enrolling()];
    const answers = await Promise.all(
      [one, two].map(({ handle, secret }) =>
        answerEnrolment(ports, { handle, seq: 2, otp: codeOf(ports, secret), client }),
      ),
    );
    expect(answers.map(outcome).sort()).toEqual(['denied', 'done']);
    const tokens = [one, two].map(({ flow }) => tokenDocument.key(flow.enrolment?.token ?? 'tok_00000000000'));
    const stored = await ports.store.getMany(tokens, ports.clock.now());
    expect(stored.filter(Boolean)).toHaveLength(1);
  });

  test('an administrator with a token enters its code and cannot enrol another', async () => {
    const { flow } = await toSecondFactor(ports, scene.account, who.email);
    expect(flow.step).toBe('otp');
    expect(flow).not.toHaveProperty('enrolment');
  });
});

describe('the account', () => {
  test('may be left out while there is one, is required when there are more, and must exist', async () => {
    expect(unwrap(await startSignIn(ports, { client })).flow.account).toBe(scene.account);
    const other = await createFixture(ports);
    expect(await startSignIn(ports, { client })).toEqual({ refused: 'ACCOUNT_NEEDED' });
    expect(unwrap(await startSignIn(ports, { account: other.account, client })).flow.account).toBe(other.account);
    expect(await startSignIn(ports, { account: 'acc_00000000000', client })).toEqual({ refused: 'ACCOUNT_NOT_FOUND' });
  });

  test('of another administrator rejects the same address and password', async () => {
    const other = await createFixture(ports);
    const { flow } = await toSecondFactor(ports, other.account, who.email);
    expect(flow).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
  });

  test('a sign-in of the widget and one of an administrator are not interchangeable', async () => {
    const { handle } = unwrap(await startSignIn(ports, { account: scene.account, client }));
    const [flow] = await ports.store.getMany([flowDocument.key(handle.split('.')[0] as FlowId)], ports.clock.now());
    expect(flow).toBeUndefined();
  });
});
