import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A problem that a check found, and where. */
export interface Finding {
  /** Path from the project's root, with forward slashes. */
  readonly path: string;
  readonly problem: string;
}

/** Dot folders that belong to the project; others belong to editors and tools. */
const DOT_FOLDERS = new Set(['.ci', '.github', '.vitepress']);

/**
 * Every file of the project, as sorted paths from `root`. Reads the folder rather than git, so that new files count and
 * the checks run in an unpacked archive.
 */
export function listProjectFiles(root: string): string[] {
  const ignored = readIgnored(root);
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignored(path, entry.name)) continue;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') || DOT_FOLDERS.has(entry.name)) walk(path);
      } else if (entry.isFile()) {
        found.push(path);
      }
    }
  };
  walk('');
  return found.sort();
}

export function readProjectFile(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The three forms that our `.gitignore` uses: `name/` or `name` anywhere, `/name/` at the root, `*.ext` anywhere. */
function readIgnored(root: string): (path: string, name: string) => boolean {
  const file = join(root, '.gitignore');
  const lines = isFile(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const anywhere = new Set(['node_modules', '.git']);
  const atRoot = new Set<string>();
  const endings: string[] = [];
  for (const line of lines.map((text) => text.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const bare = line.replace(/\/$/, '');
    if (bare.startsWith('*.')) endings.push(bare.slice(1));
    else if (bare.startsWith('/')) atRoot.add(bare.slice(1));
    else anywhere.add(bare);
  }
  return (path, name) => anywhere.has(name) || atRoot.has(path) || endings.some((ending) => name.endsWith(ending));
}
