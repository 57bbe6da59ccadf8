import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const source = (path: string) => join(ROOT, 'widget', path);

/** What the server needs to know of a page's build; paths are relative to where its files are served. */
export interface PageManifest {
  script: string;
  style: string;
  /** Further scripts that the first one imports at once; the page asks for them beside it. */
  needs?: string[];
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
  const popup = await buildPopup(outDir);
  for (const { file, entry, format, types } of LOADERS) {
    const rolldownOptions = {
      input: source(entry),
      external: ['react'],
      preserveEntrySignatures: 'strict' as const,
      output: { format, entryFileNames: file, minify: true },
    };
    await build(configOf(outDir, { rolldownOptions }, [popupFromService(popup)]));
    if (types) await writeFile(join(outDir, types), `export * from './types/widget/${entry.replace('.ts', '.js')}';\n`);
  }
  await buildPage(outDir, 'frame', source('frame/main.tsx'));
  await buildPasskeyWindow(outDir);
}

/**
 * Builds a page: one script and one stylesheet with a hash in their names, what is loaded later, and the manifest.
 *
 * @param mayNeed whether the script may import others at once, which the page then names: where much is loaded later, what
 *   all of it shares gets a file of its own
 */
export async function buildPage(outDir: string, name: string, input: string, mayNeed = false): Promise<void> {
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
          entryFileNames: `assets/${name}-[hash].js`,
          chunkFileNames: 'assets/[name]-[hash].js',
          assetFileNames: 'assets/[name]-[hash][extname]',
          minify: true,
        },
      },
    }),
  );
  await writeManifest(outDir, name, mayNeed);
}

/** The script of the window for passkeys: by itself, so that it shares no file with the frame. */
async function buildPasskeyWindow(outDir: string): Promise<void> {
  await build(
    configOf(outDir, {
      rolldownOptions: {
        input: source('frame/passkey/window.ts'),
        output: { format: 'es', entryFileNames: 'assets/passkey-window-[hash].js', minify: true },
      },
    }),
  );
}

/** The file that a loader fetches for `mode: 'popup'`; answers its name, which carries its hash. */
async function buildPopup(outDir: string): Promise<string> {
  await build(
    configOf(outDir, {
      rolldownOptions: {
        input: source('loader/popup.ts'),
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: 'popup-[hash:8].mjs', minify: true },
      },
    }),
  );
  const [file, ...others] = (await readdir(outDir)).filter((name) => /^popup-.*\.mjs$/.test(name));
  if (!file || others.length > 0) throw new Error('The build has not exactly one file for popups.');
  return file;
}

/** A loader is one file, and its page is on another site than the file for popups: that comes from the service. */
const popupFromService = (popup: string): Plugin => ({
  name: 'popup-from-service',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/loader/mount.ts')) return undefined;
    const written = "import('./popup.ts')";
    if (!code.includes(written)) throw new Error(`The loader has no ${written}.`);
    return code.replace(written, `import(/* @vite-ignore */ service + '/widget/v1/${popup}')`);
  },
});

/** Vite wraps each dynamic import in a preloader of 2 kB; a language has nothing to preload. */
const plainImports: Plugin = {
  name: 'plain-dynamic-imports',
  enforce: 'pre',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load();' : undefined),
};

function configOf(outDir: string, options: InlineConfig['build'], plugins: Plugin[] = []): InlineConfig {
  return {
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    // The same widget whoever builds it: tests, too, try what people get.
    mode: 'production',
    oxc: { jsx: { development: false } },
    plugins: [plainImports, ...plugins],
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
async function writeManifest(outDir: string, entry: string, mayNeed: boolean): Promise<void> {
  const files = await readdir(join(outDir, 'assets'));
  const only = (shape: RegExp) => {
    const [file, ...others] = files.filter((name) => shape.test(name));
    if (!file || others.length > 0) throw new Error(`The build has not exactly one file like ${shape}.`);
    return `assets/${file}`;
  };
  const script = only(new RegExp(`^${entry}-.*\\.js$`));
  const needs = await importedBy(outDir, script);
  // One round trip to the first paint: what the script needs at once is in it, or asked for with it.
  if (needs.length > 0 && !mayNeed) {
    throw new Error('The page’s script imports another file before anybody has asked for it.');
  }
  const manifest: PageManifest = { script, style: only(/\.css$/), ...(mayNeed && { needs }) };
  await writeFile(join(outDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

const IMPORT = /(?:^|[;}])import\s*(?:[{*\w][^;"'()]*from\s*)?["']\.\/([\w.-]+)["']/g;

/** The files that a built one imports at once, and those that these import. */
export async function importedBy(outDir: string, script: string, known = new Set<string>()): Promise<string[]> {
  const text = await readFile(join(outDir, script), 'utf8');
  for (const [, name] of text.matchAll(IMPORT)) {
    const file = `assets/${name}`;
    if (known.has(file)) continue;
    known.add(file);
    await importedBy(outDir, file, known);
  }
  return [...known];
}

if (process.argv[1] === import.meta.filename) await buildWidget();
