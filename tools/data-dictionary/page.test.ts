import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dataDictionaryPage } from './page.ts';

it('has a row for each kind, in order, says what is unusual, and keeps a bar in a text from ending its cell', () => {
  const row = {
    description: 'This | that.',
    anchor: 'user',
    secretFields: undefined,
    onRestore: 'keep',
    expires: 'never',
  };
  const page = dataDictionaryPage([
    { ...row, kind: 'zebra', secretFields: 'stripes', onRestore: 'drop', expires: 'at night' },
    { ...row, kind: 'ant' },
  ]);
  expect(page.split('\n').slice(-3)).toEqual([
    '| `ant` | This \\| that. | user |  |  |  |',
    '| `zebra` | This \\| that. | user | stripes | drop | at night |',
    '',
  ]);
});

it('is what stands in docs/data-dictionary.md; else: npm run docs:data', () => {
  expect(readFileSync('docs/data-dictionary.md', 'utf8')).toBe(dataDictionaryPage());
});
