import { expect, test } from 'vitest';
import type { RunSummary } from '../measurements/paired-runs.ts';
import { checkGoals } from './goals.ts';
import type { Results } from './results.ts';

const run: RunSummary = { perSecond: 1000, p50Ms: 1, p99Ms: 2, cpuMicros: 100, rounds: [] };
const machine: Results['machine'] = { cpu: '', cores: 2, memoryGiB: 1, system: '', node: '', redis: '', loadBefore: 0 };
const results: Results = { takenAt: '', mode: 'quick', tookSeconds: 1, machine };

test('lists no goal whose measurement did not run', () => {
  expect(checkGoals(results)).toEqual([]);
});

test('compares start and two processes with their goals', () => {
  const processes = { clients: 32, one: run, two: { ...run, cpuMicros: 101, ratio: 2 } };
  const startUp = { freshMs: 400, existingMs: 300, starts: 1 };
  expect(checkGoals({ ...results, processes, startUp })).toEqual([
    {
      what: 'CPU of a check by two processes on one Redis',
      measured: '1.01 times that by one',
      goal: 'at most 1.00 times that by one',
      isMet: false,
    },
    { what: 'start to the first answer', measured: '300 ms', goal: 'at most 300 ms', isMet: true },
  ]);
});

test('misses a goal whose processor time is not known', () => {
  const processes = { clients: 32, one: run, two: { ...run, cpuMicros: undefined, ratio: 2 } };
  expect(checkGoals({ ...results, processes }).map(({ isMet }) => isMet)).toEqual([false]);
});
