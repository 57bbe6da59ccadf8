import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runExclusive } from '../kernel/keyed-queue.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { isRefusal } from '../kernel/result.ts';
import { counterKeys } from '../passwords/password-counters.ts';
import { authenticate, consumeResult, unassign, updateToken, updateUser } from '../testing/as-operator.ts';
import { weakHash } from '../testing/fake-hasher.ts';
import {
  addUser,
  createFixture,
  type Fixture,
  NONCE,
  overwrite,
  PASSWORD,
  read,
  runMeanwhile,
  setState,
  signInByApi,
  unwrap,
} from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { userDocument } from '../users/documents.ts';

// SR-4, SR-39: a right that an administrator revokes is gone within the current request.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('changes');
});
afterEach(() => {
  ports.hasher.during = undefined;
  ports.store.intercept = {};
});
afterAll(() => ports.close());

type Edit = (scene: Fixture) => Promise<unknown>;

const token = (scene: Fixture) => {
  const [first] = scene.tokens;
  if (!first) throw new Error('the scene has no token');
  return first;
};
async function moveTo(scene: Fixture, owner: Fixture['user']['id'] | null) {
  unwrap(await updateToken(ports, scene.account, token(scene).id, { owner }));
}

const edits: Record<string, Edit> = {
  'the user is blocked': runMeanwhile.blockUser,
  'the resource is switched off': runMeanwhile.disableResource,
  'the plan ends': runMeanwhile.deactivatePlan,
  'the token is locked': (scene) => setState(ports, scene.account, token(scene).id, 'locked'),
  'the token expires': (scene) => setState(ports, scene.account, token(scene).id, 'expired'),
  'the assignment is taken away': (scene) =>
    unassign(ports, {
      account: scene.account,
      resource: scene.resource.id,
      user: scene.user.id,
      token: token(scene).id,
    }),
  'the token is given to someone else': async (scene) => {
    const other = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
    await moveTo(scene, other.user.id);
  },
  'the token is taken away and given back': async (scene) => {
    await moveTo(scene, null);
    await moveTo(scene, scene.user.id);
  },
};
const names = Object.keys(edits);
const doing = (name: string): Edit => edits[name] ?? (() => Promise.reject(new Error(name)));

const consume = (scene: Fixture, walk: LoginDriver) =>
  consumeResult(ports, {
    account: scene.account,
    resource: scene.resource.id,
    result: walk.view.result ?? '',
    nonce: NONCE,
  });

function expectDenied(outcome: object) {
  expect(outcome).not.toHaveProperty('result');
  expect(outcome).not.toHaveProperty('otp');
  if (!isRefusal(outcome)) expect(outcome).not.toMatchObject({ step: 'done' });
}

