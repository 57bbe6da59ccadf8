import { expect, test } from 'vitest';
import { createShortcuts } from './shortcuts.ts';

const keys = new Map([
  ['?', 'help'],
  ['g r', 'resources'],
  ['g g', 'twice'],
  ['r', 'reload'],
]);

test('recognizes a single key and a sequence of two', () => {
  const { press } = createShortcuts(keys);
  expect(press('?', 0)).toBe('help');
  expect(press('g', 10)).toBeUndefined();
  expect(press('r', 20)).toBe('resources');
  expect(press('r', 30)).toBe('reload');
  expect([press('g', 40), press('g', 50)]).toEqual([undefined, 'twice']);
});

test('forgets an unfinished sequence', () => {
  const { press } = createShortcuts(keys);
  press('g', 0);
  expect(press('r', 1_501)).toBe('reload');
  press('g', 2_000);
  expect(press('x', 2_100)).toBeUndefined();
  expect(press('r', 2_200)).toBe('reload');
  press('g', 3_000);
  expect(press('?', 3_100)).toBe('help');
});
