import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { configurationTable } from './documentation.ts';

test('docs/configuration.md lists exactly the variables of the service', async () => {
  const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const table = page.split('<!-- variables -->')[1]?.split('<!-- /variables -->')[0];
  expect(cells(table ?? '')).toEqual(cells(configurationTable()));
});

/** The text of each cell; the formatter sets the width of columns. */
function cells(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim().replace(/^-+$/, '---')));
}
