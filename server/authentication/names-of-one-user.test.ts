import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Change } from '../kernel/ports/store.ts';
import { isRefusal } from '../kernel/result.ts';
import { countWrongPassword, passwordWaitUntil, type WrongPasswords } from '../passwords/password-backoff.ts';
import { ADMIN_PASSWORD, addAdministrator, toSecondFactor } from '../testing/administrators.ts';
import { authenticate, operatorContext } from '../testing/as-operator.ts';
import { addUser, createFixture, type Fixture, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { deleteUser } from '../user-management/delete-user.ts';

// SR-17, SR-49
// The attack: try wrong passwords for one name until it has to wait, then one for another name. If a name has to wait
// though it was never tried, it belongs to the same existing user.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('names of one user');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const HOME = '203.0.113.7';
const ATTACKER = '198.51.100.66';
const NAMES = ['ada', 'ada@example.com', 'countess', '+441234567890'];

const USERS: Record<string, { login: string; alias?: string; email?: string; phone?: string }[]> = {
  'of no user': [],
  'of one user': [{ login: 'ada', email: 'ada@example.com', alias: 'countess', phone: '+441234567890' }],
  'of two users': [
    { login: 'ada', alias: 'countess' },
    { login: 'bob', email: 'ada@example.com', phone: '+441234567890' },
  ],
  'of two users, and of no user': [{ login: 'ada' }, { login: 'bob', email: 'ada@example.com' }],
};

/** An account with these names for its users, who have signed in at home. */
async function world(users: (typeof USERS)[string] = []): Promise<Fixture> {
  const scene = await createFixture(ports, { user: { login: 'somebody-else' } });
  for (const user of users) {
    await addUser(ports, scene.account, scene.resource, { user });
    expect(await attempt(scene, user.login, PASSWORD, HOME)).toMatchObject({ method: 'password' });
  }
  return scene;
}

function attempt({ account, resource }: Fixture, user: string, password: string, address?: string) {
  const asked = { account, resource: resource.id, user, password, ...(address && { address }) };
  return authenticate(ports, { ...asked, method: 'password' });
}
const codeOf = async (...asked: Parameters<typeof attempt>) => {
  const verdict = await attempt(...asked);
  return isRefusal(verdict) ? verdict.refused : 'in';
};

async function guessUntilItWaits(scene: Fixture, name: string, address?: string) {
  for (let at = 0; at < 40; at++) {
    if ((await codeOf(scene, name, `guess ${at}`, address)) === 'TOO_MANY_ATTEMPTS') return;
  }
  throw new Error('it never waits');
}

const shapeOf = ({ expect: expected, put = [], delete: deleted = [], index = [], append = [] }: Change) => [
  expected.length,
  put.map(({ expiresAt }) => expiresAt !== undefined),
  deleted.length,
  index.length,
  append.length,
];

/** All that an attempt returns and all that takes time. */
async function seen(run: () => Promise<unknown>) {
  const trips: unknown[] = [];
  const hashes = ports.hasher.verified;
  ports.store.intercept = {
    read: (keys) => {
      trips.push(`reads ${keys.length}`);
    },
    commit: (change, go) => {
      trips.push(shapeOf(change));
      return go();
    },
  };
  const answer = await run();
  ports.store.intercept = {};
  return JSON.stringify({ answer, hashes: ports.hasher.verified - hashes, trips });
}

/** The number of guesses that were compared with a user's password. */
async function evaluatedIn(run: () => Promise<unknown>): Promise<number> {
  const { verify } = ports.hasher;
  let evaluated = 0;
  ports.hasher.verify = (phc, password) => {
    if (phc !== undefined && password.startsWith('guess')) evaluated += 1;
    return verify.call(ports.hasher, phc, password);
  };
  await run().finally(() => {
    ports.hasher.verify = verify;
  });
  return evaluated;
}

const guesses = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES, 'nobody'),
    address: fc.constantFrom(undefined, ATTACKER, '192.0.2.1', '2001:db8::1'),
    afterMs: fc.constantFrom(0, 0, 0, 0, 100, 1_000, 2_000, 10_000, 60_000),
  }),
  { minLength: 20, maxLength: 45 },
);

