import { expect, test } from 'vitest';
import { table } from './table.ts';

test('a table is aligned in its source as well', () => {
  expect(table(['', 'ms'], [['a longer name', '1.00']])).toBe(
    ['|               |   ms |', '|---------------|-----:|', '| a longer name | 1.00 |'].join('\n'),
  );
});
