import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { masterKeyState } from './master-key-change.ts';

const ids = fc.constantFrom('key-1', 'key-2', 'key-3');
const keys = fc.record({ masterKeys: fc.array(ids, { minLength: 1 }) });
const counts = fc.dictionary(ids, fc.integer({ min: 1, max: 9 }));

// SR-22
describe('an old master key', () => {
  test('is never ready for removal while it seals a secret, or while the process seals with another key than the next start would', () => {
    fc.assert(
      fc.property(ids, ids, fc.array(ids), counts, fc.array(keys), (sealing, current, old, secrets, processes) => {
        const state = masterKeyState(sealing, { current, old }, { old: secrets }, processes);
        if (state === 'ready' || state === 'settled') {
          expect(secrets).toEqual({});
          expect(current).toBe(sealing);
          for (const { masterKeys } of processes) expect(masterKeys[0]).toBe(sealing);
        }
        if (state === 'settled') expect(old.filter((id) => id !== current)).toEqual([]);
      }),
    );
  });

  test.each([
    ['new', { current: 'new', old: [] }, {}, ['new'], 'settled'],
    ['old', { current: 'new', old: ['old'] }, {}, ['old'], 'restart-needed'],
    ['new', { current: 'new', old: ['old'] }, {}, ['new', 'old'], 'restart-others'],
    ['new', { current: 'new', old: ['old'] }, { old: 3 }, ['new'], 'resealing'],
    ['new', { current: 'new', old: ['old'] }, {}, ['new', 'new'], 'ready'],
  ] as const)(
    'sealing with %s, configured %j, left %j, processes with %j: %s',
    (sealing, configured, old, all, state) => {
      const processes = all.map((first) => ({ masterKeys: [first, 'old', 'new'] }));
      expect(masterKeyState(sealing, configured, { old }, processes)).toBe(state);
    },
  );
});
