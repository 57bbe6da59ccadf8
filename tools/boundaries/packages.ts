import { posix } from 'node:path';
import { readProjectFile } from '../project-files.ts';

/** What the files of one workspace may import. */
export interface Packages {
  /** Its `dependencies` and `peerDependencies`. */
  readonly shipped: ReadonlySet<string>;
  /** Those and its `devDependencies`, which a published package holds in its bundle. */
  readonly bundled: ReadonlySet<string>;
  /** Those, and those of the whole project: for tests and tools. */
  readonly declared: ReadonlySet<string>;
}

interface Workspaces {
  packagesOf(path: string): Packages;
  /** The source file of `@countersign/protocol/codes`; undefined if it is not one of ours. */
  fileOf(specifier: string): string | undefined;
}

interface Manifest {
  readonly name?: string;
  readonly exports?: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

/** @param paths of all files of the project */
export function readWorkspaces(root: string, paths: readonly string[]): Workspaces {
  const manifests = new Map<string, Manifest>();
  for (const path of paths) {
    if (posix.basename(path) === 'package.json') {
      manifests.set(posix.dirname(path), JSON.parse(readProjectFile(root, path)) as Manifest);
    }
  }
  const all = new Set([...manifests.values()].flatMap((one) => [...shippedBy(one), ...namesIn(one.devDependencies)]));
  const known = new Set(paths);
  return {
    packagesOf(path) {
      let folder = posix.dirname(path);
      while (folder !== '.' && !manifests.has(folder)) folder = posix.dirname(folder);
      const manifest = manifests.get(folder) ?? {};
      const shipped = shippedBy(manifest);
      const bundled = [...shipped, ...namesIn(manifest.devDependencies)];
      return { shipped: new Set(shipped), bundled: new Set(bundled), declared: all };
    },
    fileOf(specifier) {
      const name = packageName(specifier);
      for (const [folder, manifest] of manifests) {
        if (manifest.name !== name) continue;
        const wanted = `.${specifier.slice(name.length)}`;
        for (const [pattern, target] of Object.entries(manifest.exports ?? {})) {
          const [before = '', after = ''] = pattern.split('*');
          if (typeof target !== 'string' || !wanted.startsWith(before) || !wanted.endsWith(after)) continue;
          const path = posix.join(
            folder,
            target.replace('*', wanted.slice(before.length, wanted.length - after.length)),
          );
          if (known.has(path)) return path;
        }
        return undefined;
      }
      return undefined;
    },
  };
}

const namesIn = (list: Record<string, string> | undefined) => Object.keys(list ?? {});

function shippedBy({ dependencies, peerDependencies }: Manifest): string[] {
  return [...namesIn(dependencies), ...namesIn(peerDependencies)];
}

/** `@scope/name` or `name`, without the path inside the package; Node's modules unchanged. */
export function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier.split('/')[0] ?? specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
