import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteHashCost } from '../accounts/note-hash-cost.ts';
import { isRefusal } from '../kernel/result.ts';
import { authenticate } from '../testing/as-operator.ts';
import {
  addResource,
  addToken,
  addUser,
  createFixture,
  type Fixture,
  PASSWORD,
  runMeanwhile,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

// SR-17, SR-78: an outsider cannot learn who exists, who may sign in and who has which token. These tests count hashes and
// commits, which take the time, so equal numbers mean equal times.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('same');
});
afterAll(() => ports.close());

/** One resource; five names that do not sign in with the password, and one that does. */
async function crowd(resource = {}): Promise<{ scene: Fixture; names: Record<string, string> }> {
  const scene = await createFixture(ports, { resource });
  const person = (login: string, options = {}) =>
    addUser(ports, scene.account, scene.resource, { user: { login }, ...options });
  await runMeanwhile.blockUser(await person('blocked'));
  await person('passwordless', { password: false });
  const elsewhere = await addResource(ports, scene.account);
  await addUser(ports, scene.account, elsewhere, { user: { login: 'unassigned' } });
  await person('locked', { tokens: [{ state: 'locked' }] });
  return {
    scene,
    names: {
      unknown: 'nobody',
      blocked: 'blocked',
      passwordless: 'passwordless',
      unassigned: 'unassigned',
      'with a locked token': 'locked',
      'there, but the password is wrong': 'alice',
      'unknown by that id': 'usr_00000000001',
    },
  };
}

async function measured<T>(run: () => Promise<T>): Promise<{ answer: T; hashes: number; commits: number }> {
  const before = { hashes: ports.hasher.verified + ports.hasher.hashed, commits: ports.store.commits.length };
  const answer = await run();
  return {
    answer,
    hashes: ports.hasher.verified + ports.hasher.hashed - before.hashes,
    commits: ports.store.commits.length - before.commits,
  };
}

describe('a password', () => {
  test.each(['password', 'password-otp'] as const)(
    'over the API, method %s: one hash, the same commits, one response',
    async (method) => {
      const { scene, names } = await crowd();
      const shut = { login: 'shut', apiSupport: false };
      await addUser(ports, scene.account, scene.resource, { user: shut });
      const withRightPassword = ['unassigned', 'blocked', 'not by the API'];
      for (const [who, user] of Object.entries({ ...names, 'not by the API': shut.login })) {
        const password = withRightPassword.includes(who) ? PASSWORD : 'guess';
        const common = { account: scene.account, resource: scene.resource.id, user, password };
        const run = () =>
          authenticate(ports, method === 'password' ? { ...common, method } : { ...common, method, otp: '123456' });
        expect(await measured(run), who).toEqual({
          answer: { refused: 'INVALID_CREDENTIALS' },
          hashes: 1,
          // The counters of the name and of the user, and the event of the outcome.
          commits: 3,
        });
      }
    },
  );

  test('in the widget: one hash, the same commits, and exactly the same view', async () => {
    const { scene, names } = await crowd();
    const views = new Map<string, unknown>();
    for (const [who, login] of Object.entries(names)) {
      const walk = await LoginDriver.begin(scene);
      const identified = await measured(() => walk.identify(login));
      expect(identified, who).toMatchObject({ answer: { step: 'password', seq: 1 }, hashes: 0, commits: 2 });
      const answered = await measured(() =>
        walk.password(who === 'unassigned' || who === 'blocked' ? PASSWORD : 'guess'),
      );
      // Claim, two counters, move.
      expect(answered, who).toMatchObject({ hashes: 1, commits: 4 });
      views.set(who, { ...answered.answer, login: '' });
    }
    expect(new Set([...views.values()].map((view) => JSON.stringify(view))).size).toBe(1);
    expect([...views.values()][0]).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
  });

  // The attack: one wrong password for each name tells by its time who was imported with a costlier hash.
  test('SR-78: every wrong password takes as long as the costliest hash that was ever imported', async () => {
    const { scene, names } = await crowd();
    await noteHashCost(ports, scene.account, 500);
    for (const [who, login] of Object.entries(names)) {
      const before = ports.hasher.evenedOut.length;
      const walk = await LoginDriver.begin(scene);
      await walk.identify(login);
      await walk.password(who === 'unassigned' || who === 'blocked' ? PASSWORD : 'guess');
      expect(ports.hasher.evenedOut.slice(before), who).toEqual([500]);
    }
    const before = ports.hasher.evenedOut.length;
    const walk = await LoginDriver.begin(scene);
    await walk.identify('alice');
    await walk.password(PASSWORD);
    expect(walk.view.step).toBe('done');
    expect(ports.hasher.evenedOut).toHaveLength(before);
  });

  test('waits grow for unknown names as they do for known ones', async () => {
    const { scene, names } = await crowd();
    const story = async (user: string) => {
      const results: unknown[] = [];
      for (let at = 0; at < 10; at++) {
        const common = { account: scene.account, resource: scene.resource.id, user };
        results.push(await authenticate(ports, { ...common, method: 'password', password: 'guess' }));
        ports.clock.advance(700);
      }
      return results;
    };
    const stories = [];
    for (const user of Object.values(names)) stories.push(JSON.stringify(await story(user)));
    expect(new Set(stories).size).toBe(1);
    expect(stories[0]).toContain('TOO_MANY_ATTEMPTS');
  });

  test('an unknown name is one name however it is written', async () => {
    const scene = await createFixture(ports);
    const spellings = ['Nobody', 'NOBODY', ' nobody ', 'ｎｏｂｏｄｙ', 'nobody', 'nOBODY'];
    for (const user of spellings) {
      const common = { account: scene.account, resource: scene.resource.id, user };
      expect(await authenticate(ports, { ...common, method: 'password', password: 'guess' })).toEqual({
        refused: 'INVALID_CREDENTIALS',
      });
    }
    const common = { account: scene.account, resource: scene.resource.id, user: 'nobody' };
    expect(await authenticate(ports, { ...common, method: 'password', password: 'guess' })).toMatchObject({
      refused: 'TOO_MANY_ATTEMPTS',
    });
  });

  test('the store has no list of unknown names', async () => {
    const scene = await createFixture(ports);
    const before = ports.store.commits.length;
    const common = { account: scene.account, resource: scene.resource.id, user: 'my-secret-typo' };
    await authenticate(ports, { ...common, method: 'password', password: 'guess' });
    await authenticate(ports, { ...common, method: 'otp', otp: '123456' });
    expect(JSON.stringify(ports.store.commits.slice(before))).not.toContain('typo');
  });
});