describe('wrong passwords for several names', () => {
  test('delay each name independently', async () => {
    const scene = await world(USERS['of one user']);
    await guessUntilItWaits(scene, 'ada', ATTACKER);
    for (const name of NAMES.slice(1)) {
      expect(await attempt(scene, name, 'guess', ATTACKER), name).toEqual({ refused: 'INVALID_CREDENTIALS' });
    }
  });

  test('look and cost the same, whatever users the names belong to', async () => {
    await fc.assert(
      fc.asyncProperty(guesses, async (steps) => {
        const stories: string[][] = [];
        for (const users of Object.values(USERS)) {
          const scene = await world(users);
          const story: string[] = [];
          for (const { name, address, afterMs } of steps) {
            ports.clock.advance(afterMs);
            story.push(await seen(() => attempt(scene, name, 'guess', address)));
          }
          stories.push(story);
        }
        for (const story of stories) expect(story).toEqual(stories[0]);
      }),
      { numRuns: 15 },
    );
  });

  // SR-2
  test('are evaluated no more often than for one name', async () => {
    await fc.assert(
      fc.asyncProperty(guesses, async (steps) => {
        const scene = await world(USERS['of one user']);
        let counted: WrongPasswords | undefined;
        let most = 0;
        const evaluated = await evaluatedIn(async () => {
          for (const { name, address, afterMs } of steps) {
            ports.clock.advance(afterMs);
            const now = ports.clock.now();
            await attempt(scene, name, 'guess', address);
            if (name === 'nobody' || passwordWaitUntil(counted) > now) continue;
            counted = countWrongPassword(counted, now);
            most += 1;
          }
        });
        expect(evaluated).toBeLessThanOrEqual(most);
      }),
      { numRuns: 15 },
    );
  });

  // SR-2
  test('at once are evaluated no more often either', async () => {
    const scene = await world(USERS['of one user']);
    const all = NAMES.flatMap((name) => Array.from({ length: 10 }, (_, at) => ({ name, password: `guess ${at}` })));
    const evaluated = await evaluatedIn(() =>
      Promise.all(all.map(({ name, password }, at) => attempt(scene, name, password, `198.51.100.${at}`))),
    );
    expect(evaluated).toBe(6);
  });

  // SR-2. Another process does not share this one's queue.
  test.each([
    ['brings a wait for the name', { failures: 20 }, 'TOO_MANY_ATTEMPTS', 0],
    ['counts one of them', { failures: 1 }, 'INVALID_CREDENTIALS', 1],
  ])('are decided by the state at the commit, if another process %s', async (_, other, code, times) => {
    const scene = await world(USERS['of one user']);
    ports.store.intercept = {
      async commit(change, go) {
        const [{ key } = { key: undefined }] = change.put ?? [];
        if (!key?.anchor.startsWith('password-attempts/name/')) return go();
        ports.store.intercept = {};
        const put = [{ key, value: { ...other, lastFailureAt: change.now } }];
        await ports.store.commit({ anchor: key.anchor, operation: 'other', now: change.now, expect: [], put });
        return go();
      },
    };
    const evaluated = await evaluatedIn(async () => expect(await codeOf(scene, 'ada', 'guess')).toBe(code));
    expect(evaluated).toBe(times);
  });

  test('in the widget get the response of one name, word for word', async () => {
    const views = new Set<string>();
    for (const users of Object.values(USERS)) {
      const scene = await world(users);
      await guessUntilItWaits(scene, 'ada', ATTACKER);
      const walk = await LoginDriver.begin(scene, { address: ATTACKER });
      await walk.identify('ada@example.com');
      views.add(await seen(() => walk.password('guess')).then((text) => text.replace(/"seq":\d+/, '')));
      expect(walk.view).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    }
    expect(views.size).toBe(1);
  });

  test('of an administrator and of a user of that name are counted apart, as for unknown names', async () => {
    const email = 'ada@example.com';
    const atTheConsole = async (scene: Fixture) =>
      (await toSecondFactor(ports, scene.account, email, 'guess')).flow.error?.code;
    for (const [user, administrator] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const scene = await world(user ? [{ login: 'ada', email }] : []);
      if (administrator) await addAdministrator(ports, scene.account, { email });
      await guessUntilItWaits(scene, email);
      expect(await atTheConsole(scene), `${user} ${administrator}`).toBe('INVALID_CREDENTIALS');
      for (let at = 0; at < 6; at++) await atTheConsole(scene);
      expect(await atTheConsole(scene)).toBe('TOO_MANY_ATTEMPTS');
    }
  });

  test('are remembered by a name when its user is deleted, and when one is created', async () => {
    const scene = await world();
    await guessUntilItWaits(scene, 'ada');
    const { user } = await addUser(ports, scene.account, scene.resource, { user: { login: 'ada' } });
    expect(await codeOf(scene, 'ada', 'guess')).toBe('TOO_MANY_ATTEMPTS');
    unwrap(await deleteUser(ports, operatorContext(scene.account), user.id));
    expect(await codeOf(scene, 'ada', 'guess')).toBe('TOO_MANY_ATTEMPTS');
  });

  // SR-34. The attack: try wrong passwords for made-up names in one account, so that events and statistics of another
  // account report waits of names that were never tried there.
  test('for unknown names change no event of another account', async () => {
    const [scene, other] = [await world(), await world()];
    for (let at = 0; at < 1_200; at++) await attempt(scene, `made-up-${at}`, 'guess');
    const from = ports.store.commits.length;
    for (let at = 0; at < 30; at++) await attempt(other, `never-tried-${at}`, 'guess');
    const events = ports.store.commits.slice(from).flatMap(({ change }) => change.append ?? []);
    expect(events).toHaveLength(30);
    for (const event of events) expect(event).toMatchObject({ type: 'authentication', reason: 'INVALID_CREDENTIALS' });
  });

  test('leave records that expire and contain no readable name', async () => {
    const scene = await world(USERS['of one user']);
    const before = ports.store.commits.length;
    for (let at = 0; at < 300; at++) await attempt(scene, `made-up-${at}`, 'guess');
    for (const name of NAMES) await attempt(scene, name, 'guess');
    const commits = ports.store.commits.slice(before).map(({ change }) => change);
    const put = commits.flatMap(({ put: written = [] }) => written);
    expect(put.every(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt < Number.POSITIVE_INFINITY)).toBe(true);
    // One for each name, those of the user, and the decoys of users: a fixed number.
    expect(new Set(put.map(({ key }) => key.anchor)).size).toBeLessThanOrEqual(300 + NAMES.length + 1 + 256);
    expect(JSON.stringify(commits)).not.toMatch(/made-up|countess/);
  });
});

