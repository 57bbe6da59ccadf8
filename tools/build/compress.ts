import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const compress = promisify(brotliCompress);

/**
 * Writes a compressed copy (`.br`) of each script, stylesheet and page in a folder. It takes a second, which would be half of
 * the time that a service needs to start.
 */
export async function compressServedFiles(folder: string, quality = constants.BROTLI_MAX_QUALITY): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const served = names.filter((name) => /\.(?:m?js|css|html)$/.test(name)).map((name) => join(folder, name));
  const params = { params: { [constants.BROTLI_PARAM_QUALITY]: quality } };
  await Promise.all(served.map(async (path) => writeFile(`${path}.br`, await compress(await readFile(path), params))));
}
