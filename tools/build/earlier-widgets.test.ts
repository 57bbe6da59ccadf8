import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadBuiltFiles } from '../../server/platform/static-files/load-built-files.ts';
import { compressServedFiles } from './compress.ts';
import { addEarlierWidgets, keepWidget } from './earlier-widgets.ts';

let root: string;
const built = () => join(root, 'dist/widget');
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cs-earlier-'));
});
afterEach(() => rm(root, { recursive: true }));

/** As `npm run build` at that version leaves it. */
async function build(version: string): Promise<void> {
  await rm(built(), { recursive: true, force: true });
  await mkdir(join(built(), 'assets'), { recursive: true });
  const script = `assets/frame-${version}.js`;
  const manifest = { 'main.tsx': { file: script, isEntry: true }, 'style.css': { file: 'assets/style.css' } };
  await writeFile(join(built(), 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(built(), 'first-screens.json'), '{}');
  for (const name of ['countersign.js', script, 'assets/style.css']) await writeFile(join(built(), name), version);
  await addEarlierWidgets(root, version);
  await compressServedFiles(built());
}

test('a release serves the files of the two versions before it, unchanged', async () => {
  for (const version of ['0.8.0', '0.9.0', '0.10.0']) {
    await build(version);
    await keepWidget(root, version);
  }
  await build('0.11.0');
  const { files, earlier = new Map() } = await loadBuiltFiles(built(), 'widget');
  expect([...files.keys()].sort()).toEqual(['assets/frame-0.11.0.js', 'assets/style.css', 'countersign.js']);
  expect([...earlier.keys()]).toEqual(['0.10.0', '0.9.0']);
  const before = earlier.get('0.10.0');
  expect([...(before?.keys() ?? [])].sort()).toEqual(['assets/frame-0.10.0.js', 'assets/style.css', 'countersign.js']);
  expect(Buffer.from(before?.get('countersign.js')?.body ?? []).toString()).toBe('0.10.0');
  expect(readdirSync(join(root, 'widget/released')).sort()).toEqual(['0.10.0.json.gz', '0.9.0.json.gz']);
});

test('a prerelease comes before its release', async () => {
  for (const version of ['1.0.0-rc.2', '1.0.0-rc.10', '1.0.0']) {
    await build(version);
    await keepWidget(root, version);
  }
  expect(readdirSync(join(root, 'widget/released')).sort()).toEqual(['1.0.0-rc.10.json.gz', '1.0.0.json.gz']);
  await build('1.0.1');
  expect([...((await loadBuiltFiles(built(), 'widget')).earlier?.keys() ?? [])]).toEqual(['1.0.0', '1.0.0-rc.10']);
});

test('the first release has none, and one that is built again does not count as its own predecessor', async () => {
  await build('0.1.0');
  expect(existsSync(join(built(), 'earlier'))).toBe(false);
  await keepWidget(root, '0.1.0');
  await build('0.1.0');
  expect((await loadBuiltFiles(built(), 'widget')).earlier?.size).toBe(0);
  expect(await readFile(join(built(), 'countersign.js'), 'utf8')).toBe('0.1.0');
});
