import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { masterKeyState } from './master-key-change.ts';

const ids = fc.constantFrom('key-1', 'key-2', 'key-3');
const counts = fc.dictionary(ids, fc.integer({ min: 1, max: 9 }));

// SR-22
describe('an old master key', () => {
  test('is never ready for removal while it seals a secret, or while the process seals with another key than the next start would', () => {
    fc.assert(
      fc.property(ids, ids, fc.array(ids), counts, (sealing, current, old, secrets) => {
        const state = masterKeyState(sealing, { current, old }, { old: secrets });
        if (state === 'ready' || state === 'settled') {
          expect(secrets).toEqual({});
          expect(current).toBe(sealing);
        }
        if (state === 'settled') expect(old.filter((id) => id !== current)).toEqual([]);
      }),
    );
  });

  test.each([
    ['new', { current: 'new', old: [] }, {}, 'settled'],
    ['old', { current: 'new', old: ['old'] }, {}, 'restart-needed'],
    ['new', { current: 'new', old: ['old'] }, { old: 3 }, 'resealing'],
    ['new', { current: 'new', old: ['old'] }, {}, 'ready'],
  ] as const)('sealing with %s, configured %j, left %j: %s', (sealing, configured, old, state) => {
    expect(masterKeyState(sealing, configured, { old })).toBe(state);
  });
});
