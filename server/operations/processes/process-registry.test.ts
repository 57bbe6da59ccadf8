import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  admit,
  type Entrant,
  LEASE_MS,
  liveProcesses,
  type ProcessRegistry,
  RENEWAL_MS,
  withoutProcess,
} from './process-registry.ts';

const NOW = 1_800_000_000_000;
/** The most by which the clocks of two processes differ before one of them is in doubt. */
const MAX_DIFFERENCE_MS = 60_000;

const entrant = (changes: Partial<Entrant> = {}): Entrant => ({
  id: 'p1',
  version: '0.1.0',
  shape: 1,
  compatibleShape: 1,
  masterKeys: ['key-1'],
  startedAt: NOW,
  ...changes,
});

const registryOf = (...admissions: [Entrant, number | undefined][]): ProcessRegistry => {
  const all = admissions.reduce<ProcessRegistry | undefined>((registry, [one, now]) => {
    const admission = admit(registry, one, now);
    if ('refused' in admission) throw new Error(admission.refused);
    return admission.registry;
  }, undefined);
  if (!all) throw new Error('nothing was admitted');
  return all;
};

const idsAt = (registry: ProcessRegistry, now: number) => liveProcesses(registry, now).map(({ id }) => id);

describe('a process that renews its record', () => {
  test('runs for all others, although their clocks differ by a minute and it was late by one renewal', () => {
    const difference = fc.integer({ min: -MAX_DIFFERENCE_MS, max: MAX_DIFFERENCE_MS });
    fc.assert(
      fc.property(difference, fc.integer({ min: 0, max: 2 * RENEWAL_MS }), (ms, later) => {
        const registry = registryOf([entrant(), NOW], [entrant({ id: 'p2' }), NOW + ms]);
        expect(idsAt(registry, NOW + later)).toContain('p2');
      }),
    );
  });

  test('is gone when its lease has ended, and its record with the next renewal', () => {
    const registry = registryOf([entrant(), NOW], [entrant({ id: 'p2' }), NOW + LEASE_MS - 1]);
    expect(idsAt(registry, NOW + LEASE_MS - 1)).toEqual(['p1', 'p2']);
    expect(idsAt(registry, NOW + LEASE_MS)).toEqual(['p2']);
    const later = admit(registry, entrant({ id: 'p2' }), NOW + LEASE_MS);
    expect(later).toMatchObject({ registry: { processes: { p2: { renewedAt: NOW + LEASE_MS } } } });
    expect(later).not.toHaveProperty('registry.processes.p1');
  });
});

// The attack: a wrong clock lets the record of another process expire, so that a key is removed under it.
test('SR-22, SR-63: a process with a clock in doubt ends no lease, also not its own', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LEASE_MS - 1 }), (ms) => {
      const registry = registryOf(
        [entrant(), NOW],
        [entrant({ id: 'p2' }), NOW + ms],
        [entrant(), undefined],
        [entrant({ id: 'p2' }), undefined],
      );
      expect(idsAt(registry, NOW + ms).sort()).toEqual(['p1', 'p2']);
    }),
  );
});

test('one with a clock in doubt takes the time of the last renewal, or else of its own start', () => {
  const registry = registryOf([entrant(), NOW], [entrant({ id: 'p2' }), NOW + 1000]);
  expect(admit(registry, entrant({ id: 'p3' }), undefined)).toMatchObject({
    registry: { processes: { p3: { renewedAt: NOW + 1000 } } },
  });
  expect(admit(undefined, entrant({ startedAt: 7 }), undefined)).toMatchObject({
    registry: { processes: { p1: { renewedAt: 7 } } },
  });
});

test('one that ends in order takes its record away, and no other', () => {
  const registry = registryOf([entrant(), NOW], [entrant({ id: 'p2' }), NOW]);
  expect(withoutProcess(registry, 'p1')).toEqual({ ...registry, processes: { p2: registry.processes.p2 } });
  expect(withoutProcess(registry, 'p3')).toBeUndefined();
  expect(withoutProcess(undefined, 'p1')).toBeUndefined();
});

test('the first version that required a form stays the one that is named', () => {
  const registry = registryOf([entrant(), NOW], [entrant({ id: 'p2', version: '0.1.1' }), NOW]);
  expect(registry.required).toEqual({ shape: 1, version: '0.1.0' });
});

