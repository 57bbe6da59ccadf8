// SR-17, SR-19, SR-78
import { expect, test } from 'vitest';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import { hashCostMs } from '../../passwords/hash-cost.ts';
import { createArgon2Hasher } from './argon2-hasher.ts';
import type { HashThreads, VerifyJob } from './hash-threads.ts';

const hash = (iterations: number) => `$pbkdf2-sha256$i=${iterations}$c2FsdHNhbHQ$${'A'.repeat(43)}`;
const COSTLY = hash(1_000_000);
const COST_MS = hashCostMs(COSTLY) ?? 0;
const OURS = `$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$${'A'.repeat(43)}`;

/** A machine of two cores on which checks take a known time, by a clock of its own. */
function machine({ slowness = 1, maxQueue = 100 } = {}) {
  let nowMs = 0;
  const gates: { job: VerifyJob; end: (isRight: boolean) => void }[] = [];
  const threads: HashThreads = {
    verify: (job) => new Promise((resolve) => gates.push({ job, end: resolve })),
    hash: async () => OURS,
    deriveKey: async () => new Uint8Array(32),
  };
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  const hasher = createArgon2Hasher({ concurrency: 2, maxQueue, threads, monotonicMs: () => nowMs, sleep });
  /** Ends the oldest check that runs. */
  const endOne = async (isRight = false) => {
    await expect.poll(() => gates.length).toBeGreaterThan(0);
    const { job, end } = gates.shift() ?? { job: undefined, end: () => {} };
    nowMs += job?.kind === 'pbkdf2' ? (job.iterations / 2000) * slowness : 15 * slowness;
    end(isRight);
  };
  /** How long the answer to a wrong password takes. */
  const guess = async (stored: string | undefined, costMs = COST_MS) => {
    const startedMs = nowMs;
    const reservation = hasher.reserve();
    reservation.prepare(stored);
    const checked = reservation.verify(stored, 'wrong');
    await endOne();
    expect(await checked).toBe(false);
    let isEven = false;
    const evened = reservation.evenOut(costMs).finally(() => {
      isEven = true;
    });
    while (!isEven) {
      if (gates.length > 0) await endOne();
      await new Promise(setImmediate);
    }
    await evened;
    reservation.release();
    return nowMs - startedMs;
  };
  return { hasher, guess, endOne, running: () => gates.map(({ job }) => job.kind) };
}

// The attack: one wrong password for each name of a list. 568 ms instead of 15 tell which of them were imported.
test.each([0.3, 1, 4])(
  'SR-78: one wrong password takes as long for every name, on a machine %f times as slow',
  async (slowness) => {
    const { guess } = machine({ slowness });
    await guess(COSTLY);
    const imported = await guess(COSTLY);
    for (const stored of [OURS, undefined, hash(200_000), COSTLY]) expect(await guess(stored)).toBeCloseTo(imported);
    expect(imported).toBeGreaterThanOrEqual(COST_MS * slowness);
  },
);

test('SR-78: the first wrong password of a process takes the time of a real check', async () => {
  const { guess } = machine();
  expect(await guess(undefined)).toBeCloseTo(15 + COST_MS);
});

test('where nothing costly was imported, no answer waits', async () => {
  const { guess } = machine();
  expect(await guess(OURS, 0)).toBe(15);
  expect(await guess(undefined, 20)).toBe(15);
});

// The attack: three and a half wrong guesses a second at hashes of half a second hold up every sign-in.
test('SR-78: costly checks leave all permits to others, and have a bounded queue', async () => {
  const { hasher, endOne, running } = machine({ maxQueue: 2 });
  const costly = Array.from({ length: 5 }, () => {
    const reservation = hasher.reserve();
    try {
      reservation.prepare(COSTLY);
      return reservation.verify(COSTLY, 'wrong');
    } catch (error) {
      reservation.release();
      return error;
    }
  });
  // One runs, two wait; the others are refused before anything is counted.
  expect(costly.map((one) => one instanceof Overloaded)).toEqual([false, false, false, true, true]);
  expect(running()).toEqual(['pbkdf2']);
  const ours = [hasher.verify(OURS, 'right'), hasher.verify(OURS, 'right')];
  expect(running()).toEqual(['pbkdf2', 'argon2', 'argon2']);
  expect(hasher.load()).toMatchObject({ running: 2, queued: 0 });
  await endOne();
  await endOne(true);
  await endOne(true);
  expect(await Promise.all(ours)).toEqual([true, true]);
  await endOne();
  await endOne();
  expect(await Promise.all(costly.slice(0, 3))).toEqual([false, false, false]);
});

test('SR-18: a stored hash beyond the bound is refused before any work', async () => {
  const { hasher, running } = machine();
  await expect(hasher.verify(hash(3_000_000), 'x')).rejects.toBeInstanceOf(TypeError);
  expect(running()).toEqual([]);
});
