import type { BuildEnvironmentOptions, EnvironmentOptions, Rolldown } from 'vite';
import { defineConfig } from 'vitest/config';
import { buildParts, NATIVE_PACKAGES, PACKAGE_MODULES } from './tools/build/parts.ts';
import {
  compiledMessages,
  copyIntoBuild,
  lateImports,
  MESSAGE_FILE,
  makeExecutable,
  messagesByLanguage,
  metadataFirst,
  onlyEnglishErrors,
  plainImports,
} from './tools/build/plugins.ts';
import { testProjects } from './tools/test-run/projects.ts';

/** A busy machine makes plugins slow, which is no warning. */
const checks = { pluginTimings: false };

/** All that is built, an environment each, and the test projects. `tools/build.ts` builds what is asked for. */
export default defineConfig({
  publicDir: false,
  // Hashed files import each other by relative path, wherever the service is mounted.
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { development: false } },
  json: { namedExports: false, stringify: false },
  plugins: [
    compiledMessages,
    messagesByLanguage,
    plainImports,
    lateImports,
    onlyEnglishErrors,
    metadataFirst,
    copyIntoBuild,
    makeExecutable,
  ],
  builder: { buildApp: (builder) => buildParts(builder) },
  environments: {
    // One script per way of loading the widget, each complete in itself.
    popup: script('widget/loader/popup.ts', 'popup-[hash:6].mjs'),
    explain: script('widget/loader/explain.ts', 'explain-[hash:6].mjs'),
    classicLoader: script('widget/loader/iife.ts', 'countersign.js', 'iife'),
    moduleLoader: script('widget/loader/module.ts', 'countersign.mjs'),
    pureLoader: script('widget/loader/esm.ts', 'pure.mjs'),
    elementLoader: script('widget/element/iife.ts', 'element.js', 'iife'),
    packageProduction: forBundlers('dist/widget-package', false),
    packageDevelopment: forBundlers('dist/widget-package/development', true),
    // By itself, so that it shares no file with the frame.
    passkeyWindow: script('widget/frame/passkey/window.ts', 'assets/passkey-window-[hash].js'),
    frame: page('widget/frame/main.tsx', 'frame', 'dist/widget'),
    firstScreens: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        ssr: true,
        outDir: 'dist/widget',
        emptyOutDir: false,
        target: 'node20',
        minify: false,
        rolldownOptions: {
          checks,
          input: 'tools/build/first-screens.tsx',
          output: { entryFileNames: 'first-screens.mjs', codeSplitting: false },
        },
      },
    },
    console: page('console/main.tsx', 'console', 'dist/console'),
    server: program('dist/server', {
      main: 'server/main.ts',
      audit: 'server/composition/audit-command.ts',
      'breached-passwords': 'server/composition/breached-passwords-command.ts',
      demo: 'demo-site/demo.ts',
      shop: 'demo-site/shop.ts',
    }),
    cli: program('dist/cli', { countersign: 'cli/countersign.ts' }),
    // Of `bench/built-maintenance.ts`.
    maintenance: program('dist/bench', { maintenance: 'bench/maintenance.ts' }),
    client: library('clients/typescript', {
      index: 'index.ts',
      'sign-in': 'sign-in/index.ts',
      express: 'adapters/express.ts',
      fastify: 'adapters/fastify.ts',
      hono: 'adapters/hono.ts',
      next: 'adapters/next.ts',
      testing: 'test-kit/index.ts',
      playwright: 'test-kit/playwright.ts',
    }),
  },
  test: { globalSetup: 'tools/test-run/own-folders.ts', projects: testProjects },
});

function script(input: string, file: string, format: 'es' | 'iife' = 'es'): EnvironmentOptions {
  return inBrowser('dist/widget', {
    rolldownOptions: {
      checks,
      input,
      preserveEntrySignatures: 'strict',
      output: { format, entryFileNames: file, minify: true },
    },
  });
}

/** The modules of the package `@countersign/widget`, which share their parts: a page defines one element. */
function forBundlers(outDir: string, isDevelopment: boolean): EnvironmentOptions {
  return {
    ...inBrowser(outDir, {
      minify: false,
      rolldownOptions: {
        // The development build has the explanations in it.
        checks: { ...checks, ineffectiveDynamicImport: false },
        input: Object.fromEntries(PACKAGE_MODULES.map((name) => [name, `widget/package/${name}.ts`])),
        external: ['react', 'vue'],
        preserveEntrySignatures: 'strict',
        output: {
          format: 'es',
          entryFileNames: '[name].mjs',
          chunkFileNames: 'parts/[name].mjs',
          // For React's server components.
          banner: ({ name }) => (name === 'react' ? "'use client';" : ''),
        },
      },
    }),
    define: { 'import.meta.env.DEV': String(isDevelopment) },
  };
}

/** One script and one stylesheet with a hash in their names, what is loaded later, and the manifest. */
function page(input: string, name: string, outDir: string): EnvironmentOptions {
  return inBrowser(outDir, {
    assetsDir: 'assets',
    cssCodeSplit: false,
    manifest: 'manifest.json',
    rolldownOptions: {
      checks,
      input,
      // What is loaded later takes what it shares from the script that is there already.
      preserveEntrySignatures: 'allow-extension',
      output: {
        format: 'es',
        entryFileNames: `assets/${name}-[hash].js`,
        chunkFileNames: ({ facadeModuleId }) => {
          const [, , lang, part] = MESSAGE_FILE.exec(facadeModuleId ?? '') ?? [];
          // Short, because the frame names them in what loads first.
          return lang === undefined ? 'assets/[name]-[hash:7].js' : `assets/${lang}-${part}-[hash:7].js`;
        },
        assetFileNames: 'assets/[name]-[hash][extname]',
        minify: true,
      },
    },
  });
}

function inBrowser(outDir: string, build: BuildEnvironmentOptions): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      ...build,
    },
  };
}

/** A package for any runtime with web standards: our own modules bundled, its dependencies left to its user. */
function library(folder: string, entries: Record<string, string>): EnvironmentOptions {
  const input = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `${folder}/src/${file}`]));
  return {
    consumer: 'client',
    build: {
      outDir: `${folder}/dist`,
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      minify: false,
      rolldownOptions: {
        checks,
        input,
        external: ['jose'],
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'parts/[name].js' },
      },
    },
  };
}

/**
 * What runs in Node, with its dependencies, because finding and reading hundreds of files is half of a start. Names and
 * lines stay, for stack traces; as ASCII, because Node keeps other sources in twice the memory.
 */
function program(outDir: string, input: Record<string, string>): EnvironmentOptions {
  const output: Rolldown.OutputOptions = {
    // All in one folder, so that what a module reads beside itself is found there too.
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    comments: false,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
    // It loops when it is loaded, for which Node compiles the whole file once more and keeps that code.
    codeSplitting: { groups: [{ name: 'public-suffixes', test: /node_modules\/tldts/ }] },
  };
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: [...NATIVE_PACKAGES] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      target: 'node20',
      sourcemap: outDir === 'dist/server',
      license: { fileName: 'licenses.md' },
      rolldownOptions: { checks, input, output },
    },
  };
}
