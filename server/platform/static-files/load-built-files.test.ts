import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadBuiltFiles } from './load-built-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-built-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);

async function build(): Promise<void> {
  await write(
    'manifest.json',
    JSON.stringify({ 'a.ts': { file: 'a.js', isEntry: true }, 'style.css': { file: 'a.css' } }),
  );
  await write('first-screens.json', '{"scripts":{},"languages":{}}');
  for (const name of ['a.js', 'a.css', 'a.js.map']) await write(name, name);
  for (const name of ['a.js.br', 'a.css.br']) await write(name, `compressed ${name}`);
}

test('serves scripts and stylesheets only, each also as the build compressed it', async () => {
  await build();
  const { files } = await loadBuiltFiles(folder, 'widget');
  expect([...files.keys()].sort()).toEqual(['a.css', 'a.js']);
  const texts = [files.get('a.js')?.body, files.get('a.js')?.brotli].map((bytes) => new TextDecoder().decode(bytes));
  expect(texts).toEqual(['a.js', 'compressed a.js.br']);
});

describe('names the command that builds it', () => {
  test('without a manifest', async () => {
    await expect(loadBuiltFiles(folder, 'widget')).rejects.toThrow('npm run build');
  });

  test('without the first screens of the widget, which the console does not need', async () => {
    await build();
    await rm(join(folder, 'first-screens.json'));
    await expect(loadBuiltFiles(folder, 'widget')).rejects.toThrow(/first-screens\.json.*npm run build/);
    expect((await loadBuiltFiles(folder, 'console')).firstScreens).toBeUndefined();
  });

  test('without a compressed copy', async () => {
    await build();
    await rm(join(folder, 'a.css.br'));
    await expect(loadBuiltFiles(folder, 'widget')).rejects.toThrow(/a\.css\.br.*npm run build/);
  });
});
