import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';
import { ADMIN_PASSWORD, addAdministrator, toSecondFactor } from '../testing/administrators.ts';
import { authenticate } from '../testing/as-operator.ts';
import { createFixture, type Fixture, PASSWORD } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

// SR-49: an attacker who knows a name tries wrong passwords ten times a second, so that one wait of the user follows
// another. The user tries the right one once in a while.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('kept waiting');
});
afterAll(() => ports.close());

const HOME = '203.0.113.7';
const ATTACKER = '198.51.100.66';
const TEN_TIMES_A_SECOND_MS = 100;

async function signIn(scene: Fixture, address: string | undefined, password: string) {
  const { account, resource, user } = scene;
  const asked = { account, resource: resource.id, user: user.login, password, ...(address && { address }) };
  const verdict = await authenticate(ports, { ...asked, method: 'password' });
  return isRefusal(verdict) ? verdict.refused : 'in';
}

/** The attacker is always first. Returns how many of their guesses were evaluated. */
async function attackFor(scene: Fixture, seconds: number, from: string | undefined = ATTACKER): Promise<number> {
  let evaluated = 0;
  for (let at = 0; at < seconds * 10; at++) {
    ports.clock.advance(TEN_TIMES_A_SECOND_MS);
    if ((await signIn(scene, from, `guess ${at}`)) === 'INVALID_CREDENTIALS') evaluated += 1;
  }
  return evaluated;
}

describe('under a constant attack on their name', () => {
  test('a user signs in at once from a known network', async () => {
    const scene = await createFixture(ports);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
    await attackFor(scene, 130);
    for (let day = 0; day < 3; day++) {
      expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
      await attackFor(scene, 5);
    }
  });

  test.each([
    ['from elsewhere', '192.0.2.44'],
    ['over the API without an address', undefined],
  ])('a user %s does not sign in until a minute after it stops', async (_, from) => {
    const scene = await createFixture(ports);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
    await attackFor(scene, 130);
    for (let minute = 0; minute < 3; minute++) {
      expect(await signIn(scene, from, PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
      await attackFor(scene, 60);
    }
    ports.clock.advance(60_000);
    expect(await signIn(scene, from, PASSWORD)).toBe('in');
  });

  test('eight networks are remembered, no more', async () => {
    const scene = await createFixture(ports);
    for (let at = 1; at <= 9; at++) {
      expect(await signIn(scene, `192.0.2.${at}`, PASSWORD)).toBe('in');
      ports.clock.advance(1_000);
    }
    await attackFor(scene, 130);
    expect(await signIn(scene, '192.0.2.1', PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
    for (let at = 2; at <= 9; at++) expect(await signIn(scene, `192.0.2.${at}`, PASSWORD)).toBe('in');
  });

  test('and in the widget, under any of their names and from their whole /64', async () => {
    const scene = await createFixture(ports, { user: { login: 'ada', email: 'ada@example.com' } });
    expect(await signIn(scene, '2001:db8::1', PASSWORD)).toBe('in');
    await attackFor(scene, 130);
    const walk = await LoginDriver.begin(scene, { address: '2001:db8::2' });
    await walk.identify('ADA@example.com');
    await walk.password();
    expect(walk.view).toMatchObject({ step: 'done' });
  });

  test('the attacker gains no guess, even through the sign-ins of the user', async () => {
    const scene = await createFixture(ports);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
    // Six without a wait, then 1, 2, 4, 8, 16, 32 s, then one a minute.
    const guesses = await attackFor(scene, 190);
    expect(guesses).toBeLessThanOrEqual(14);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
    expect(await attackFor(scene, 10)).toBeLessThanOrEqual(1);
  });

  test('an attacker on the user’s known network waits like any other', async () => {
    const scene = await createFixture(ports);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
    expect(await attackFor(scene, 190, HOME)).toBeLessThanOrEqual(14);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
  });

  test('networks are no way around the limit: many of them, or none, share one count', async () => {
    const scene = await createFixture(ports);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
    const outcomes: string[] = [];
    for (let at = 0; at < 40; at++)
      outcomes.push(await signIn(scene, at % 4 ? `198.51.100.${at}` : undefined, 'guess'));
    expect(outcomes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(6);
  });

  test('an old network of the user is unknown after three months', async () => {
    const scene = await createFixture(ports);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('in');
    ports.clock.advance(91 * 24 * 3_600_000);
    await attackFor(scene, 130);
    expect(await signIn(scene, HOME, PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
  });

  test('the networks are stored without an address; the event of the sign-in has it', async () => {
    const before = ports.store.commits.length;
    const scene = await createFixture(ports);
    await signIn(scene, HOME, PASSWORD);
    const changes = ports.store.commits.slice(before).map(({ change }) => change);
    const written = changes.flatMap(({ put = [] }) => put);
    expect(JSON.stringify(written)).not.toContain(HOME);
    expect(JSON.stringify(changes.flatMap(({ append = [] }) => append))).toContain(HOME);
  });
});

// SR-63. The clock is an hour fast while wrong passwords are counted, and is then corrected.
describe('SR-63: a clock that was set back', () => {
  const HOUR_MS = 3_600_000;
  const tooFast = async (work: () => Promise<unknown>) => {
    ports.clock.advance(HOUR_MS);
    await work();
    ports.clock.advance(-HOUR_MS);
  };

  test.each([
    ['a user', (scene: Fixture) => scene],
    ['an unknown name', (scene: Fixture) => ({ ...scene, user: { ...scene.user, login: 'unknown' } })],
  ])('makes %s wait for a minute and no longer, from every network', async (_who, whose) => {
    const scene = whose(await createFixture(ports));
    const isThere = scene.user.login !== 'unknown';
    if (isThere) await signIn(scene, HOME, PASSWORD);
    await tooFast(async () => {
      for (const from of [HOME, ATTACKER]) await attackFor(scene, 40, from);
    });
    for (const from of [HOME, ATTACKER]) expect(await signIn(scene, from, PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
    ports.clock.advance(60_000);
    expect(await signIn(scene, HOME, PASSWORD)).toBe(isThere ? 'in' : 'INVALID_CREDENTIALS');
    expect(await signIn(scene, ATTACKER, 'guess')).toBe(isThere ? 'INVALID_CREDENTIALS' : 'TOO_MANY_ATTEMPTS');
  });

  test('grants no guess: the current wait starts again', async () => {
    const scene = await createFixture(ports);
    await tooFast(() => attackFor(scene, 40));
    for (let second = 0; second < 7; second++) {
      expect(await signIn(scene, ATTACKER, PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
      ports.clock.advance(1_000);
    }
  });

  test('does not make an administrator wait longer', async () => {
    const scene = await createFixture(ports);
    const { account, email } = await addAdministrator(ports, scene.account, { email: 'ada@acme.example' });
    const codeAfter = async (password: string) =>
      (await toSecondFactor(ports, account, email, password)).flow.error?.code;
    await tooFast(async () => {
      for (let at = 0; at < 12; at++) await codeAfter('a wrong password');
    });
    expect(await codeAfter(ADMIN_PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
    ports.clock.advance(60_000);
    expect(await codeAfter(ADMIN_PASSWORD)).toBeUndefined();
  });
});
