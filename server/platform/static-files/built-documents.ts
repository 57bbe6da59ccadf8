import { readdir, readFile } from 'node:fs/promises';
import { extname, join, posix, relative, sep } from 'node:path';
import { ifMissing } from '../../kernel/if-missing.ts';
import type { BuiltDocuments } from '../../kernel/ports/built-files.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.png': 'image/png',
};

/** The built documentation in a folder, whose files are listed once. Without a build there is none. */
export function builtDocuments(folder: string): BuiltDocuments {
  let listed: Promise<ReadonlySet<string>> | undefined;
  return {
    async read(path) {
      listed ??= list(folder);
      const files = await listed;
      const contentType = TYPES[extname(path)];
      // A path that was not listed opens no file, whatever it contains.
      if (contentType === undefined || !files.has(path)) return undefined;
      const read = async (name: string) => new Uint8Array(await readFile(join(folder, name)));
      const compressed = `${path}.br`;
      const [body, brotli] = await Promise.all([
        read(path),
        files.has(compressed) ? read(compressed) : Promise.resolve(undefined),
      ]);
      return { body, brotli, contentType };
    },
  };
}

async function list(folder: string): Promise<ReadonlySet<string>> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing)) ?? [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Set(files.map((path) => relative(folder, path).split(sep).join(posix.sep)));
}