test('a record from a clock that was ahead expires once another process has seen it', () => {
  const ahead = registryOf([entrant(), NOW + 86_400_000]);
  expect(idsAt(ahead, NOW)).toEqual(['p1']);
  const seen = registryOf([entrant(), NOW + 86_400_000], [entrant({ id: 'p2' }), NOW]);
  expect(idsAt(seen, NOW + LEASE_MS - 1)).toContain('p1');
  expect(idsAt(seen, NOW + LEASE_MS)).not.toContain('p1');
});

test('one that another has watched in silence is gone, whatever its record says, and no other is', () => {
  const registry = registryOf([entrant(), NOW], [entrant({ id: 'p2' }), NOW]);
  const later = admit(registry, entrant({ id: 'p3' }), NOW, new Set(['p2', 'p3']));
  expect(Object.keys('registry' in later ? later.registry.processes : {}).sort()).toEqual(['p1', 'p3']);
});

test('counts the renewals of a process also while its clock is in doubt', () => {
  const registry = registryOf([entrant(), NOW], [entrant(), undefined], [entrant(), undefined]);
  expect(registry.processes.p1).toMatchObject({ renewedAt: NOW, renewals: 3 });
});

describe('SR-22: two processes of a store', () => {
  const keys = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 });

  // The attack is an accident: one seals what the other cannot open, and the users of those tokens are locked out.
  test('never seal what the other cannot open', () => {
    fc.assert(
      fc.property(keys, keys, (first, second) => {
        const registry = registryOf([entrant({ masterKeys: first }), NOW]);
        const admission = admit(registry, entrant({ id: 'p2', masterKeys: second }), NOW);
        const isShared = second.includes(first[0] ?? '') && first.includes(second[0] ?? '');
        expect('refused' in admission).toBe(!isShared);
        if ('refused' in admission) expect(admission).toMatchObject({ refused: 'master-key', others: [{}] });
      }),
    );
  });

  test.each([
    ['the new key beside one that has it as an old key', ['old', 'new'], ['new', 'old'], true],
    ['the new key beside one that lacks it', ['old'], ['new', 'old'], false],
    ['only the new key beside one that seals with the old one', ['old', 'new'], ['new'], false],
    ['only the new key beside one that seals with it too', ['new', 'old'], ['new'], true],
    ['another key', ['old'], ['stranger'], false],
  ])('with %s', (_name, running, starting, isAdmitted) => {
    const registry = registryOf([entrant({ masterKeys: running }), NOW]);
    expect('refused' in admit(registry, entrant({ id: 'p2', masterKeys: starting }), NOW)).toBe(!isAdmitted);
  });

  test('of which one has ended: its keys no longer count', () => {
    const registry = registryOf([entrant({ masterKeys: ['old'] }), NOW]);
    expect(admit(registry, entrant({ id: 'p2', masterKeys: ['new', 'old'] }), NOW + LEASE_MS)).toHaveProperty(
      'registry',
    );
  });
});

describe('versions of one store', () => {
  const next = (changes: Partial<Entrant> = {}) => entrant({ id: 'p2', version: '0.2.0', shape: 2, ...changes });

  test('run side by side while the older one knows what the newer one writes, also after a return to the older one', () => {
    const registry = registryOf([entrant(), NOW], [next(), NOW], [entrant({ id: 'p3' }), NOW + LEASE_MS]);
    expect(registry.required).toEqual({ shape: 1, version: '0.1.0' });
  });

  test('do not, where it does not know it: the newer one waits for the end of the older ones', () => {
    const registry = registryOf([entrant(), NOW]);
    const breaking = next({ compatibleShape: 2 });
    expect(admit(registry, breaking, NOW + LEASE_MS - 1)).toMatchObject({
      refused: 'older-processes',
      others: [{ version: '0.1.0' }],
    });
    expect(admit(registry, breaking, NOW + LEASE_MS)).toMatchObject({
      registry: { required: { shape: 2, version: '0.2.0' } },
    });
  });

  test('lock the older one out for ever once the newer one has written what it does not know', () => {
    const registry = registryOf([next({ compatibleShape: 2 }), NOW], [next({ version: '0.3.0', shape: 3 }), NOW]);
    for (const now of [NOW, NOW + LEASE_MS, NOW + 100 * LEASE_MS]) {
      expect(admit(registry, entrant(), now)).toEqual({
        refused: 'version-too-old',
        others: expect.any(Array),
        requiredVersion: '0.2.0',
      });
    }
  });
});
