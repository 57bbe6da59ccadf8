import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_MODULES, PARTS } from '../build/parts.ts';
import type { Packing } from './archives.ts';
import { LICENSES_FILE, licenseTexts } from './license-texts.ts';
import { productPackages, readLock, runtimePackages } from './runtime-packages.ts';
import {
  builtFiles,
  copyFileAs,
  copyFiles,
  EXTERNAL_PACKAGES,
  filesUnder,
  type Manifest,
  readManifest,
  writeJson,
  writeText,
} from './service-files.ts';

/** The workspaces that are published, and what makes the folder that is packed. */
const PUBLISHED = { server: stageServer, 'clients/typescript': stageClient, widget: stageWidget };

/** Packs what is published on npm. */
export function packNpm(packing: Packing): void {
  for (const workspace of Object.keys(PUBLISHED)) packWorkspace(packing, workspace as keyof typeof PUBLISHED);
}

export function packWorkspace(
  { root, work, out }: Pick<Packing, 'root' | 'work' | 'out'>,
  workspace: keyof typeof PUBLISHED,
): void {
  const project = readManifest(root, '.');
  const folder = join(work, workspace);
  mkdirSync(folder, { recursive: true });
  const { name, version, description, license, type, ...rest } = readManifest(root, workspace);
  const own = PUBLISHED[workspace](root, folder, rest);
  writeJson(join(folder, 'package.json'), {
    ...{ name, version, description, license, type },
    ...repositoryOf(project, workspace),
    engines: project.engines,
    ...own,
    publishConfig: { access: 'public', provenance: true },
  });
  copyFiles(root, ['LICENSE'], folder);
  // That of the server's folder is the map of its code.
  const readme = workspace === 'server' ? 'docs/operations/npm.md' : join(workspace, 'README.md');
  copyFileAs(join(root, readme), join(folder, 'README.md'), 0o644);
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', out], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Where the package is in the repository that the project names, if it names one. */
export function repositoryOf({ repository }: Manifest, directory: string): Fields {
  return repository === undefined ? {} : { repository: { ...repository, directory } };
}

type Fields = Record<string, unknown>;

/** Only what is not bundled is installed with it, in the versions that were tested. */
function stageServer(root: string, folder: string): Fields {
  const lock = readLock(root);
  copyFiles(root, builtFiles(root), folder);
  // Those that are installed with it bring their own.
  writeText(join(folder, LICENSES_FILE), licenseTexts(root, productPackages(lock, EXTERNAL_PACKAGES)));
  // What is for one platform has its version from the package that chooses among them.
  const packages = runtimePackages(lock, EXTERNAL_PACKAGES).filter(({ entry }) => entry.os === undefined);
  const versions = (isOptional: boolean) =>
    Object.fromEntries(
      packages
        .filter(({ entry }) => (entry.optional === true) === isOptional)
        .map(({ name, version }) => [name, version]),
    );
  return {
    bin: { countersign: 'dist/cli/countersign.js' },
    exports: { './package.json': './package.json' },
    files: ['dist', LICENSES_FILE],
    dependencies: versions(false),
    optionalDependencies: versions(true),
  };
}

function stageClient(root: string, folder: string, { devDependencies: _, ...own }: Fields): Fields {
  const packed = filesUnder(join(root, 'clients/typescript'), 'dist').filter(
    (path) => !/\.made-from$|\.map$/.test(path),
  );
  copyFiles(join(root, 'clients/typescript'), packed, folder);
  return own;
}

/** The modules for bundlers and their types. The frame comes from the service. */
function stageWidget(root: string, folder: string, { peerDependencies, peerDependenciesMeta }: Fields): Fields {
  const built = join(root, PARTS.package.outDir);
  copyFiles(
    built,
    filesUnder(built, '.').filter((path) => !path.endsWith('.made-from')),
    folder,
  );
  const modules = PACKAGE_MODULES.filter((name) => name !== 'binding').map((name) => [
    name === 'index' ? '.' : `./${name}`,
    { types: `./${name}.d.mts`, development: `./development/${name}.mjs`, default: `./${name}.mjs` },
  ]);
  return {
    exports: {
      ...Object.fromEntries(modules),
      './svelte': { types: './svelte/index.d.ts', svelte: './svelte/index.js', default: './svelte/index.js' },
      './package.json': './package.json',
    },
    // For the Svelte component, which the user's build compiles.
    imports: { '#binding': { development: './development/binding.mjs', default: './binding.mjs' } },
    // They mount declared widgets, or define the element.
    sideEffects: ['./**/index.mjs', './**/element.mjs', './**/angular.mjs', './**/parts/element.mjs'],
    files: ['*.mjs', '*.d.mts', 'development', 'parts', 'svelte', 'types'],
    ...{ peerDependencies, peerDependenciesMeta },
  };
}