describe.each(names)('when %s', (name) => {
  test('before the password is submitted, the flow is denied', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await doing(name)(scene);
    expectDenied(await walk.password());
    if (walk.view.step === 'otp') throw new Error('went on to the code');
  });

  test('during the hash, the flow is denied', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      await doing(name)(scene);
    };
    expectDenied(await walk.password());
    if (walk.view.step === 'otp') throw new Error('went on to the code');
  });

  test('between password and code, the flow is denied', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    await doing(name)(scene);
    expectDenied(await walk.otp(await token(scene).code()));
    expect(await walk.look()).not.toHaveProperty('result');
  });

  test('during the hash, the API authenticates no user', async () => {
    for (const method of ['password-otp', 'password'] as const) {
      // The token does not matter for a password alone.
      if (method === 'password' && name.includes('token')) continue;
      const scene = await createFixture(ports, { tokens: [{}] });
      const otp = await token(scene).code();
      ports.hasher.during = async () => {
        ports.hasher.during = undefined;
        await doing(name)(scene);
      };
      const common = { account: scene.account, resource: scene.resource.id, user: 'alice', password: PASSWORD };
      expectDenied(
        await authenticate(ports, method === 'password' ? { ...common, method } : { ...common, method, otp }),
      );
    }
  });

  test('SR-4: during the lookup of a breached password, the API authenticates no user', async () => {
    for (const method of ['password-otp', 'password'] as const) {
      if (method === 'password' && name.includes('token')) continue;
      const scene = await createFixture(ports, { tokens: [{}], resource: { breachedPasswords: 'warn' } });
      const otp = await token(scene).code();
      const { breachedPasswords } = ports;
      ports.breachedPasswords = {
        isListed: async () => {
          ports.breachedPasswords = breachedPasswords;
          await doing(name)(scene);
          return false;
        },
      };
      const common = { account: scene.account, resource: scene.resource.id, user: 'alice', password: PASSWORD };
      expectDenied(
        await authenticate(ports, method === 'password' ? { ...common, method } : { ...common, method, otp }),
      );
      expect(ports.breachedPasswords).toBe(breachedPasswords);
    }
  });

  test('between result and consumption, the result is void, and so is a repeated request', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp(await token(scene).code());
    expect(walk.view.result).toBeDefined();
    await doing(name)(scene);
    expect(await consume(scene, walk)).toEqual({
      refused: name === 'the plan ends' ? 'PLAN_INACTIVE' : 'RESULT_REVOKED',
    });
    const seen = await walk.look();
    expect(seen).not.toHaveProperty('result');
    expect(seen).toMatchObject({ step: 'denied' });
  });
});

describe.each(['the token is locked', 'the token expires', 'the token is given to someone else'])('when %s', (name) => {
  test('between the check of a code and its commit, the code is refused', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const otp = await token(scene).code();
    ports.store.intercept = {
      async commit(change, go) {
        if (touches(change, 'token') && change.anchor === token(scene).id) {
          ports.store.intercept = {};
          await doing(name)(scene);
        }
        return go();
      },
    };
    expect(
      await authenticate(ports, {
        account: scene.account,
        resource: scene.resource.id,
        method: 'otp',
        user: 'alice',
        otp,
      }),
    ).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect((await token(scene).stored()).nextCounter).toBe(0);
  });
});

describe.each(['the resource is switched off', 'the plan ends'])('when %s', (name) => {
  test('while the code is being used up, the flow is denied', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    const otp = await token(scene).code();
    ports.store.intercept = {
      async commit(change, go) {
        if (change.anchor !== token(scene).id) return go();
        ports.store.intercept = {};
        await doing(name)(scene);
        return go();
      },
    };
    expect(await walk.otp(otp)).toMatchObject({ step: 'denied' });
    expect(await walk.look()).not.toHaveProperty('result');
  });
});

test('a password that is changed during the hash is no longer right', async () => {
  const scene = await createFixture(ports);
  ports.hasher.during = async () => {
    ports.hasher.during = undefined;
    await runMeanwhile.changePassword(scene);
  };
  const common = { account: scene.account, resource: scene.resource.id, user: 'alice', method: 'password' as const };
  expect(await authenticate(ports, { ...common, password: PASSWORD })).toEqual({ refused: 'INVALID_CREDENTIALS' });
});

