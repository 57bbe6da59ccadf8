import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { RULES } from './sign-in/rules.ts';
import { STEPS } from './sign-in/steps.ts';

const map = await readFile(new URL('README.md', import.meta.url), 'utf8');

test('the map has one line for each folder of the server', async () => {
  const entries = await readdir(new URL('.', import.meta.url), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(Array.from(map.matchAll(/^\| `([^/`]+)\/` \|/gm), ([, name]) => name).sort()).toEqual(folders.sort());
});

test('the map names every step and every rule of a sign-in, in their order', () => {
  const steps = Object.keys(STEPS).map((path) => `\`${path}\``);
  expect(map).toContain(`handles ${steps.join(', ')}.\n`);
  expect(map).toContain(`in their order: ${RULES.map(({ name }) => name).join(', ')}.\n`);
});

test('the map names files of the sign-in that are there', async () => {
  const run = map.split('## How a sign-in runs')[1] ?? '';
  const named = Array.from(run.matchAll(/`([\w-]+(?:\.ts|\/))`/g), ([, path = '']) => path.replace(/^sign-in\/$/, ''));
  const files = (await readdir(new URL('sign-in/', import.meta.url), { withFileTypes: true })).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name,
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => path !== '' && !files.includes(path))).toEqual([]);
});
