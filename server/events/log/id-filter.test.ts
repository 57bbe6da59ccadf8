import { expect, test } from 'vitest';
import { idFromBytes } from '../../kernel/ids.ts';
import { seededRandom } from '../../testing/test-ports.ts';
import { makeIdFilter, mayContain, mayContainAll } from './id-filter.ts';

function idsOf(seed: string, count: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => idFromBytes(at % 2 ? 'usr' : 'tok', random.bytes(7)));
}

test.each([0, 1, 2, 50, 1200])('finds each of %i ids, and few others', (count) => {
  const ids = idsOf('in', count);
  const filter = makeIdFilter(new Set(ids));
  expect(ids.filter((id) => !mayContain(filter, id))).toEqual([]);
  const others = idsOf('out', 20_000).filter((id) => mayContain(filter, id)).length;
  // One in 300.
  expect(others).toBeLessThan(120);
  expect(filter.length).toBeLessThanOrEqual(Math.max(11, 2 * count + 1));
});

test('ids that differ in one character are told apart', () => {
  const ids = Array.from({ length: 1000 }, (_, at) => `usr_0000000${String(at).padStart(4, '0')}`);
  const filter = makeIdFilter(new Set(ids.filter((_, at) => at % 2 === 0)));
  expect(ids.filter((id, at) => at % 2 === 1 && mayContain(filter, id)).length).toBeLessThan(10);
});

test('all of several ids are in it, or it does not have them', () => {
  const filter = makeIdFilter(new Set(['usr_1', 'tok_1']));
  expect(mayContainAll(filter, ['usr_1', 'tok_1'])).toBe(true);
  expect(mayContainAll(filter, ['usr_1', 'tok_2'])).toBe(false);
  expect(mayContainAll(filter, ['tok_2', 'usr_1'])).toBe(false);
  expect(mayContainAll(filter, [])).toBe(true);
});

test('a filter that was stored before is made and read the same way', () => {
  const stored = 'gUIoMYwUAgA';
  expect(makeIdFilter(new Set(['usr_1', 'tok_1']))).toBe(stored);
  expect(mayContainAll(stored, ['usr_1', 'tok_1'])).toBe(true);
});
