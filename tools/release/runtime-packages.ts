import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What package-lock.json says of a package. */
export interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly optional?: boolean;
  /** Set if the package is for some platforms only. */
  readonly os?: readonly string[];
  /** True for a workspace, whose folder is then `resolved`. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
}

export type Lock = Readonly<Record<string, LockEntry>>;

/** A package from elsewhere that runs in the product. */
export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** Below the project: `node_modules/…`. */
  readonly folder: string;
  readonly entry: LockEntry;
}

/** The workspaces whose packages run in the product, be it bundled. */
const PRODUCT = ['server', 'cli', 'demo-site', 'widget', 'console'];

/** What the generator of the documentation puts into its pages, without the rest of itself. */
const IN_DOCUMENTS = [
  'vitepress',
  'vue',
  '@vue/reactivity',
  '@vue/runtime-core',
  '@vue/runtime-dom',
  '@vue/shared',
  '@vueuse/core',
  '@vueuse/integrations',
  '@vueuse/shared',
  'focus-trap',
  'mark.js',
  'minisearch',
  'tabbable',
];

export function readLock(root: string): Lock {
  return (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock }).packages;
}

/**
 * All packages that these workspaces or packages need at run time, by folder, for every platform. Our own workspaces are
 * not among them.
 *
 * @param from folders as the lock names them: `server`, `node_modules/lmdb`
 * @param without folders that are left out with what only they need
 */
export function runtimePackages(
  lock: Lock,
  from: readonly string[],
  without: readonly string[] = [],
): RuntimePackage[] {
  const found = new Map<string, RuntimePackage>();
  const seen = new Set<string>(without);
  const open = [...from];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entry = lock[folder];
    if (entry === undefined) throw new Error(`package-lock.json has no ${folder}.`);
    if (seen.has(folder)) continue;
    seen.add(folder);
    const [, name] = /.*node_modules\/(.+)$/.exec(folder) ?? [];
    if (name !== undefined) found.set(folder, { name, version: entry.version ?? '', folder, entry });
    for (const needed of namesNeeded(entry)) {
      const place = resolveFrom(lock, folder, needed);
      if (place !== undefined) open.push(place);
    }
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** All packages whose code is in the product, but for those left `without`. */
export function productPackages(lock: Lock, without: readonly string[] = []): RuntimePackage[] {
  const bundled = IN_DOCUMENTS.map((name) => {
    const folder = `node_modules/${name}`;
    const entry = lock[folder];
    if (entry === undefined) throw new Error(`package-lock.json has no ${folder}.`);
    return { name, version: entry.version ?? '', folder, entry };
  });
  return [...runtimePackages(lock, PRODUCT, without), ...bundled].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Those that are installed here: the packages of other platforms are not. */
export function installedPackages(root: string, packages: readonly RuntimePackage[]): RuntimePackage[] {
  return packages.filter(({ folder }) => existsSync(join(root, folder, 'package.json')));
}

function namesNeeded(entry: LockEntry): string[] {
  const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta = {} } = entry;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** The folder in which Node finds the package; a workspace has its own. */
function resolveFrom(lock: Lock, folder: string, name: string): string | undefined {
  const parts = folder.split('/node_modules/');
  const above = parts.map((_, index) => parts.slice(0, parts.length - index).join('/node_modules/'));
  const path = [...above.map((one) => `${one}/node_modules/${name}`), `node_modules/${name}`].find(
    (one) => one in lock,
  );
  if (path === undefined) return undefined;
  const entry = lock[path];
  return entry?.link === true ? entry.resolved : path;
}
