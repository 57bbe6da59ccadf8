import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';

const compress = promisify(brotliCompress);

/**
 * Writes a compressed copy (`.br`) of each script and stylesheet in a folder. It takes a second, which would be half of
 * the time that a service needs to start.
 */
export async function compressServedFiles(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const served = names.filter((name) => /\.(?:m?js|css)$/.test(name)).map((name) => join(folder, name));
  await Promise.all(served.map(async (path) => writeFile(`${path}.br`, await compress(await readFile(path)))));
}
