import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const source = (path: string) => join(ROOT, 'widget', path);

/** What the server needs to know of a page's build; paths are relative to where its files are served. */
export interface PageManifest {
  script: string;
  style: string;
}

/** One script per way of loading the widget, each complete in itself. `types` are made by `tsconfig.types.json`. */
const LOADERS = [
  { file: 'countersign.js', entry: 'loader/classic.ts', format: 'iife', types: undefined },
  { file: 'countersign.mjs', entry: 'loader/module.ts', format: 'es', types: 'countersign.d.mts' },
  { file: 'pure.mjs', entry: 'loader/pure.ts', format: 'es', types: 'pure.d.mts' },
  { file: 'react.mjs', entry: 'react/index.ts', format: 'es', types: 'react.d.mts' },
] as const;

/** Builds loader, React wrapper and frame into the folder, which is emptied first. */
export async function buildWidget(outDir = join(ROOT, 'dist', 'widget')): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  for (const { file, entry, format, types } of LOADERS) {
    await build(
      configOf(outDir, {
        rolldownOptions: {
          input: source(entry),
          external: ['react'],
          preserveEntrySignatures: 'strict',
          output: { format, entryFileNames: file, minify: true },
        },
      }),
    );
    if (types) await writeFile(join(outDir, types), `export * from './types/widget/${entry.replace('.ts', '.js')}';\n`);
  }
  await buildPage(outDir, 'frame', source('frame/main.tsx'), (id) => LATER.test(id) && !AT_ONCE.test(id));
}

/**
 * What of the frame is loaded when somebody first needs it: languages, and what few people reach. The bundler would put
 * whatever that shares with the rest in a file of its own, one more for everybody to wait for.
 */
const LATER = /\/widget\/(?:i18n\/[a-z]{2}|frame\/steps\/about)\.tsx?$/;
const AT_ONCE = /\/widget\/i18n\/en\.ts$/;

/**
 * Builds a page: one script and one stylesheet with a hash in their names, what is loaded later, and the manifest.
 *
 * @param isLater modules that are loaded later; with it all others are in the one script. Without it the bundler decides
 */
export async function buildPage(
  outDir: string,
  name: string,
  input: string,
  isLater?: (id: string) => boolean,
): Promise<void> {
  await build(
    configOf(outDir, {
      assetsDir: 'assets',
      cssCodeSplit: false,
      rolldownOptions: {
        input,
        // What is loaded later takes what it shares from the script that is there already.
        preserveEntrySignatures: 'allow-extension',
        output: {
          format: 'es',
          entryFileNames: isLater ? 'assets/entry-[hash].js' : `assets/${name}-[hash].js`,
          chunkFileNames: 'assets/[name]-[hash].js',
          assetFileNames: 'assets/[name]-[hash][extname]',
          minify: true,
          ...(isLater && { codeSplitting: { groups: [{ name, test: (id) => !isLater(id) }] } }),
        },
      },
    }),
  );
  // Such an entry does nothing but load that one script.
  if (isLater) {
    const entries = (await readdir(join(outDir, 'assets'))).filter((file) => /^entry-.*\.js$/.test(file));
    await Promise.all(entries.map((file) => rm(join(outDir, 'assets', file))));
  }
  await writeManifest(outDir, name);
}

/** Vite wraps each dynamic import in a preloader of 2 kB; a language has nothing to preload. */
const plainImports: Plugin = {
  name: 'plain-dynamic-imports',
  enforce: 'pre',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load();' : undefined),
};

function configOf(outDir: string, options: InlineConfig['build']): InlineConfig {
  return {
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [plainImports],
    // Hashed files import each other by relative path, wherever the service is mounted.
    base: './',
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: false,
      modulePreload: false,
      reportCompressedSize: false,
      ...options,
    },
  };
}

/** Writes down what the one script and the one stylesheet of a page are called. */
async function writeManifest(outDir: string, entry: string): Promise<void> {
  const files = await readdir(join(outDir, 'assets'));
  const only = (shape: RegExp) => {
    const [file, ...others] = files.filter((name) => shape.test(name));
    if (!file || others.length > 0) throw new Error(`The build has not exactly one file like ${shape}.`);
    return `assets/${file}`;
  };
  const manifest: PageManifest = { script: only(new RegExp(`^${entry}-.*\\.js$`)), style: only(/\.css$/) };
  await writeFile(join(outDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) await buildWidget();
