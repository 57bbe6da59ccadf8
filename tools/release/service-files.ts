import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DATA_PACKAGES, NATIVE_PACKAGES, PARTS } from '../build/parts.ts';
import { LICENSES_FILE, licenseTexts } from './license-texts.ts';
import { installedPackages, productPackages, readLock, runtimePackages } from './runtime-packages.ts';

/** What the service runs from. The demo's shop is in `server`: `countersign serve --demo` shows the widget on its pages. */
const SERVED = ['server', 'cli', 'widget', 'console', 'documents', 'reference'] as const;
/** For developers: maps, types, and the mark of the build. */
const NOT_SHIPPED = /(?:^|\/)(?:compile-cache|types)\/|\.map$|\.d\.m?ts$|\/\.made-from$|\/docs\/hashmap\.json$/;
/** Of a package: what Node loads and its license, without sources in C, maps and types. */
const LOADED = /(?:^|\/)package\.json$|\.(?:c?js|mjs|json|node|txt)$|licen[cs]e[^/]*$/i;
/** The countries are shipped in one file; the package has them twice. */
const NOT_LOADED =
  /-ipv[46]\.mmdb$|\/node-addon-api\/tools\/|(?:^|\/)(?:test|tests|benchmark|benchmarks|rollup\.config)(?:\/|\.js$)/;

/** The folders of the packages that the built service takes from node_modules, as the lock names them. */
export const EXTERNAL_PACKAGES = [...NATIVE_PACKAGES, ...DATA_PACKAGES].map((name) => `node_modules/${name}`);

/** The built service: paths in the package, and in the project. Built before. */
export function builtFiles(root: string): string[] {
  return SERVED.flatMap((name) => filesUnder(root, PARTS[name].outDir)).filter((path) => !NOT_SHIPPED.test(path));
}

/** Copies the service with the packages that it needs on this platform, ready to run. */
export function copyService(root: string, folder: string): void {
  const lock = readLock(root);
  const packages = installedPackages(root, runtimePackages(lock, EXTERNAL_PACKAGES));
  const inside = packages.flatMap((one) => {
    const nested = `${one.folder}/node_modules/`;
    return filesUnder(root, one.folder).filter((path) => !path.startsWith(nested));
  });
  const loaded = inside.filter((path) => (LOADED.test(path) || path.endsWith('.mmdb')) && !NOT_LOADED.test(path));
  copyFiles(root, [...builtFiles(root), ...loaded, 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'], folder);
  const { version, engines } = readManifest(root, '.');
  writeJson(join(folder, 'package.json'), { name: 'countersign', version, private: true, type: 'module', engines });
  writeText(join(folder, LICENSES_FILE), licenseTexts(root, installedPackages(root, productPackages(lock))));
}

/** The same with the command in `bin/`. */
export function stageService(root: string, folder: string): void {
  copyService(root, folder);
  mkdirSync(join(folder, 'bin'));
  symlinkSync('../dist/cli/countersign.js', join(folder, 'bin/countersign'));
}

/** Folders with what an operator changes: of the proxy, the store and monitoring. */
const EXAMPLES = ['deploy/grafana', 'deploy/prometheus', 'deploy/proxy', 'deploy/redis'];

/** Examples for the programs around the service. */
export function exampleFiles(root: string): string[] {
  return EXAMPLES.flatMap((folder) => filesUnder(root, folder)).filter((path) => !path.includes('.test.'));
}

/** Copies files, with their paths, readable by every user whatever the umask. */
export function copyFiles(from: string, paths: readonly string[], to: string): void {
  for (const path of paths) {
    const isProgram = (statSync(join(from, path)).mode & 0o100) !== 0 && !path.endsWith('.node');
    copyFileAs(join(from, path), join(to, path), isProgram ? 0o755 : 0o644);
  }
}

export function copyFileAs(from: string, to: string, mode: number): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

/** Paths from `root`, sorted. */
export function filesUnder(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(root, path)).isFile())
    .sort();
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Record<string, string>;
  /** A registry compares it with where a release was built. */
  readonly repository?: { readonly type: string; readonly url: string };
  readonly [field: string]: unknown;
}

export function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

export function writeJson(file: string, value: unknown): void {
  writeText(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Readable by every user whatever the umask. */
export function writeText(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o644);
}
