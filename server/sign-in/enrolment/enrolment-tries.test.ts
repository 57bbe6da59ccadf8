import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countEnrolmentTry, type EnrolmentTries } from './enrolment-tries.ts';

// SR-2, SR-15
test('allows as many tries as a token has before it is locked, and no more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 10 }), fc.integer({ min: 0, max: 60 }), (threshold, asked) => {
      let tries: EnrolmentTries | undefined;
      let had = 0;
      for (let at = 0; at < asked; at++) {
        const next = countEnrolmentTry(tries, threshold);
        if (!next) continue;
        tries = next;
        had++;
      }
      expect(had).toBe(Math.min(asked, threshold + 1));
    }),
  );
});
