import { expect, test } from 'vitest';
import { table } from './table.ts';

test('the source of a table is aligned', () => {
  expect(table(['', 'ms'], [['a longer name', '1.00']])).toBe(
    ['|               |   ms |', '|---------------|-----:|', '| a longer name | 1.00 |'].join('\n'),
  );
});
