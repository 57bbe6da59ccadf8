import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GAP_CODES, LEFT_CODES } from './system.ts';

const page = readFileSync(new URL('../../docs/moving-in.md', import.meta.url), 'utf8');

test.each([...GAP_CODES, ...LEFT_CODES])('docs/moving-in.md explains %s', (code) => {
  expect(page.split('## What the report says')[1]).toContain(`| \`${code}\` |`);
});
