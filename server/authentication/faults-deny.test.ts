import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DependencyFailed } from '../kernel/dependency.ts';
import { Overloaded } from '../kernel/ports/password-hasher.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { isRefusal } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import { authenticate, consumeResult, createFilter } from '../testing/as-operator.ts';
import {
  birth,
  createFixture,
  type Fixture,
  NONCE,
  overwrite,
  overwriteSeed,
  PASSWORD,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

// SR-3: an outage of any dependency denies by an exception; it is never a success and never drops a factor.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('faults');
});
afterEach(() => {
  ports.hasher.during = undefined;
  ports.store.intercept = {};
  ports.geo.fault = undefined;
});
afterAll(() => ports.close());

const DOWN = new StoreUnavailable('no answer');
const code = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';

function both(scene: Fixture, otp: string, over: TestPorts = ports) {
  return authenticate(over, {
    account: scene.account,
    resource: scene.resource.id,
    user: 'alice',
    method: 'password-otp',
    password: PASSWORD,
    otp,
  });
}

/** The number of reads and commits of a successful sign-in, so that each of them can be made to fail. */
async function cost(run: () => Promise<unknown>): Promise<{ reads: number; commits: number }> {
  const before = { reads: ports.store.reads, commits: ports.store.commits.length };
  await run();
  return { reads: ports.store.reads - before.reads, commits: ports.store.commits.length - before.commits };
}

function failingRead(at: number): void {
  let reads = 0;
  ports.store.intercept = {
    read: () => {
      if (reads++ === at) throw DOWN;
    },
  };
}

function failingCommit(at: number, when: 'before' | 'after'): void {
  let commits = 0;
  ports.store.intercept = {
    async commit(_change, go) {
      const hit = commits++ === at;
      if (hit && when === 'before') throw DOWN;
      const outcome = await go();
      if (hit) throw DOWN;
      return outcome;
    },
  };
}

describe('SR-3: the store fails', () => {
  test('at any read or commit of an API sign-in: it is refused with the outage', async () => {
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
    const right = await code(scene);
    const { reads, commits } = await cost(() => both(scene, right));
    expect(commits).toBeGreaterThanOrEqual(3);
    for (let at = 0; at < reads; at++) {
      const otp = await code(scene);
      failingRead(at);
      await expect(both(scene, otp), `read ${at}`).rejects.toThrow(DOWN);
      ports.store.intercept = {};
    }
    for (const when of ['before', 'after'] as const) {
      for (let at = 0; at < commits; at++) {
        const otp = await code(scene);
        failingCommit(at, when);
        await expect(both(scene, otp), `commit ${at}, ${when}`).rejects.toThrow(DOWN);
        ports.store.intercept = {};
      }
    }
    expect(await both(scene, await code(scene))).toMatchObject({ otp: 'verified' });
  });

  test('after the code was used up: the response is lost, and the code stays used', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const otp = await code(scene);
    ports.store.intercept = {
      async commit(change, go) {
        const outcome = await go();
        if (touches(change, 'token')) throw DOWN;
        return outcome;
      },
    };
    await expect(both(scene, otp)).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    expect(await both(scene, otp)).toEqual({ refused: 'OTP_REPLAYED' });
  });

  // SR-16
  test('after a wrong code was counted: it stays counted', async () => {
    const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 3 }, tokens: [{}] });
    for (let at = 0; at < 4; at++) {
      const otp = await wrongCode(scene, at);
      ports.store.intercept = {
        async commit(change, go) {
          const outcome = await go();
          if (touches(change, 'token')) throw DOWN;
          return outcome;
        },
      };
      await expect(both(scene, otp)).rejects.toThrow(DOWN);
      ports.store.intercept = {};
    }
    expect(await both(scene, await code(scene))).toEqual({ refused: 'TOKEN_LOCKED' });
  });

  test('at any read or commit of a widget step: no result, and the flow continues or has ended', async () => {
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
    const measured = await LoginDriver.toOtp(scene);
    const right = await code(scene);
    const { reads, commits } = await cost(() => measured.otp(right));
    expect(measured.view.step).toBe('done');
    const faults: (() => void)[] = [
      ...Array.from({ length: reads }, (_, at) => () => failingRead(at)),
      ...Array.from({ length: commits }, (_, at) => () => failingCommit(at, 'before')),
      ...Array.from({ length: commits }, (_, at) => () => failingCommit(at, 'after')),
    ];
    for (const fault of faults) {
      const walk = await LoginDriver.toOtp(scene);
      const otp = await code(scene);
      fault();
      await expect(walk.otp(otp)).rejects.toThrow(DOWN);
      ports.store.intercept = {};
      const seen = await walk.look();
      // Only if `done` itself was durable may a page that reloads find its result.
      if (!isRefusal(seen) && seen.result !== undefined) expect(seen.step).toBe('done');
      else expect(seen).toMatchObject({ step: 'otp', seq: 2 });
    }
  });

  test('at any read or commit of a consumption: it is refused, and used up at most once', async () => {
    const scene = await createFixture(ports);
    const fresh = async () => {
      const walk = await LoginDriver.begin(scene);
      await walk.identify();
      await walk.password();
      return walk.view.result ?? '';
    };
    const consume = (result: string) =>
      consumeResult(ports, { account: scene.account, resource: scene.resource.id, result, nonce: NONCE });
    const first = await fresh();
    const { reads, commits } = await cost(() => consume(first));
    expect(commits).toBe(1);
    let readsBefore = 0;
    const second = await fresh();
    ports.store.intercept = {
      read: () => {
        readsBefore += 1;
      },
      commit: (_change, go) => {
        ports.store.intercept = {};
        return go();
      },
    };
    expect(await consume(second)).toHaveProperty('claims');
    for (let at = 0; at < reads; at++) {
      const result = await fresh();
      failingRead(at);
      await expect(consume(result)).rejects.toThrow(DOWN);
      ports.store.intercept = {};
      const again = await consume(result);
      // After the commit the user is read once more: the result is used up by then.
      if (at < readsBefore) expect(again).toHaveProperty('claims');
      else expect(again).toEqual({ refused: 'RESULT_USED' });
    }
    expect(reads).toBeGreaterThan(readsBefore);
    const result = await fresh();
    failingCommit(0, 'after');
    await expect(consume(result)).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    expect(await consume(result)).toEqual({ refused: 'RESULT_USED' });
  });
});