describe('a code alone', () => {
  async function otpCrowd(): Promise<{ scene: Fixture; names: Record<string, string> }> {
    const { scene, names } = await crowd({ methodPolicy: 'otp' });
    const person = (login: string, options = {}) =>
      addUser(ports, scene.account, scene.resource, { user: { login }, ...options });
    await person('holder', { tokens: [{}] });
    await person('deactivated', { tokens: [{ state: 'deactivated' }] });
    await person('expired', { tokens: [{ state: 'expired' }] });
    const owner = await person('owner');
    await addToken(ports, scene.account, { owner: owner.user.id });
    return {
      scene,
      names: {
        ...names,
        'there, but the code is wrong': 'holder',
        'with a deactivated token': 'deactivated',
        'with an expired token': 'expired',
        'with a token that the resource does not take': 'owner',
      },
    };
  }

  test('over the API: no hash, one commit, one response', async () => {
    const { scene, names } = await otpCrowd();
    const shut = { login: 'shut', apiSupport: false };
    const { tokens } = await addUser(ports, scene.account, scene.resource, { user: shut, tokens: [{}] });
    for (const [who, user] of Object.entries({ ...names, 'not by the API': shut.login })) {
      const otp = user === shut.login ? ((await tokens[0]?.code()) ?? '') : '000000';
      const request = { account: scene.account, resource: scene.resource.id, method: 'otp' as const, user, otp };
      expect(await measured(() => authenticate(ports, request)), who).toEqual({
        answer: { refused: 'INVALID_CREDENTIALS' },
        hashes: 0,
        commits: 1,
      });
    }
  });

  test('in the widget: no hash, the same commits, and exactly the same view', async () => {
    const { scene, names } = await otpCrowd();
    const views = new Set<string>();
    for (const [who, login] of Object.entries(names)) {
      const walk = await LoginDriver.begin(scene);
      await walk.identify(login);
      const answered = await measured(() => walk.otp('000000'));
      expect(answered, who).toMatchObject({ hashes: 0, commits: 3 });
      views.add(JSON.stringify({ ...answered.answer, login: '' }));
    }
    expect(views.size).toBe(1);
  });

  test('a hundred simultaneous codes wait in one queue, and as many are refused for every name', async () => {
    const { scene, names } = await otpCrowd();
    const countsByName = new Map<string, { refused: number; turnedAway: number }>();
    for (const [who, user] of Object.entries(names)) {
      const request = { account: scene.account, resource: scene.resource.id, method: 'otp' as const, user };
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, () => authenticate(ports, { ...request, otp: '000000' }).catch(String)),
      );
      const turnedAway = outcomes.filter((outcome) => typeof outcome === 'string').length;
      countsByName.set(who, { refused: outcomes.length - turnedAway, turnedAway });
    }
    for (const [who, counts] of countsByName) expect(counts, who).toEqual({ refused: 64, turnedAway: 36 });
  });

  // The attack: codes for one name fill its queue, and one for another name is refused if both are of one user.
  test('a hundred simultaneous codes for one name refuse none for another, whether or not they are one user’s', async () => {
    const email = 'ada@example.com';
    for (const users of [[], [{ login: 'ada', email }], [{ login: 'ada' }, { login: 'bob', email }]]) {
      const { account, resource } = await createFixture(ports, { resource: { methodPolicy: 'otp' } });
      for (const user of users) await addUser(ports, account, resource, { user, tokens: [{}] });
      const common = { account, resource: resource.id, method: 'otp', otp: '000000' } as const;
      const flood = Array.from({ length: 100 }, () => authenticate(ports, { ...common, user: 'ada' }).catch(String));
      expect(await authenticate(ports, { ...common, user: email })).toEqual({ refused: 'INVALID_CREDENTIALS' });
      const outcomes = await Promise.all(flood);
      expect(outcomes.filter((outcome) => typeof outcome !== 'string')).toHaveLength(64);
    }
  });

  test('in the widget as well', async () => {
    const scene = await createFixture(ports, {
      resource: { methodPolicy: 'otp' },
      user: { email: 'ada@example.com' },
      tokens: [{}],
    });
    const walks = await Promise.all(
      ['ada@example.com', ...Array.from({ length: 80 }, () => 'alice')].map(async (name) => {
        const walk = await LoginDriver.begin(scene);
        await walk.identify(name);
        return walk;
      }),
    );
    const [other, ...flood] = walks;
    const turnedAway = Promise.all(flood.map((walk) => walk.otp('000000').catch(String)));
    expect(await other?.otp('000000')).toMatchObject({ step: 'otp', error: { code: 'INVALID_CREDENTIALS' } });
    expect((await turnedAway).filter((outcome) => typeof outcome === 'string')).toHaveLength(16);
  });

  // SR-2
  test('simultaneous codes for several names of one user lock the token after as many guesses as for one', async () => {
    const names = ['ada', 'ada@example.com', 'countess', '+441234567890'];
    const scene = await createFixture(ports, {
      resource: { methodPolicy: 'otp', failedAttemptsBeforeLock: 10 },
      user: { login: 'ada', email: 'ada@example.com', alias: 'countess', phone: '+441234567890' },
      tokens: [{}],
    });
    const { account, resource } = scene;
    const otp = await wrongCode(scene);
    const all = Array.from({ length: 60 }, (_, at) => names[at % names.length] ?? '');
    const outcomes = await Promise.all(
      all.map((user) => authenticate(ports, { account, resource: resource.id, method: 'otp', user, otp })),
    );
    for (const outcome of outcomes) expect(outcome).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(await scene.tokens[0]?.stored()).toMatchObject({ failures: 11 });
  });

  test('a lock caused by wrong codes is not revealed to the client that caused it', async () => {
    const scene = await createFixture(ports, {
      resource: { methodPolicy: 'otp', failedAttemptsBeforeLock: 3 },
      tokens: [{}],
    });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    for (let at = 0; at < 6; at++) {
      expect(await walk.otp(await wrongCode(scene, at))).toMatchObject({
        step: 'otp',
        error: { code: 'INVALID_CREDENTIALS' },
      });
    }
    expect((await scene.tokens[0]?.stored())?.lock).toBeDefined();
  });
});

test('neither a start nor a name reveals anything about users', async () => {
  const { scene, names } = await crowd();
  const seen = new Set<string>();
  for (const login of Object.values(names)) {
    const walk = await LoginDriver.begin(scene);
    const view = await walk.identify(login);
    if (isRefusal(view)) throw new Error(view.refused);
    seen.add(JSON.stringify({ ...view, login: '' }));
  }
  expect(seen.size).toBe(1);
});
