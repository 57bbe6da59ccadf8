import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DependencyFailed } from '../kernel/dependency.ts';
import { resyncToken, updateToken } from '../testing/as-operator.ts';
import {
  createFixture,
  type Fixture,
  type FixtureToken,
  overwrite,
  overwriteSeed,
  signInByApi,
} from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from './documents.ts';
import { hotp } from './kinds/oath/code.ts';
import { RESYNC_THRESHOLD } from './resync-token.ts';

let ports: TestPorts;
let replica: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('resync');
  replica = ports.replica();
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const FAR = 60;

/** A user with a fob whose button was pressed far too often. */
async function lostFob(options: { threshold?: number; state?: 'deactivated' | 'locked' | 'expired' } = {}) {
  const { threshold, state = 'active' } = options;
  const resource = threshold === undefined ? {} : { failedAttemptsBeforeLock: threshold };
  return open(await createFixture(ports, { resource, tokens: [{ kind: 'hotp', state }] }));
}

function open(scene: Fixture) {
  const [token] = scene.tokens;
  if (!token) throw new Error('a scene with a token');
  return { scene, token, resync: resyncing(scene, token), signIn: (otp: string) => signInByApi(ports, scene, otp) };
}

const resyncing = (scene: Fixture, token: FixtureToken) => (otps: [string, string], over: TestPorts) =>
  resyncToken(over, scene.account, token.id, otps);

const code = ({ secret }: FixtureToken, counter: number) => hotp({ secret, counter, digits: 6, algorithm: 'SHA1' });
const pair = (token: FixtureToken, first: number): [string, string] => [code(token, first), code(token, first + 1)];
/** Far out of range, and not consecutive. */
const wrongPair = (token: FixtureToken): [string, string] => [code(token, 100_000), code(token, 100_000)];

describe('guessing pairs', () => {
  // SR-43, SR-15
  test('SR-43: locks the token after more than five, and then a right pair is refused too', async () => {
    const { token, resync } = await lostFob();
    expect(RESYNC_THRESHOLD).toBe(5);
    for (let guess = 1; guess <= 5; guess++) {
      expect(await resync(wrongPair(token), ports)).toEqual({ refused: 'OTP_WRONG' });
      expect(await token.stored()).toMatchObject({ resyncFailures: guess });
    }
    expect(await resync(wrongPair(token), ports)).toEqual({ refused: 'TOKEN_LOCKED' });
    expect(await resync(pair(token, FAR), ports)).toEqual({ refused: 'TOKEN_LOCKED' });
    expect(await token.stored()).toMatchObject({
      resyncFailures: 6,
      nextCounter: 0,
      lock: { reason: 'resync-failures' },
    });
  });

  // SR-2
  test('SR-2: simultaneously over two processes, gains no guess', async () => {
    const { token, resync } = await lostFob();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => resync(wrongPair(token), at % 2 === 0 ? ports : replica)),
    );
    const results = outcomes.map((outcome) => ('refused' in outcome ? outcome.refused : 'found')).sort();
    expect(results).toEqual([...Array(5).fill('OTP_WRONG'), ...Array(15).fill('TOKEN_LOCKED')]);
    expect(await token.stored()).toMatchObject({ resyncFailures: 6 });
  });

  test('has its own count: it uses no guess of a sign-in, and a sign-in restores none', async () => {
    const { token, resync, signIn } = await lostFob({ threshold: 3 });
    for (let guess = 0; guess < 3; guess++) await resync(wrongPair(token), ports);
    expect(await signIn(code(token, 100_000))).toEqual({ refused: 'OTP_WRONG' });
    expect(await signIn(code(token, 0))).toMatchObject({ otp: 'verified' });
    expect(await token.stored()).toMatchObject({ failures: 0, resyncFailures: 3 });
  });

  // SR-14
  test('SR-14: a right pair resets no wrong codes of a sign-in', async () => {
    const { token, resync, signIn } = await lostFob();
    await signIn(code(token, 100_000));
    await resync(wrongPair(token), ports);
    expect(await resync(pair(token, FAR), ports)).toHaveProperty('object');
    const stored = await token.stored();
    expect(stored).toMatchObject({ failures: 1, nextCounter: FAR + 2 });
    expect(stored).not.toHaveProperty('resyncFailures');
  });

  // SR-16
  test('SR-16: is refused if it cannot be counted', async () => {
    const { token, resync } = await lostFob();
    ports.store.intercept.commit = () => Promise.reject(new Error('the store is gone'));
    await expect(resync(wrongPair(token), ports)).rejects.toThrow('gone');
    await expect(resync(pair(token, FAR), ports)).rejects.toThrow('gone');
    ports.store.intercept = {};
    expect(await token.stored()).toMatchObject({ failures: 0, nextCounter: 0 });
  });

  test('a lost race counts a wrong pair once', async () => {
    const { token, resync } = await lostFob();
    let first = true;
    ports.store.intercept.commit = async (_change, go) => {
      if (first) {
        first = false;
        await overwrite(replica, tokenDocument.key(token.id), { name: 'renamed meanwhile' });
      }
      return go();
    };
    expect(await resync(wrongPair(token), ports)).toEqual({ refused: 'OTP_WRONG' });
    expect(await token.stored()).toMatchObject({ resyncFailures: 1, name: 'renamed meanwhile' });
  });
});