describe('SR-3: the crypto fails', () => {
  test('a seed that cannot be opened, such as one moved from another token, signs no user in', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const other = await createFixture(ports, { tokens: [{}] });
    const stolen = await other.tokens[0]?.stored();
    const [token] = scene.tokens;
    if (!stolen || !token) throw new Error('no token');
    await overwriteSeed(ports, token.id, stolen.sealedSecret);
    await expect(both(scene, (await other.tokens[0]?.code()) ?? '')).rejects.toThrow(DependencyFailed);
    const walk = await LoginDriver.toOtp(scene);
    await expect(walk.otp(await code(other))).rejects.toThrow(DependencyFailed);
    expect(await walk.look()).toMatchObject({ step: 'otp' });
  });

  test('one unreadable seed among several denies the attempt as a whole', async () => {
    const scene = await createFixture(ports, { tokens: [{}, {}] });
    const [good, bad] = scene.tokens;
    if (!good || !bad) throw new Error('no tokens');
    await overwriteSeed(ports, bad.id, 'v1.nothing');
    await expect(both(scene, await good.code())).rejects.toThrow(DependencyFailed);
    expect((await good.stored()).nextCounter).toBe(0);
  });

  test('a result that cannot be signed is not returned, and is available once signing works again', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const { sign } = ports.signer;
    ports.signer.sign = () => Promise.reject(new Error('no key'));
    await expect(walk.password()).rejects.toThrow(DependencyFailed);
    await expect(walk.look()).rejects.toThrow(DependencyFailed);
    ports.signer.sign = sign;
    expect(await walk.look()).toMatchObject({ step: 'done', result: expect.any(String) });
  });
});

describe('SR-3: the hasher fails', () => {
  test.each([new Overloaded(500), new Error('absurd parameters')])(
    '%s: no user signs in, and no code is used',
    async (fault) => {
      const scene = await createFixture(ports, { tokens: [{}] });
      const otp = await code(scene);
      ports.hasher.during = () => {
        throw fault;
      };
      await expect(both(scene, otp)).rejects.toThrow(fault instanceof Overloaded ? Overloaded : DependencyFailed);
      ports.hasher.during = undefined;
      expect((await scene.tokens[0]?.stored())?.nextCounter).toBe(0);
      expect(await both(scene, otp)).toMatchObject({ otp: 'verified' });
    },
  );
});

describe('SR-3: the country cannot be looked up', () => {
  test('a geo filter then refuses every method, even one without any other check', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'deactivated' }] });
    const { filter } = unwrap(
      await createFilter(ports, birth(ports, 'flt'), scene.account, {
        name: 'home',
        rule: { kind: 'geo', mode: 'deny', countries: ['KP'], unlocated: 'allow' },
      }),
    );
    await overwrite(ports, resourceDocument.key(scene.resource.id), { geoFilter: filter.id });
    ports.geo.fault = new Error('the data cannot be read');
    const address = '203.0.113.9';
    const common = { account: scene.account, resource: scene.resource.id, user: 'alice', address };
    for (const request of [
      { ...common, method: 'password' as const, password: PASSWORD },
      { ...common, method: 'otp' as const, otp: '123456' },
      { ...common, method: 'password-otp' as const, password: PASSWORD, otp: '123456' },
    ]) {
      await expect(authenticate(ports, request)).rejects.toThrow(DependencyFailed);
    }
    const walk = await LoginDriver.begin(scene, { address });
    await expect(walk.identify()).rejects.toThrow(DependencyFailed);
  });
});
