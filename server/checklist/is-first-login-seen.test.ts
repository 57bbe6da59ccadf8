import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFirstLoginSeen } from './is-first-login-seen.ts';

const instant = fc.option(fc.integer({ min: 1, max: 4e12 }), { nil: undefined });

test('a sign-in that a backend accepted is seen, whatever else is noted', () => {
  fc.assert(
    fc.property(fc.nat(), instant, instant, (acceptedAt, resultAt, keysReadAt) => {
      expect(isFirstLoginSeen({ acceptedAt, resultAt, keysReadAt })).toBe(true);
    }),
  );
});

test('a result alone is not, nor keys alone, nor keys that no verifier keeps until the result', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1e9, max: 4e12 }), fc.integer({ min: 300_001, max: 1e9 }), (at, before) => {
      const acceptedAt = undefined;
      expect(isFirstLoginSeen({ acceptedAt, resultAt: at, keysReadAt: undefined })).toBe(false);
      expect(isFirstLoginSeen({ acceptedAt, resultAt: undefined, keysReadAt: at })).toBe(false);
      expect(isFirstLoginSeen({ acceptedAt, resultAt: at, keysReadAt: at - before })).toBe(false);
    }),
  );
});

test('a result is, once a backend has the keys', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1e9, max: 4e12 }), fc.integer({ min: -300_000 }), (at, later) => {
      expect(isFirstLoginSeen({ acceptedAt: undefined, resultAt: at, keysReadAt: at + later })).toBe(true);
    }),
  );
});
