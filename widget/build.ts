import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const source = (path: string) => join(ROOT, 'widget', path);

/** What the server needs to know of the frame's build; paths are relative to `/widget/v1/`. */
export interface FrameManifest {
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

/**
 * What is loaded when somebody first needs it: languages, and what few people reach. All else of the frame is one file, also
 * what those need of it: the bundler would put that in a file of its own, one more for everybody to wait for.
 */
const LATER = /\/widget\/(?:i18n\/[a-z]{2}|frame\/steps\/about)\.tsx?$/;
const AT_ONCE = /\/widget\/i18n\/en\.ts$/;

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
  await build(
    configOf(outDir, {
      assetsDir: 'assets',
      rolldownOptions: {
        input: source('frame/main.tsx'),
        output: {
          format: 'es',
          entryFileNames: 'assets/entry-[hash].js',
          chunkFileNames: 'assets/[name]-[hash].js',
          assetFileNames: 'assets/[name]-[hash][extname]',
          minify: true,
          codeSplitting: { groups: [{ name: 'frame', test: (id) => AT_ONCE.test(id) || !LATER.test(id) }] },
        },
      },
    }),
  );
  await writeManifest(outDir);
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

async function writeManifest(outDir: string): Promise<void> {
  const files = await readdir(join(outDir, 'assets'));
  const only = (shape: RegExp) => {
    const [file, ...others] = files.filter((name) => shape.test(name));
    if (!file || others.length > 0) throw new Error(`The frame's build has not exactly one file like ${shape}.`);
    return `assets/${file}`;
  };
  // The entry does nothing but load that one file.
  await rm(join(outDir, only(/^entry-.*\.js$/)));
  const manifest: FrameManifest = { script: only(/^frame-.*\.js$/), style: only(/\.css$/) };
  await writeFile(join(outDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) await buildWidget();
