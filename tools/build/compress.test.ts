import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compressServedFiles } from './compress.ts';

test('scripts and stylesheets get a compressed copy, and nothing else does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cs-compress-'));
  try {
    await mkdir(join(folder, 'assets'));
    for (const name of ['loader.mjs', 'manifest.json', 'loader.d.mts', 'assets/frame.js', 'assets/frame.css'])
      await writeFile(join(folder, name), `the text of ${name}`);
    await compressServedFiles(folder);
    const copies = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.br')).sort();
    expect(copies).toEqual(['assets/frame.css.br', 'assets/frame.js.br', 'loader.mjs.br']);
    expect(brotliDecompressSync(await readFile(join(folder, 'loader.mjs.br'))).toString()).toBe(
      'the text of loader.mjs',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
