import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeInTime } from './merge-in-time.ts';

interface Item {
  event: { at: number };
  list: number;
  position: number;
}

const times = fc.array(fc.array(fc.nat(20), { maxLength: 12 }), { maxLength: 5 });

test('every list keeps its order, and between lists the earlier comes first', () => {
  fc.assert(
    fc.property(times, (all) => {
      const lists = all.map((list, at) => list.map((time, position) => ({ event: { at: time }, list: at, position })));
      const merged = mergeInTime<Item>(lists);
      expect(merged).toHaveLength(lists.flat().length);
      const latest = lists.map(() => 0);
      let before = 0;
      for (const [at, list] of lists.entries()) expect(merged.filter((item) => item.list === at)).toEqual(list);
      if (lists.length < 2) return;
      for (const { event, list } of merged) {
        // A clock that went back within its list counts as standing still.
        const time = Math.max(latest[list] ?? 0, event.at);
        latest[list] = time;
        expect(time).toBeGreaterThanOrEqual(before);
        before = time;
      }
    }),
  );
});

test('at the same time the first list comes first', () => {
  const item = (list: number) => ({ event: { at: 7 }, list });
  expect(mergeInTime([[item(0)], [item(1)]]).map(({ list }) => list)).toEqual([0, 1]);
  expect(mergeInTime([])).toEqual([]);
});
