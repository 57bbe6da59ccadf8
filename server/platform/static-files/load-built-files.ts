import { readdir, readFile } from 'node:fs/promises';
import { extname, join, posix, relative, sep } from 'node:path';
import type { FirstScreens } from '@countersign/protocol/first-screen';
import rcompare from 'semver/functions/rcompare.js';
import { ifMissing } from '../../kernel/if-missing.ts';
import type { BuiltFile, BuiltFiles } from '../../kernel/ports/built-files.ts';
import { pageFiles } from './page-files.ts';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** In the widget's folder: a folder for each earlier version whose files it serves. */
const EARLIER = 'earlier';

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
  const served = await readServed(folder, read);
  const manifest = (await read(join(folder, 'manifest.json'))).toString();
  const isEarlier = (path: string) => path.startsWith(`${EARLIER}/`);
  const page = { ...pageFiles(manifest), files: new Map([...served].filter(([path]) => !isEarlier(path))) };
  if (what === 'console') return page;
  const firstScreens = JSON.parse((await read(join(folder, 'first-screens.json'))).toString()) as FirstScreens;
  return { ...page, firstScreens, earlier: earlierOf(new Map([...served].filter(([path]) => isEarlier(path)))) };
}

async function readServed(folder: string, read: (path: string) => Promise<Buffer>): Promise<Map<string, BuiltFile>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing)) ?? [];
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
  return files;
}

/** By version, the newest first. */
function earlierOf(files: ReadonlyMap<string, BuiltFile>): Map<string, Map<string, BuiltFile>> {
  const versions = new Map<string, Map<string, BuiltFile>>();
  for (const [path, file] of files) {
    const [, version = '', ...rest] = path.split('/');
    versions.set(version, (versions.get(version) ?? new Map<string, BuiltFile>()).set(rest.join('/'), file));
  }
  return new Map([...versions].sort(([one], [other]) => rcompare(one, other)));
}
