import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LEFT_CODES } from './plan-move.ts';
import { OUTCOMES } from './report.ts';

const page = readFileSync(new URL('../../docs/moving-from-protectimus.md', import.meta.url), 'utf8');
const [, report = ''] = page.split('## What the report says');
const [outcomes = '', codes = ''] = report.split('| `code` |');

/** What the first cell of each row of a table names. */
function named(table: string): string[] {
  return [...table.matchAll(/^\| (`[^|]+`) \|/gm)]
    .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    .filter((name) => name !== 'outcome');
}

describe('docs/moving-from-protectimus.md', () => {
  test('says what every outcome in the report means, and of none that there is not', () => {
    expect(named(outcomes).sort()).toEqual([...OUTCOMES].sort());
  });

  test.each(LEFT_CODES)('says what to do about what is left with %s', (code) => {
    expect(named(codes)).toContain(code);
  });
});
