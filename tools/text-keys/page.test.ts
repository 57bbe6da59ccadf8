import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { textKeysPage } from './page.ts';

it('has each key with its values and the English text', () => {
  expect(textKeysPage()).toContain(
    '| `mail.signInSubject` | `site` | `Your sign-in code for {site}` |\n| `mail.signInText` |',
  );
});

it('equals docs/text-keys.md; else: npm run docs:texts', () => {
  expect(readFileSync('docs/text-keys.md', 'utf8')).toBe(textKeysPage());
});
