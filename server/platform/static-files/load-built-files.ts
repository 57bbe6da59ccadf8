import { readdir, readFile } from 'node:fs/promises';
import { extname, join, posix, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import type { BuiltFile, BuiltFiles } from '../../kernel/ports/built-files.ts';
import { pageFiles } from './page-files.ts';

const compress = promisify(brotliCompress);

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/**
 * Reads the built widget or console from a folder. Only scripts and stylesheets are served, so source maps and the
 * manifest stay private.
 *
 * @throws if the build is missing, with the command that makes it
 */
export async function loadBuiltFiles(folder: string, what: 'widget' | 'console'): Promise<BuiltFiles> {
  const manifest = await readFile(join(folder, 'manifest.json'), 'utf8').catch((cause: unknown) => {
    throw new Error(`the ${what} has not been built (no manifest in ${folder}): npm run build`, { cause });
  });
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, BuiltFile>();
  await Promise.all(
    names.map(async (entry) => {
      const contentType = TYPES[extname(entry.name)];
      if (!entry.isFile() || contentType === undefined) return;
      const path = join(entry.parentPath, entry.name);
      const body = new Uint8Array(await readFile(path));
      files.set(relative(folder, path).split(sep).join(posix.sep), {
        body,
        brotli: new Uint8Array(await compress(body)),
        contentType,
      });
    }),
  );
  return { ...pageFiles(manifest), files };
}
