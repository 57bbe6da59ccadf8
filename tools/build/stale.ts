import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_WITH, PART_NAMES, PARTS, type PartName } from './parts.ts';

/** In the folder of each part: the hash of its sources. */
const STAMP = '.made-from';

/** The parts that were never built, or not from the current sources. */
export function staleParts(root: string): PartName[] {
  return PART_NAMES.filter((name) => {
    const stamp = join(root, PARTS[name].outDir, STAMP);
    return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== sourceHash(root, name);
  });
}

/** Records the sources of a part; taken before the build, so that an edit during it counts. */
export function stamp(root: string, name: PartName, sources: string): void {
  writeFileSync(join(root, PARTS[name].outDir, STAMP), sources);
}

/** A hash of name, size and time of every source of the part, without tests. */
export function sourceHash(root: string, name: PartName): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  for (const source of [...PARTS[name].sources, ...BUILT_WITH]) {
    if (!statSync(join(root, source)).isDirectory()) {
      add(source);
      continue;
    }
    const inside = readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).sort();
    for (const path of inside) {
      if (/\.test\.tsx?$|(?:^|\/)(?:testing|node_modules)\//.test(path)) continue;
      if (statSync(join(root, source, path)).isFile()) add(join(source, path));
    }
  }
  return hash.digest('hex');
}
