import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dataDictionaryPage } from './page.ts';

it('has a row for each kind, in order, and keeps a bar in a text from ending its cell', () => {
  const row = {
    description: 'This | that.',
    anchor: 'user',
    secretFields: undefined,
    onRestore: 'keep',
    expires: 'never',
  };
  const page = dataDictionaryPage([
    { ...row, kind: 'zebra', secretFields: 'stripes' },
    { ...row, kind: 'ant' },
  ]);
  expect(page.split('\n').slice(-3)).toEqual([
    '| `ant` | This \\| that. | user |  | keep | never |',
    '| `zebra` | This \\| that. | user | stripes | keep | never |',
    '',
  ]);
});

it('is what stands in docs/data-dictionary.md; else: npm run docs:data', () => {
  expect(readFileSync('docs/data-dictionary.md', 'utf8')).toBe(dataDictionaryPage());
});
