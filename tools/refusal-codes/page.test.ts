import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { refusalCodesPage } from './page.ts';

it('has a row for each code, in order, and keeps a bar in a text from ending its cell', () => {
  const page = refusalCodesPage({
    ZEBRA_LOOSE: { status: 409, title: 'Loose.' },
    ANT_LOST: { status: 404, title: 'This | that.' },
  });
  expect(page.split('\n').slice(-3)).toEqual([
    '| `ANT_LOST` | 404 | This \\| that. |',
    '| `ZEBRA_LOOSE` | 409 | Loose. |',
    '',
  ]);
});

it('is what stands in docs/refusal-codes.md; else: npm run docs:codes', () => {
  expect(readFileSync('docs/refusal-codes.md', 'utf8')).toBe(refusalCodesPage());
});
