import { readdir, readFile } from 'node:fs/promises';
import { extname, join, posix, relative, sep } from 'node:path';
import type { FirstScreens } from '@countersign/protocol/first-screen';
import type { BuiltFile, BuiltFiles } from '../../kernel/ports/built-files.ts';
import { pageFiles } from './page-files.ts';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/**
 * Reads the built widget or console from a folder, each file also as the build compressed it. Only scripts and
 * stylesheets are served, so source maps and the manifest stay private.
 *
 * @throws if the build is missing or incomplete, with the command that makes it
 */
export async function loadBuiltFiles(folder: string, what: 'widget' | 'console'): Promise<BuiltFiles> {
  const read = (path: string) =>
    readFile(path).catch((cause: unknown) => {
      throw new Error(`the ${what} has not been built completely (cannot read ${path}): npm run build`, { cause });
    });
  const manifest = (await read(join(folder, 'manifest.json'))).toString();
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, BuiltFile>();
  await Promise.all(
    names.map(async (entry) => {
      const contentType = TYPES[extname(entry.name)];
      if (!entry.isFile() || contentType === undefined) return;
      const path = join(entry.parentPath, entry.name);
      const [body, brotli] = await Promise.all([read(path), read(`${path}.br`)]);
      files.set(relative(folder, path).split(sep).join(posix.sep), {
        body: new Uint8Array(body),
        brotli: new Uint8Array(brotli),
        contentType,
      });
    }),
  );
  const page = { ...pageFiles(manifest), files };
  if (what === 'console') return page;
  const firstScreens = JSON.parse((await read(join(folder, 'first-screens.json'))).toString()) as FirstScreens;
  return { ...page, firstScreens };
}
