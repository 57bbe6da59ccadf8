import { readdirSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Removes Vite's preloader of 2 kB around each dynamic import; a language has nothing to preload. */
export const plainImports: Plugin = {
  name: 'plain-dynamic-imports',
  enforce: 'pre',
  applyToEnvironment: ({ config }) => config.consumer === 'client',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load();' : undefined),
};

/** A loader is one file on another site than the popup file, which comes from the service. */
export const popupFromService: Plugin = {
  name: 'popup-from-service',
  enforce: 'pre',
  applyToEnvironment: ({ name }) => name.endsWith('Loader'),
  transform(code, id) {
    if (!id.endsWith('/loader/mount.ts')) return undefined;
    const written = "import('./popup.ts')";
    if (!code.includes(written)) throw new Error(`The loader has no ${written}.`);
    const { root, build } = this.environment.config;
    const [popup, ...others] = readdirSync(join(root, build.outDir)).filter((name) => /^popup-.*\.mjs$/.test(name));
    if (!popup || others.length > 0) throw new Error('The build has not exactly one file for popups.');
    return code.replace(written, `import(/* @vite-ignore */ service + '/widget/v1/${popup}')`);
  },
};

/** Files that the server reads at run time. */
export const copyIntoBuild: Plugin = {
  name: 'copy-what-is-read-at-run-time',
  applyToEnvironment: ({ name }) => name === 'server',
  async closeBundle() {
    await copyFile('server/store/redis/countersign.lua', 'dist/server/countersign.lua');
    await copyFile('server/start.cjs', 'dist/server/start.cjs');
  },
};

export const makeExecutable: Plugin = {
  name: 'make-it-executable',
  applyToEnvironment: ({ name }) => name === 'cli',
  closeBundle: () => chmod('dist/cli/countersign.js', 0o755),
};
