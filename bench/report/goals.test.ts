import { expect, test } from 'vitest';
import type { RunSummary } from '../measurements/paired-runs.ts';
import { checkGoals, goalKey, measuredValues } from './goals.ts';
import type { Results } from './results.ts';

const run: RunSummary = { perSecond: 1000, p50Ms: 1, p99Ms: 2, cpuMicros: 100, rounds: [] };
const machine: Results['machine'] = { cpu: '', cores: 2, memoryGiB: 1, system: '', node: '', redis: '', loadBefore: 0 };
const results: Results = { takenAt: '', mode: 'quick', tookSeconds: 1, machine };

test('lists no goal whose measurement did not run', () => {
  expect(checkGoals(results)).toEqual([]);
});

test('compares start and two processes with their goals', () => {
  const workers = { ...run, cpuMicros: 99, ratio: 2 };
  const floor = { one: run, two: { ...run, cpuMicros: 150, ratio: 2 } };
  const processes = { clients: 32, one: run, two: { ...run, cpuMicros: 101, ratio: 2 }, workers, floor };
  const startUp = { freshMs: 400, existingMs: 300, starts: 1 };
  expect(checkGoals({ ...results, processes, startUp })).toEqual([
    {
      what: 'CPU of a check by two processes on one Redis',
      measured: '1.01 times that by one',
      goal: 'at most 1.00 times that by one',
      isMet: false,
      floor: '1.50 times that by one',
    },
    {
      what: 'CPU of a check by two workers',
      measured: '0.99 times that by one',
      goal: 'at most 1.00 times that by one',
      isMet: true,
      floor: '1.50 times that by one',
    },
    { what: 'start to the first answer', measured: '300 ms', goal: 'at most 300 ms', isMet: true },
  ]);
});

test('misses a goal whose processor time is not known', () => {
  const unknown = { ...run, cpuMicros: undefined, ratio: 2 };
  const processes = { clients: 32, one: run, two: unknown, workers: unknown, floor: { one: run, two: unknown } };
  const goals = checkGoals({ ...results, processes });
  expect(goals.map(({ measured, isMet }) => [measured, isMet])).toEqual([
    ['not known', false],
    ['not known', false],
  ]);
});

test('compares password logins with argon2 alone and in a bare route', () => {
  const login = { ...run, ratio: 0.9, ofRoute: 0.96 };
  const least = { ...run, ratio: 0.94, ofRoute: 0.98 };
  const passwords = {
    clients: 16,
    bare: run,
    route: { ...run, ratio: 1 },
    stores: { embedded: login, redis: login },
    floors: { embedded: least, redis: least },
  };
  const rows = [
    ['0.90 of bare argon2', true, '0.94 of bare argon2'],
    ['0.96 of a bare Hono route with argon2', false, '0.98 of a bare Hono route with argon2'],
  ];
  expect(checkGoals({ ...results, passwords }).map(({ measured, isMet, floor }) => [measured, isMet, floor])).toEqual([
    ...rows,
    ...rows,
  ]);
});

test('compares checks of codes with equal work', () => {
  const compared = (cpuMicros: number, ratio: number) => ({ ...run, cpuMicros, ratio });
  const store = { malformedCode: compared(90, 0.2), check: compared(110, 0.149), floor: compared(60, 0.3) };
  const stores = { embedded: store, redis: store };
  const steps = { clients: 32, bare: run, live: compared(20, 1), malformedKey: compared(50, 0.4), stores };
  expect(
    checkGoals({ ...results, steps }).map(({ what, measured, isMet, floor }) => [what, measured, isMet, floor]),
  ).toEqual(
    ['LMDB', 'Redis'].flatMap((name) => [
      [`CPU of a HOTP check, ${name}`, '110 µs', true, '60 µs'],
      [`rate of HOTP checks, ${name}`, '0.15 of a bare Hono route', false, '0.30 of a bare Hono route'],
    ]),
  );
});

test('finds the values of another run by what the goals are about', () => {
  const startUp = { freshMs: 400, existingMs: 290, starts: 1 };
  const [goal] = checkGoals({ ...results, startUp });
  const before = measuredValues({ startUp: { ...startUp, existingMs: 375 } });
  expect(goal && before[goalKey(goal)]).toBe('375 ms');
});

test('reads the run of a commit that measured less', () => {
  const hotp = { clients: 32, stores: { redis: { cpuMicros: 341, ratio: 0.052 } } };
  const passwords = { stores: { embedded: { ratio: 0.77 } } };
  expect(Object.values(measuredValues({ otp: { byClients: [hotp] }, passwords, frame: {}, users: {} }))).toEqual([
    '341 µs',
    '0.05 of a bare Hono route',
    '0.77 of bare argon2',
  ]);
});

test('compares the latency of codes in the smaller flood with the quiet one', () => {
  const tally = (p99Ms: number) => ({ perSecond: 100, p50Ms: 1, p99Ms, maxMs: p99Ms, statuses: { 200: 100 } });
  const flooded = (p99Ms: number) => {
    const quiet = { otp: tally(2), health: tally(1) };
    return { otp: tally(p99Ms), health: tally(1), passwords: tally(500), quiet };
  };
  const floods = [
    {
      clients: 64,
      stores: { embedded: flooded(6), redis: flooded(6.1) },
      floors: { embedded: flooded(4), redis: flooded(5) },
    },
    { clients: 256, stores: { embedded: flooded(90), redis: flooded(90) } },
  ];
  const flood = { otpPerSecond: 100, healthPerSecond: 50, floods };
  expect(checkGoals({ ...results, flood }).map(({ measured, isMet, floor }) => [measured, isMet, floor])).toEqual([
    ['3.00 times the quiet one', true, '2.00 times the quiet one'],
    ['3.05 times the quiet one', false, '2.50 times the quiet one'],
  ]);
});

test('compares enumeration by timing and the import with their goals', () => {
  const name = (auc: number) => ({ auc, knownMs: 1, unknownMs: 1 });
  const store = { widget: name(0.55), api: name(0.56) };
  const timing = { samples: 300, stores: { embedded: store, redis: store } };
  const memory = { early: 1, most: 1 };
  const imported = {
    rows: 100_000,
    seconds: 20.4,
    floorSeconds: 12,
    serviceCpuSeconds: 20,
    commandMiB: memory,
    serviceMiB: memory,
  };
  const goals = checkGoals({ ...results, timing, import: imported });
  expect(goals.map(({ measured, isMet, floor }) => [measured, isMet, floor])).toEqual([
    ['0.55 under the ROC curve', true, undefined],
    ['0.56 under the ROC curve', false, undefined],
    ['0.55 under the ROC curve', true, undefined],
    ['0.56 under the ROC curve', false, undefined],
    ['20 s', false, '12 s'],
  ]);
});
