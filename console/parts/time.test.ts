import { expect, test } from 'vitest';
import { absoluteText, relativeText } from './time.ts';

const NOW = 1_795_599_000_000;
const DAY = 86_400_000;

test.each([
  [0, 'now'],
  [-45_000, '45 seconds ago'],
  [-90_000, '1 minute ago'],
  [-DAY, 'yesterday'],
  [3 * DAY, 'in 3 days'],
  [-15 * DAY, '2 weeks ago'],
  [-400 * DAY, 'last year'],
])('formats %i ms from now as %s', (ms, text) => {
  expect(relativeText('en', NOW + ms, NOW)).toBe(text);
});

test('uses the language of the page, and the absolute time names its zone', () => {
  expect(relativeText('de', NOW - 2 * DAY, NOW)).toBe('vorgestern');
  expect(absoluteText('en', NOW)).toMatch(/2026.*\d\d:\d\d \S+|2026.* [A-Z]/);
});
