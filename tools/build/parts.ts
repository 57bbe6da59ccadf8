import { execFileSync, spawnSync } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FirstScreens } from '@countersign/protocol/first-screen';
import type { ViteBuilder } from 'vite';
import { NAMED_DOCUMENTS } from '../../docs/.vitepress/navigation.ts';
import about from '../../package.json' with { type: 'json' };
import { filesLoadedWith, pageFiles } from '../../server/platform/static-files/page-files.ts';
import { compressServedFiles } from './compress.ts';
import { addEarlierWidgets } from './earlier-widgets.ts';

export interface Part {
  /** Environments of `vite.config.ts`, in this order: a later one may read the output of an earlier one. */
  readonly environments: readonly string[];
  /** Its output folder, which is emptied first. */
  readonly outDir: string;
  /** Files and folders that it is built from. */
  readonly sources: readonly string[];
  /** Writes the files that the bundler does not. */
  readonly finish?: (root: string) => Promise<void>;
  /** True if browsers download it from the service. */
  readonly isServed?: boolean;
}

export const PARTS = {
  widget: {
    environments: [
      'popup',
      'explain',
      'classicLoader',
      'moduleLoader',
      'pureLoader',
      'elementLoader',
      'passkeyWindow',
      'frame',
      'firstScreens',
    ],
    outDir: 'dist/widget',
    sources: ['widget', 'ui', 'shared', 'server/platform/static-files/page-files.ts'],
    finish: finishWidget,
    isServed: true,
  },
  package: {
    environments: ['packageProduction', 'packageDevelopment'],
    outDir: 'dist/widget-package',
    sources: ['widget', 'shared'],
    finish: finishPackage,
  },
  console: {
    environments: ['console'],
    outDir: 'dist/console',
    sources: ['console', 'widget', 'ui', 'shared'],
    isServed: true,
  },
  server: {
    environments: ['server'],
    outDir: 'dist/server',
    sources: ['server', 'demo-site', 'ui', 'shared', 'clients/typescript/src', 'docs/troubleshooting.md'],
  },
  cli: { environments: ['cli'], outDir: 'dist/cli', sources: ['cli', 'shared', 'clients/typescript/src'] },
  documents: {
    environments: [],
    outDir: 'dist/docs',
    sources: ['docs', ...NAMED_DOCUMENTS],
    finish: buildDocuments,
  },
  reference: {
    environments: [],
    outDir: 'dist/reference',
    sources: ['docs/api-reference', 'server', 'shared', 'ui'],
    finish: renderReference,
  },
  client: {
    environments: ['client'],
    outDir: 'clients/typescript/dist',
    sources: ['clients/typescript/src', 'clients/typescript/tsconfig.json', 'shared'],
    finish: declareClient,
  },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;

export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** The only packages that the built server and command line take from node_modules: they load machine code beside them. */
export const NATIVE_PACKAGES = ['lmdb', '@node-rs/argon2', '@node-rs/bcrypt'] as const;

/** Packages of data that the built server finds in node_modules. */
export const DATA_PACKAGES = ['@ip-location-db/geo-whois-asn-country-mmdb'] as const;

/** Inputs of every part. */
export const BUILT_WITH = ['package-lock.json', 'tsconfig.json', 'vite.config.ts', 'tools/build'];

/** Builds the given parts, or all, and calls `done` after each. */
export async function buildParts(
  builder: ViteBuilder,
  names: readonly PartName[] = PART_NAMES,
  done: (name: PartName) => void = () => {},
): Promise<void> {
  const { root } = builder.config;
  for (const name of names) {
    const part: Part = PARTS[name];
    await rm(join(root, part.outDir), { recursive: true, force: true });
    for (const environment of part.environments) {
      const known = builder.environments[environment];
      if (!known) throw new Error(`vite.config.ts has no environment ${environment}.`);
      await builder.build(known);
    }
    await part.finish?.(root);
    if (part.isServed) await compressServedFiles(join(root, part.outDir));
    done(name);
  }
}

/** The modules of the package `@countersign/widget`. */
export const PACKAGE_MODULES = ['index', 'pure', 'element', 'react', 'vue', 'angular', 'binding'] as const;

async function finishWidget(root: string): Promise<void> {
  await writeFirstScreens(join(root, 'dist/widget'));
  await addEarlierWidgets(root, about.version);
}

/** Renders what the frame's document shows before its script runs. */
async function writeFirstScreens(folder: string): Promise<void> {
  const renderer = join(folder, 'first-screens.mjs');
  // The query makes a second build in one process import the new file.
  const { renderFirstScreens }: { renderFirstScreens(): Pick<FirstScreens, 'languages' | 'template'> } = await import(
    `${pathToFileURL(renderer)}?${performance.now()}`
  );
  await rm(renderer);
  const manifest = await readFile(join(folder, 'manifest.json'), 'utf8');
  const { script } = pageFiles(manifest);
  const filesOf = (source: string) => filesLoadedWith(manifest, source).filter((file) => file !== script);
  const { languages, template } = renderFirstScreens();
  for (const [lang, language] of Object.entries(languages)) {
    if (lang === 'en') continue;
    const sources = ['widget/i18n/languages.ts', `ui/i18n/locales/${lang}/widget/sign-in.json`];
    language.texts = sources.flatMap(filesOf);
  }
  const screens: FirstScreens = {
    scripts: {
      passkeys: filesOf('widget/frame/passkey/passkeys.ts'),
      appearance: filesOf('widget/frame/appearance.ts'),
      standalone: filesOf('widget/frame/standalone.ts'),
      ownTexts: filesOf('widget/i18n/own-texts.ts'),
    },
    languages,
    template,
  };
  await writeFile(join(folder, 'first-screens.json'), JSON.stringify(screens));
}

/** The documentation, by a program of its own, which needs another version of the bundler. */
async function buildDocuments(root: string): Promise<void> {
  const vitepress = join(root, 'node_modules/vitepress/bin/vitepress.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitepress, 'build', 'docs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The documentation cannot be built:\n${stdout}${stderr}`);
  // They are many and seldom read, and the highest quality takes ten times as long for a tenth less.
  await compressServedFiles(join(root, 'dist/docs'), 9);
}

/** The reference of the API, by a program of its own, which runs the server. */
async function renderReference(root: string): Promise<void> {
  const program = join(root, 'docs/api-reference/write-pages.ts');
  execFileSync(process.execPath, ['--import', 'tsx', program], { cwd: root, stdio: 'inherit' });
  await compressServedFiles(join(root, 'dist/reference'), 9);
}

/** The types of the widget's package, and what is compiled with the pages that import it. */
async function finishPackage(root: string): Promise<void> {
  const folder = join(root, PARTS.package.outDir);
  compile(root, 'widget/tsconfig.types.json');
  await includeProtocol(join(folder, 'types'));
  for (const name of PACKAGE_MODULES)
    await writeFile(join(folder, `${name}.d.mts`), `export * from './types/widget/package/${name}.js';\n`);
  await cp(join(root, 'widget/package/svelte'), join(folder, 'svelte'), { recursive: true });
  await writeFile(join(folder, 'svelte/index.d.ts'), "export * from '../types/widget/package/svelte.js';\n");
}

/** The types of the client package. */
async function declareClient(root: string): Promise<void> {
  compile(root, 'clients/typescript/tsconfig.json');
  await includeProtocol(join(root, 'clients/typescript/dist/types'));
}

/**
 * What is built ships without the protocol package, so its declarations point to the copies of the protocol's
 * declarations that the compiler wrote beside them.
 */
async function includeProtocol(types: string): Promise<void> {
  for (const name of await readdir(types, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const path = join(types, name);
    const protocol = relative(dirname(path), join(types, 'shared/wire')).replaceAll('\\', '/');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll(/'@countersign\/protocol\/([\w-]+)'/g, `'${protocol}/$1.js'`));
  }
}

function compile(root: string, project: string): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
}
