import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkTextKeys } from '../docs-check/text-keys.ts';
import { textKeysPage } from './page.ts';

it('has each key with its values and the English text', () => {
  expect(textKeysPage()).toContain(
    '| `mail.signInSubject` | `site` | `Your sign-in code for {site}` |\n| `mail.signInText` |',
  );
});

it('is checked: an old page is a finding', () => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-text-keys-'));
  mkdirSync(join(root, 'docs'));
  writeFileSync(join(root, 'docs/text-keys.md'), textKeysPage());
  expect(checkTextKeys(root)).toEqual([]);
  writeFileSync(join(root, 'docs/text-keys.md'), textKeysPage().replace('Your sign-in code', 'Old'));
  expect(checkTextKeys(root)).toMatchObject([{ path: 'docs/text-keys.md' }]);
  rmSync(root, { recursive: true });
});
