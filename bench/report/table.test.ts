import { describe, expect, test } from 'vitest';
import { betweenMarkers, table } from './table.ts';

test('a table is aligned in its source as well', () => {
  expect(table(['', 'ms'], [['a longer name', '1.00']])).toBe(
    ['|               |   ms |', '|---------------|-----:|', '| a longer name | 1.00 |'].join('\n'),
  );
});

describe('text between markers', () => {
  test('is replaced, and nothing else', () => {
    const text = 'before\n<!-- results -->\nold\n<!-- /results -->\nafter\n';
    const replaced = betweenMarkers(text, 'results', 'new $& $1');
    expect(replaced).toBe('before\n<!-- results -->\nnew $& $1\n<!-- /results -->\nafter\n');
  });

  test.each([
    'no markers',
    '<!-- results -->',
    '<!-- /results --> <!-- results -->',
    '<!-- results --><!-- results --><!-- /results -->',
  ])('is not guessed at: %s', (text) => {
    expect(() => betweenMarkers(text, 'results', '')).toThrow('no single');
  });
});
