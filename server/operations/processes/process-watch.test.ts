import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ProcessRegistry, RENEWAL_MS } from './process-registry.ts';
import {
  isOneSeenRunning,
  lookAt,
  MAX_GAP_MS,
  type ProcessWatch,
  SILENCE_MS,
  silentProcesses,
} from './process-watch.ts';

const record = { version: '0.1.0', shape: 1, masterKeys: ['key-1'], startedAt: 0 };
const registryOf = (renewedAt: number, renewals: number): ProcessRegistry => ({
  processes: { p1: { ...record, renewedAt, renewals } },
  required: { shape: 1, version: '0.1.0' },
});
/** The silent ones after looks with these pauses. `at` returns what is stored after so many milliseconds. */
function watchFor(pauses: readonly number[], at: (ms: number) => ProcessRegistry): ProcessWatch {
  return pauses.reduce<ProcessWatch>(
    (watch, pause) => lookAt(at(watch.lookedAtMs + pause), watch.lookedAtMs + pause, watch),
    lookAt(at(0), 0, undefined),
  );
}
const pauses = fc.array(fc.integer({ min: 1, max: MAX_GAP_MS }), { maxLength: 50 });

describe('SR-22: a process that runs', () => {
  // The attack: a machine with a wrong clock lets the record of another process expire, so that a key is removed under it.
  test('is never silent, whatever the clocks read', () => {
    const wallClock = fc.array(fc.integer({ min: -1e13, max: 1e13 }), { minLength: 1 });
    fc.assert(
      fc.property(pauses, wallClock, (looks, clocks) => {
        const at = (ms: number) => {
          const renewals = Math.floor(ms / (2 * RENEWAL_MS));
          return registryOf(clocks[renewals % clocks.length] ?? 0, renewals);
        };
        expect(silentProcesses(watchFor(looks, at)).size).toBe(0);
      }),
    );
  });

  test('is not silent after an outage in which it could not renew', () => {
    const outage = SILENCE_MS * 10;
    expect(silentProcesses(watchFor([RENEWAL_MS, outage], () => registryOf(0, 1))).size).toBe(0);
    const after = watchFor([RENEWAL_MS, outage, 2 * RENEWAL_MS], (ms) =>
      registryOf(0, ms > outage + RENEWAL_MS ? 2 : 1),
    );
    expect(silentProcesses(after).size).toBe(0);
    expect(isOneSeenRunning(after, [{ id: 'p1' }])).toBe(true);
  });
});

describe('a process that was killed', () => {
  test('is silent once it was watched for long enough, also if its clock was ahead by a year', () => {
    fc.assert(
      fc.property(pauses, fc.integer({ min: 0, max: 31_536_000_000 }), (looks, renewedAt) => {
        const watch = watchFor(looks, () => registryOf(renewedAt, 7));
        expect(silentProcesses(watch).has('p1')).toBe(watch.lookedAtMs >= SILENCE_MS);
        expect(isOneSeenRunning(watch, [{ id: 'p1' }])).toBe(false);
      }),
    );
  });
});

test('a renewal is seen also with a clock in doubt, whose time stands still', () => {
  const watch = watchFor([RENEWAL_MS], (ms) => registryOf(0, ms));
  expect(isOneSeenRunning(watch, [{ id: 'p1' }])).toBe(true);
  expect(isOneSeenRunning(watch, [{ id: 'p2' }])).toBe(false);
});
