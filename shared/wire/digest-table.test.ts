import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DigestTable } from './digest-table.ts';

const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Also halves that are close together, so that places are taken. */
const digest = fc.tuple(fc.oneof(half, fc.constantFrom(0, 1, 2 ** 32 - 1)), fc.oneof(half, fc.constantFrom(0, 7)));

test('a table of digests holds what a map would', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(digest, fc.integer({ min: 1, max: 65_535 })), { maxLength: 200 }), (steps) => {
      const table = new DigestTable();
      const map = new Map<string, number>();
      for (const [[high, low], value] of steps) {
        table.set(high, low, value);
        map.set(`${high} ${low}`, value);
      }
      expect(table.size).toBe(map.size);
      expect(new Map([...table.entries()].map(([high, low, value]) => [`${high} ${low}`, value]))).toEqual(map);
      expect(table.get(5, 5)).toBe(map.get('5 5') ?? 0);
    }),
  );
});

test('grows beyond what was expected, and loses nothing', () => {
  const table = new DigestTable(10);
  const count = 5000;
  for (let n = 0; n < count; n++) table.set(Math.imul(n, 2654435761) >>> 0, n, (n % 9) + 1);
  expect(table.size).toBe(count);
  for (let n = 0; n < count; n++) expect(table.get(Math.imul(n, 2654435761) >>> 0, n)).toBe((n % 9) + 1);
  expect(table.get(1, count)).toBe(0);
});
