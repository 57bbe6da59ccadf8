import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventView } from './event.ts';
import { countTypes, foldBulk } from './fold-bulk.ts';

let last = 0;
const event = (at: number, more: Partial<EventView> = {}): EventView => {
  last += 1;
  return {
    id: `e${last}`,
    segment: 1,
    type: 'user.created',
    at,
    actor: { kind: 'api-key', id: 'key_1' },
    outcome: 'done',
    ...more,
  };
};
const batch = (requestId: string, at: number, count: number, type = 'user.created') =>
  Array.from({ length: count }, () => event(at, { requestId, type }));
const sizes = (items: readonly EventView[]) => foldBulk(items).map(({ events }) => events.length);

test('an import of several batches is one row, and a sign-in in between stays a row of its own', () => {
  const signIn = event(1_500, { type: 'authentication', outcome: 'granted', actor: { kind: 'user', id: 'usr_1' } });
  const items = [...batch('b', 2_000, 4), ...batch('b', 2_000, 4, 'user.assigned'), signIn, ...batch('a', 1_000, 100)];
  expect(sizes(items)).toEqual([108, 1]);
  const [row] = foldBulk(items);
  expect([...(row?.requests ?? [])]).toEqual(['b', 'a']);
  expect(row && countTypes(row)).toEqual([
    ['user.created', 104],
    ['user.assigned', 4],
  ]);
});

test('another actor, a later import, and what is not done are rows of their own', () => {
  const others = batch('c', 900, 3).map((one) => ({ ...one, actor: { kind: 'administrator', id: 'adm_1' } }));
  expect(sizes([...batch('a', 1_000, 3), ...others])).toEqual([3, 3]);
  expect(sizes([...batch('b', 100_000, 3), ...batch('a', 39_999, 3)])).toEqual([3, 3]);
  expect(sizes([...batch('b', 100_000, 3), ...batch('a', 40_000, 3)])).toEqual([6]);
  const refused = batch('a', 1_000, 3).map((one) => ({ ...one, outcome: 'refused' as const }));
  expect(sizes(refused)).toEqual([1, 1, 1]);
});

test('few events of one request, and those without a request, stay apart', () => {
  expect(sizes(batch('a', 1_000, 2))).toEqual([1, 1]);
  expect(sizes([event(3), event(2), event(1)])).toEqual([1, 1, 1]);
});

test('folding loses no event, doubles none, and keeps the order within and between rows', () => {
  const given = fc.record({
    pause: fc.nat(90_000),
    requestId: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    type: fc.constantFrom('user.created', 'user.assigned'),
    who: fc.constantFrom('key_1', 'adm_1'),
  });
  fc.assert(
    fc.property(fc.array(given, { maxLength: 40 }), (list) => {
      let at = 10_000_000;
      const items = list.map(({ pause, requestId, type, who }) => {
        at -= pause;
        return event(at, { type, actor: { kind: 'x', id: who }, ...(requestId !== undefined && { requestId }) });
      });
      const rows = foldBulk(items);
      const ids = rows.flatMap(({ events }) => events.map(({ id }) => id));
      expect([...ids].sort()).toEqual(items.map(({ id }) => id).sort());
      for (const { events } of rows)
        expect(events.map(({ at }) => -at)).toEqual(events.map(({ at }) => -at).sort((a, b) => a - b));
      const heads = rows.map(({ events: [head] }) => head.at);
      expect(heads).toEqual([...heads].sort((one, other) => other - one));
    }),
  );
});
