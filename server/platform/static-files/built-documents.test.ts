import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtDocuments } from './built-documents.ts';

let parent: string;
let folder: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cs-documents-'));
  folder = join(parent, 'docs');
  await mkdir(join(folder, 'assets'), { recursive: true });
  const files = ['index.html', 'index.html.br', 'assets/a.png', 'hashmap.json', '../secret.html'];
  for (const name of files) await writeFile(join(folder, name), `the text of ${name}`);
});
afterAll(() => rm(parent, { recursive: true }));

const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

test('reads a page with its compressed copy, and a picture, which has none', async () => {
  const documents = builtDocuments(folder);
  const page = await documents.read('index.html');
  expect([textOf(page?.body), textOf(page?.brotli), page?.contentType]).toEqual([
    'the text of index.html',
    'the text of index.html.br',
    'text/html; charset=utf-8',
  ]);
  const picture = await documents.read('assets/a.png');
  expect([textOf(picture?.body), picture?.brotli]).toEqual(['the text of assets/a.png', undefined]);
});

// The attack: a path that leads out of the folder, or to a file that is not served.
test.each([
  '../secret.html',
  './index.html',
  'assets/../index.html',
  '/index.html',
  'index.html\0',
  'hashmap.json',
  '',
])('%j opens no file', async (path) => {
  expect(await builtDocuments(folder).read(path)).toBeUndefined();
});

test('without a build has no documents', async () => {
  expect(await builtDocuments(join(folder, 'none')).read('index.html')).toBeUndefined();
});
