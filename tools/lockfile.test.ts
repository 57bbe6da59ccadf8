import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';

interface LockEntry {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')) as T;
const { allowScripts } = read<{ allowScripts: Record<string, boolean> }>('package.json');
const { packages } = read<{ packages: Record<string, LockEntry> }>('package-lock.json');
/** Without the workspaces, which are our own packages. */
const locked = Object.entries(packages).filter(
  ([path, entry]) => path.startsWith('node_modules/') && entry.link !== true,
);

/** The lowest version of each package without a known vulnerability. */
const MINIMUM: Readonly<Record<string, readonly [number, number, number]>> = { hono: [4, 13, 5] };

function atLeast(version: string, minimum: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, least] of minimum.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

// SR-60
test('SR-60: the tools of a test are locked as well, with a hash each, and run nothing when they are installed', () => {
  const lock = read<{ packages: Record<string, LockEntry> }>('tools/generated-clients/package-lock.json');
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(installed.length).toBeGreaterThan(100);
  for (const [path, { integrity, resolved }] of installed) {
    expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(resolved, path).toBeUndefined();
  }
  const test = readFileSync(new URL('../server/http/api/generated-clients.test.ts', import.meta.url), 'utf8');
  expect(test).toContain("'npm', ['ci', '--ignore-scripts'");
});

// SR-60
describe('npm ci installs', () => {
  it('only packages with a hash, so that none can be replaced', () => {
    expect(locked.length).toBeGreaterThan(100);
    const bare = locked.filter(([, entry]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? ''));
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  it('only packages of the registry', () => {
    const elsewhere = locked.filter(([, entry]) => /^(?:git|file|http:)/.test(entry.resolved ?? ''));
    expect(elsewhere).toEqual([]);
  });

  it('every direct dependency at an exact version', () => {
    const own = Object.entries(packages).filter(([path]) => !path.includes('node_modules/'));
    expect(own.length).toBeGreaterThan(5);
    for (const [, { dependencies, devDependencies }] of own) {
      for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
        const entry = packages[`node_modules/${name}`];
        if (entry?.link !== true) expect(entry?.version, name).toMatch(/^\d+\.\d+\.\d+/);
      }
    }
  });

  // npm omits a binary that it does not find, and `npm ci` on that platform then installs the package without it.
  it('the binaries of every platform', () => {
    const optional = locked.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ path, name })),
    );
    expect(optional.length).toBeGreaterThan(50);
    const missing = optional.filter(
      ({ path, name }) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
    );
    expect(missing).toEqual([]);
  });

  // Built files are in dist/, where Node finds only the packages of the top folder.
  it('no package in the folder of a part', () => {
    expect(Object.keys(packages).filter((path) => /^(?!node_modules\/).+\/node_modules\//.test(path))).toEqual([]);
  });

  it('one version of each for all parts of the product', () => {
    const requested = new Map<string, Set<string>>();
    for (const [path, { dependencies, devDependencies }] of Object.entries(packages)) {
      if (path.includes('node_modules/')) continue;
      for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
        requested.set(name, (requested.get(name) ?? new Set()).add(range));
      }
    }
    expect([...requested].filter(([, ranges]) => ranges.size > 1)).toEqual([]);
  });

  it.each(Object.entries(MINIMUM))('%s at a version without known vulnerabilities', (name, minimum) => {
    const copies = locked.filter(([path]) => path.endsWith(`node_modules/${name}`));
    expect(copies.length).toBeGreaterThan(0);
    for (const [path, entry] of copies) expect(atLeast(entry.version ?? '', minimum), path).toBe(true);
  });

  it('no unreviewed install script', () => {
    const scripted = locked.filter(([, entry]) => entry.hasInstallScript === true);
    const names = scripted.map(([path]) => path.split('node_modules/').at(-1) ?? path);
    const unseen = names.filter((name) => allowScripts[name] !== false);
    expect(unseen).toEqual([]);
  });

  it('SR-60: no install script that npm 10 would run', () => {
    expect(readFileSync(new URL('../.npmrc', import.meta.url), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });
});

describe('the comparison of versions', () => {
  it.each([
    ['4.13.5', true],
    ['4.13.10', true],
    ['5.0.0', true],
    ['4.13.4', false],
    ['4.9.9', false],
    ['3.99.99', false],
  ])('%s is at least 4.13.5: %s', (version, expected) => {
    expect(atLeast(version, [4, 13, 5])).toBe(expected);
  });
});