describe('a right pair', () => {
  // SR-43
  test('SR-43: lets a user outside the look-ahead sign in again', async () => {
    const { token, resync, signIn } = await lostFob();
    expect(await signIn(code(token, FAR))).toEqual({ refused: 'OTP_WRONG' });
    expect(await resync(pair(token, FAR), ports)).toMatchObject({ object: { nextCounter: FAR + 2 } });
    expect(await signIn(code(token, FAR + 2))).toMatchObject({ otp: 'verified' });
  });

  // SR-1: many copies of one pair.
  test('SR-1: sent twenty times at once, over two processes, is accepted once', async () => {
    const { token, resync } = await lostFob();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => resync(pair(token, FAR), at % 2 === 0 ? ports : replica)),
    );
    expect(outcomes.filter((outcome) => 'object' in outcome)).toHaveLength(1);
    expect(await token.stored()).toMatchObject({ nextCounter: FAR + 2, failures: 0, resyncFailures: 6 });
  });

  // SR-8
  test('SR-8: is used up: neither it, nor an earlier one, nor its codes at a sign-in are accepted again', async () => {
    const { token, resync, signIn } = await lostFob();
    await resync(pair(token, FAR), ports);
    for (const first of [FAR, FAR + 1, 3])
      expect(await resync(pair(token, first), ports)).toEqual({ refused: 'OTP_WRONG' });
    expect(await signIn(code(token, FAR))).toEqual({ refused: 'OTP_WRONG' });
    expect(await signIn(code(token, FAR + 1))).toEqual({ refused: 'OTP_REPLAYED' });
    expect(await token.stored()).toMatchObject({ nextCounter: FAR + 2 });
  });

  test('needs two consecutive codes', async () => {
    const { token, resync } = await lostFob();
    expect(await resync([code(token, FAR), code(token, FAR + 2)], ports)).toEqual({ refused: 'OTP_WRONG' });
  });

  // SR-44
  test.each([3, -3])('SR-44: learns the clock drift of a TOTP device: %i steps', async (off) => {
    const { token, resync, signIn } = open(await createFixture(ports, { tokens: [{}] }));
    const shown = (ahead = 0) => Math.floor(ports.clock.now() / 30_000) + off + ahead;
    expect(await signIn(code(token, shown()))).toMatchObject({ refused: 'OTP_WRONG' });
    expect(await resync(pair(token, shown(-1)), ports)).toMatchObject({ object: { factor: { driftSteps: off } } });
    ports.clock.advance(30_000);
    expect(await signIn(code(token, shown()))).toMatchObject({ otp: 'verified' });
    ports.clock.advance(3_600_000);
    expect(await signIn(code(token, shown()))).toMatchObject({ otp: 'verified' });
  });
});

// SR-4
describe('a token that is', () => {
  test.each([
    ['locked', 'TOKEN_LOCKED'],
    ['expired', 'ACCESS_DENIED'],
  ] as const)('SR-4: %s does not change, and nothing is counted', async (state, refused) => {
    const { token, resync } = await lostFob({ state });
    const before = await token.stored();
    for (const otps of [pair(token, FAR), wrongPair(token)]) expect(await resync(otps, ports)).toEqual({ refused });
    expect(await token.stored()).toEqual(before);
  });

  test('locked meanwhile does not change', async () => {
    const { scene, token, resync } = await lostFob();
    ports.store.intercept.commit = async (_change, go) => {
      ports.store.intercept = {};
      await updateToken(replica, scene.account, token.id, { locked: true });
      return go();
    };
    expect(await resync(pair(token, FAR), ports)).toEqual({ refused: 'TOKEN_LOCKED_BY_ADMINISTRATOR' });
    expect(await token.stored()).toMatchObject({ nextCounter: 0 });
  });

  test('deactivated is resynchronised, stays deactivated, and can be locked by guessing', async () => {
    const { token, resync } = await lostFob({ state: 'deactivated' });
    expect(await resync(pair(token, FAR), ports)).toMatchObject({ object: { enabled: false, nextCounter: FAR + 2 } });
    for (let guess = 0; guess < 5; guess++) await resync(wrongPair(token), ports);
    expect(await resync(wrongPair(token), ports)).toEqual({ refused: 'TOKEN_LOCKED' });
  });

  test('another account’s is not found, like one that never existed', async () => {
    const { token } = await lostFob();
    const { scene: other } = await lostFob();
    const before = await token.stored();
    for (const otps of [pair(token, FAR), wrongPair(token)]) {
      expect(await resyncToken(ports, other.account, token.id, otps)).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    }
    expect(await token.stored()).toEqual(before);
  });

  // SR-3
  test('SR-3: sealed with another key is an outage, and counts nothing', async () => {
    const { token, resync } = await lostFob();
    await overwriteSeed(ports, token.id, 'damaged');
    await expect(resync(pair(token, FAR), ports)).rejects.toThrow(DependencyFailed);
    expect(await token.stored()).toMatchObject({ failures: 0, nextCounter: 0 });
  });
});