// SR-49
describe('the user, while wrong passwords come in for another of their names', () => {
  test('signs in from a known network, with any name', async () => {
    const scene = await world(USERS['of one user']);
    for (const name of NAMES) await guessUntilItWaits(scene, name, ATTACKER);
    for (const name of NAMES) expect(await codeOf(scene, name, PASSWORD, HOME), name).toBe('in');
  });

  test('gets the answer of a wrong password from elsewhere, without an evaluation, and signs in a minute later', async () => {
    const scene = await world(USERS['of one user']);
    for (let at = 0; at < 12; at++) {
      await guessUntilItWaits(scene, 'countess', ATTACKER);
      ports.clock.advance(60_000);
    }
    await guessUntilItWaits(scene, 'countess', ATTACKER);
    expect(await codeOf(scene, 'ada', PASSWORD, '192.0.2.1')).toBe('INVALID_CREDENTIALS');
    // The events give the reason.
    const lastEvent = () => ports.store.commits.flatMap(({ change }) => change.append ?? []).at(-1);
    expect(lastEvent()).toMatchObject({ type: 'authentication', reason: 'TOO_MANY_ATTEMPTS' });
    const walk = await LoginDriver.begin(scene, { address: '192.0.2.1' });
    await walk.identify('ada');
    expect(await walk.password()).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    expect(lastEvent()).toMatchObject({ type: 'authentication', reason: 'TOO_MANY_ATTEMPTS' });
    ports.clock.advance(60_000);
    expect(await codeOf(scene, 'ada', PASSWORD, '192.0.2.1')).toBe('in');
  });

  // The attack: guess at another name for so long that the user's own attempts delay their name. It waits like an
  // unknown one (SR-17), and no longer.
  test('can sign in a minute after their own last attempt at the latest', async () => {
    const scene = await world(USERS['of one user']);
    const signIn = () => codeOf(scene, 'ada', PASSWORD, '192.0.2.1');
    for (let at = 0; at < 12; at++) {
      await guessUntilItWaits(scene, 'countess', ATTACKER);
      expect(await signIn()).toBe('INVALID_CREDENTIALS');
      ports.clock.advance(60_000);
    }
    await guessUntilItWaits(scene, 'countess', ATTACKER);
    ports.clock.advance(59_000);
    expect(await signIn()).toBe('INVALID_CREDENTIALS');
    ports.clock.advance(59_999);
    expect(await signIn()).toBe('TOO_MANY_ATTEMPTS');
    ports.clock.advance(1);
    expect(await signIn()).toBe('in');
  });

  test('reveals by a sign-in nothing about the names that they did not use', async () => {
    const scene = await world(USERS['of one user']);
    for (const name of NAMES) await guessUntilItWaits(scene, name, ATTACKER);
    ports.clock.advance(2_000);
    const [used = '', ...others] = NAMES;
    expect(await codeOf(scene, used, PASSWORD, '192.0.2.1')).toBe('in');
    for (const name of others) {
      expect(await codeOf(scene, name, 'guess', ATTACKER)).toBe('INVALID_CREDENTIALS');
      expect(await attempt(scene, name, 'guess', ATTACKER)).toMatchObject({ retryAfterMs: 2_000 });
    }
  });
});

describe('an administrator', () => {
  test('signs in as before after wrong passwords', async () => {
    const scene = await world();
    const { email } = await addAdministrator(ports, scene.account, { email: 'ada@example.com' });
    const codeAfter = async (password: string) =>
      (await toSecondFactor(ports, scene.account, email, password)).flow.error?.code;
    for (let at = 0; at < 8; at++) await codeAfter('guess');
    expect(await codeAfter(ADMIN_PASSWORD)).toBe('TOO_MANY_ATTEMPTS');
    ports.clock.advance(60_000);
    expect(await codeAfter(ADMIN_PASSWORD)).toBeUndefined();
  });
});