describe('a user whose password is rehashed at sign-in', () => {
  const stillWeak = (scene: Fixture) =>
    overwrite(ports, userDocument.key(scene.user.id), { passwordHash: weakHash(PASSWORD) });
  /** The first call verifies, the second rehashes. */
  function atTheSecondHash(run: () => Promise<unknown>) {
    let calls = 0;
    ports.hasher.during = async () => {
      calls += 1;
      if (calls !== 2) return;
      ports.hasher.during = undefined;
      await run();
    };
  }
  const byPassword = (scene: Fixture) =>
    authenticate(ports, {
      account: scene.account,
      resource: scene.resource.id,
      user: 'alice',
      method: 'password',
      password: PASSWORD,
    });

  // SR-18
  test('signs in, and has a strong hash from then on', async () => {
    const scene = await createFixture(ports);
    await stillWeak(scene);
    expect(await byPassword(scene)).toMatchObject({ method: 'password' });
    const { passwordHash = '' } = await read(ports, userDocument.key(scene.user.id));
    expect(ports.hasher.needsRehash(passwordHash)).toBe(false);
    expect(await byPassword(scene)).toMatchObject({ method: 'password' });
  });

  test('is denied if blocked meanwhile', async () => {
    const scene = await createFixture(ports);
    await stillWeak(scene);
    atTheSecondHash(() => runMeanwhile.blockUser(scene));
    expect(await byPassword(scene)).toEqual({ refused: 'INVALID_CREDENTIALS' });
  });

  test.each([
    ['the resource is switched off', runMeanwhile.disableResource, 'RESOURCE_DISABLED'],
    ['the plan ends', runMeanwhile.deactivatePlan, 'PLAN_INACTIVE'],
  ])('is denied if %s meanwhile', async (_, edit, refused) => {
    const scene = await createFixture(ports);
    await stillWeak(scene);
    atTheSecondHash(() => edit(scene));
    expect(await byPassword(scene)).toEqual({ refused });
  });

  test('is denied if the password was changed meanwhile, and the new one stays', async () => {
    const scene = await createFixture(ports);
    await stillWeak(scene);
    atTheSecondHash(() => runMeanwhile.changePassword(scene));
    expect(await byPassword(scene)).toEqual({ refused: 'INVALID_CREDENTIALS' });
    const { passwordHash } = await read(ports, userDocument.key(scene.user.id));
    expect(await ports.hasher.verify(passwordHash, 'something else entirely')).toBe(true);
  });
});

// The attack: of two sign-ins with the stolen password and two codes one waits for the other, and holds what it has read
// while the administrator blocks the user. The first is lost with the connection, so that it leaves no conflict.
test('a user who is blocked while their code waits behind another is refused', async () => {
  const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
  const codes = [await token(scene).code(), await token(scene).code(1)] as const;
  let second: Promise<object> | undefined;
  ports.store.intercept = {
    async commit(change, go) {
      if (second || !touches(change, 'token')) return go();
      const before = ports.store.commits.length;
      second = signInByApi(ports, scene, codes[1]);
      // It counts its password on two counters, resets both, and comes to the queue.
      await waitUntil('the other waits', () => ports.store.commits.length - before === 4);
      await runMeanwhile.blockUser(scene);
      throw new StoreUnavailable('no answer');
    },
  };
  await expect(signInByApi(ports, scene, codes[0])).rejects.toThrow(StoreUnavailable);
  expect(await second).toMatchObject({ refused: expect.any(String) });
  expect((await token(scene).stored()).nextCounter).toBe(0);
});

// SR-38, SR-39
test('a password that was changed between password and code is no longer valid for the flow', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const walk = await LoginDriver.toOtp(scene);
  unwrap(await updateUser(ports, scene.account, scene.user.id, { password: 'another, and long enough' }));
  expectDenied(await walk.otp(await token(scene).code()));
  expect(await walk.look()).not.toHaveProperty('result');
});

test('a user who is blocked while their right password waits for the counters is denied the second factor', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const typed = { kind: 'user', account: scene.account, name: scene.user.login } as const;
  const [, counter] = counterKeys(ports, typed, scene.user.id, undefined);
  const otp = await token(scene).code();
  let blocked: Promise<unknown> | undefined;
  ports.store.intercept = {
    read: async (keys) => {
      // The first read of the token is the one after the hash.
      if (blocked || !keys.some(({ anchor }) => anchor === token(scene).id)) return;
      const block = () => runMeanwhile.blockUser(scene);
      blocked = runExclusive(ports.store, `password-count/${counter?.anchor}`, block, Number.POSITIVE_INFINITY);
    },
  };
  expectDenied(await signInByApi(ports, scene, otp));
  unwrap((await blocked) as object);
});
