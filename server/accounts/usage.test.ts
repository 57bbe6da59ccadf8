import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdSlot, reconcileQuota, releaseSlot, SLOT_TTL_MS, type Usage, used } from './usage.ts';

test('the count is never below the number of objects, and reserved slots never exceed the quota, in any order of events', () => {
  const QUOTA = 5;
  const step = fc.record({
    // `vanish`: the process crashes between reserving the slot and creating the object.
    kind: fc.constantFrom('hold', 'make', 'vanish', 'fail', 'delete', 'settle', 'wait'),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let usage: Usage = { counted: 0, held: {} };
      let now = 0;
      const there = new Set<string>();
      /** Creations under way, with their start. */
      const making = new Map<string, number>();
      for (const { kind, id } of steps) {
        // A creation ends long before its slot is released.
        for (const [one, since] of making) if (now - since > SLOT_TTL_MS / 10) making.delete(one);
        if (kind === 'hold' && !there.has(id)) {
          const next = holdSlot(usage, id, QUOTA, now);
          if (next) making.set(id, now);
          usage = next ?? usage;
        } else if (kind === 'make' && making.delete(id)) there.add(id);
        else if (kind === 'vanish') making.delete(id);
        else if (kind === 'fail' && making.delete(id)) usage = releaseSlot(usage, id);
        else if (kind === 'delete' && there.delete(id)) usage = releaseSlot(usage, id);
        else if (kind === 'settle') usage = reconcileQuota(usage, there, now);
        else if (kind === 'wait') now += SLOT_TTL_MS / 9;
        expect(used(usage)).toBeGreaterThanOrEqual(there.size);
        expect(there.size).toBeLessThanOrEqual(QUOTA);
        expect(used(usage)).toBeLessThanOrEqual(QUOTA);
      }
      // Once the slots of crashed processes have expired, the count is exact.
      expect(used(reconcileQuota(usage, there, now + SLOT_TTL_MS))).toBe(there.size);
    }),
    { numRuns: 500 },
  );
});
