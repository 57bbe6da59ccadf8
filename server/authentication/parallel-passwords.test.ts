import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';
import { FREE_PASSWORD_FAILURES } from '../passwords/password-backoff.ts';
import { authenticate } from '../testing/as-operator.ts';
import { createFixture, type Fixture, PASSWORD } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('parallel passwords');
});
afterEach(() => {
  ports.hasher.during = undefined;
});
afterAll(() => ports.close());

const COUNT = 50;
/** The number of passwords that are evaluated before the first wait. */
const LIMIT = FREE_PASSWORD_FAILURES + 1;

async function signIn(scene: Fixture, user: string, password: string, address?: string, over = ports) {
  const { account, resource } = scene;
  const asked = { account, resource: resource.id, user, password, ...(address && { address }) };
  const verdict = await authenticate(over, { ...asked, method: 'password' });
  return isRefusal(verdict) ? verdict.refused : 'in';
}
const times = <T>(run: (at: number) => Promise<T>) => Promise.all(Array.from({ length: COUNT }, (_, at) => run(at)));
const tally = (outcomes: string[]) =>
  Object.fromEntries([...new Set(outcomes)].map((one) => [one, outcomes.filter((other) => other === one).length]));
const slowly = async () => {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
};

// SR-49
describe('right passwords of one user at once', () => {
  test('all succeed: attempts under way are no failures', async () => {
    const scene = await createFixture(ports);
    ports.hasher.during = slowly;
    expect(tally(await times(() => signIn(scene, 'alice', PASSWORD)))).toEqual({ in: COUNT });
    expect(tally(await times((at) => signIn(scene, 'alice', PASSWORD, `198.51.100.${at}`)))).toEqual({ in: COUNT });
  });

  test('a flood on the name from elsewhere does not delay a user on a known network', async () => {
    const scene = await createFixture(ports);
    expect(await signIn(scene, 'alice', PASSWORD, '203.0.113.7')).toBe('in');
    let release = () => {};
    ports.hasher.during = () =>
      new Promise((resolve) => {
        const before = release;
        release = () => {
          before();
          resolve();
        };
      });
    const flood = times((at) => signIn(scene, 'alice', `guess ${at}`, `198.51.100.${at}`));
    await slowly();
    ports.hasher.during = undefined;
    expect(await signIn(scene, 'alice', PASSWORD, '203.0.113.7')).toBe('in');
    release();
    expect(tally(await flood)).toMatchObject({ INVALID_CREDENTIALS: LIMIT });
  });

  test('in the widget as well', async () => {
    const scene = await createFixture(ports);
    const walks = await times(async () => {
      const walk = await LoginDriver.begin(scene);
      await walk.identify();
      return walk;
    });
    ports.hasher.during = slowly;
    await Promise.all(walks.map((walk) => walk.password()));
    expect(tally(walks.map(({ view }) => view.step))).toEqual({ done: COUNT });
  });

  test('an attempt that fails leaves no other waiting for it', async () => {
    const scene = await createFixture(ports);
    let broken = 0;
    ports.hasher.during = async () => {
      await slowly();
      if (broken++ < LIMIT) throw new Error('the hash broke');
    };
    const outcomes = await times(() => signIn(scene, 'alice', PASSWORD).catch(() => 'broken'));
    // Each of them stays counted (SR-16).
    expect(tally(outcomes)).toEqual({ broken: LIMIT, TOO_MANY_ATTEMPTS: COUNT - LIMIT });
  });
});

// SR-2
// The attack: start as many guesses as possible before the first of them is judged.
describe('wrong passwords at once', () => {
  test('from many addresses: no more are checked than in sequence, for a user and for an unknown name', async () => {
    const scene = await createFixture(ports);
    ports.hasher.during = slowly;
    for (const user of ['alice', 'nobody']) {
      const before = ports.hasher.verified;
      const outcomes = await times((at) => signIn(scene, user, `guess ${at}`, `203.0.113.${at}`));
      expect(tally(outcomes), user).toEqual({ INVALID_CREDENTIALS: LIMIT, TOO_MANY_ATTEMPTS: COUNT - LIMIT });
      expect(ports.hasher.verified - before).toBe(LIMIT);
    }
  });

  test('with the right one behind them: it is refused as they are', async () => {
    const scene = await createFixture(ports);
    ports.hasher.during = slowly;
    const outcomes = await times((at) => signIn(scene, 'alice', at === COUNT - 1 ? PASSWORD : `guess ${at}`));
    expect(outcomes.at(-1)).toBe('TOO_MANY_ATTEMPTS');
  });

  // The attack: each process of a service knows only the attempts that it judges itself.
  test('over four processes: no more are checked than by one', async () => {
    const scene = await createFixture(ports);
    const processes = [ports.replica(), ports.replica(), ports.replica(), ports.replica()];
    for (const { hasher } of processes) hasher.during = slowly;
    for (const user of ['alice', 'nobody']) {
      const before = processes.reduce((sum, { hasher }) => sum + hasher.verified, 0);
      const outcomes = await times((at) =>
        signIn(scene, user, `guess ${at}`, `203.0.113.${at}`, processes[at % processes.length]).catch(
          () => 'contended',
        ),
      );
      const evaluated = processes.reduce((sum, { hasher }) => sum + hasher.verified, 0) - before;
      expect(evaluated, user).toBeLessThanOrEqual(LIMIT);
      expect(tally(outcomes).INVALID_CREDENTIALS, user).toBe(evaluated);
      expect(evaluated).toBeGreaterThan(0);
      // Nor is the right one, wherever it is tried next.
      for (const own of processes)
        expect(await signIn(scene, user, PASSWORD, undefined, own), user).toBe('TOO_MANY_ATTEMPTS');
    }
  });
});
