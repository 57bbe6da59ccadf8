import { readdirSync } from 'node:fs';
import { chmod, copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { compileMessages, readLanguage } from '../../ui/i18n/read-languages.ts';

/** Vite wraps each dynamic import in a preloader of 2 kB. Nothing of ours is preloaded, so the import stands by itself. */
export const plainImports: Plugin = {
  name: 'plain-dynamic-imports',
  enforce: 'pre',
  applyToEnvironment: ({ config }) => config.consumer === 'client',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load();' : undefined),
  renderChunk: (code) =>
    code
      .replaceAll(/__vitePreload\(\(\) => (import\("[^"]*"\)[^,;]*), __VITE_PRELOAD__, import\.meta\.url\)/g, '$1')
      .replaceAll('__vitePreload(', '(')
      .replaceAll(', __VITE_PRELOAD__, import.meta.url)', ')()')
      .replaceAll(/__vitePreload as \w+,? ?/g, '')
      .replaceAll(/\w+ as __vitePreload,? ?/g, '')
      .replaceAll('var __vitePreload = (load) => load();', ''),
};

/** Below `ui/i18n/locales/`: a language and a part of its messages. */
export const MESSAGE_FILE = /\/ui\/i18n\/locales\/((\w+)\/(?:\w+\/)?([\w-]+)\.json)$/;

/** What the sign-in loads late in English; in another language it comes with the first request. */
const LATE_PARTS = ['widget/passkeys', 'widget/signing', 'widget/standalone', 'widget/trust', 'widget/mailed'];

/**
 * Browsers get messages compiled, without the parser, and from right to left with their direction. Of a language itself
 * they get its name.
 */
export const compiledMessages: Plugin = {
  name: 'compiled-messages',
  enforce: 'pre',
  load(id) {
    const [, path, lang = '', part] = MESSAGE_FILE.exec(id) ?? [];
    if (path === undefined) return undefined;
    const { name, direction } = readLanguage(lang);
    if (part === 'language') return JSON.stringify(name);
    const late = lang !== 'en' && part === 'sign-in' ? LATE_PARTS : [];
    const messages = [path, ...late.map((name) => `${lang}/${name}.json`)].map(compileMessages);
    return JSON.stringify(Object.assign({}, ...messages, direction === 'rtl' && { direction }));
  },
};

/** What `import.meta.glob` finds of messages goes by the language, not by the path. */
export const messagesByLanguage: Plugin = {
  name: 'messages-by-language',
  enforce: 'post',
  transform(code) {
    const short = code
      .replaceAll(/"\.\/(\w+)\/(?:(?:widget|console)\/)?[\w-]+\.json":/g, '"$1":')
      .replaceAll(/\/\* #__PURE__ \*\/ Object\.assign\((\{\s*"\w\w":[^{}]*\})\)/g, '$1');
    return short === code ? undefined : { code: short, map: null };
  },
};

/**
 * A loader is one file, which imports others on demand: `popup` from the service, `explain` from beside itself, and this
 * one what the service answers. `FILE` is the file that the build has made.
 */
const SERVED_LATE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mount: {
    "import('./popup.ts')": "import(/* @vite-ignore */ service + '/widget/v1/FILE')",
    "import('./explain.ts')": "import(/* @vite-ignore */ /.+.widget.v1./.exec(scriptUrl) + 'FILE')",
  },
  explain: {
    "import('./allowed.ts')":
      "import(/* @vite-ignore */ facts.service + '/widget/v1/allowed.mjs?resource=' + facts.options.resource)",
  },
};

/** The package has those files, is from no service, and runs no code of one: what it answers is read. */
const PACKAGED_LATE: typeof SERVED_LATE = {
  explain: {
    "import('./allowed.ts')":
      "fetch(facts.service + '/widget/v1/allowed.mjs?resource=' + facts.options.resource).then((answer) => answer.text()).then((text) => ({ default: !text.includes('false') }))",
    'new URL(import.meta.url).origin': 'service',
  },
};

export const lateImports: Plugin = {
  name: 'late-imports',
  enforce: 'pre',
  applyToEnvironment: ({ name }) => name.endsWith('Loader') || name === 'explain' || name.startsWith('package'),
  transform(code, id) {
    const [, module = ''] = /\/loader\/(\w+)\.ts$/.exec(id) ?? [];
    const { name, config } = this.environment;
    const late = name.startsWith('package') ? PACKAGED_LATE : SERVED_LATE;
    return Object.entries(late[module] ?? {}).reduce((before, [written, read]) => {
      if (!before.includes(written)) throw new Error(`${id} has no ${written}.`);
      const [, part] = /'\.\/(\w+)\.ts'/.exec(written) ?? [];
      const real = read.replace('FILE', () => builtFile(join(config.root, config.build.outDir), `${part}`));
      return before.replace(written, () => real);
    }, code);
  },
};

function builtFile(folder: string, part: string): string {
  const [file, ...others] = readdirSync(folder).filter((name) => new RegExp(`^${part}-.*\\.mjs$`).test(name));
  if (!file || others.length > 0) throw new Error(`The build has not exactly one file ${part}-*.mjs.`);
  return file;
}

/** The validator exports its messages in 60 languages as one object, a quarter of a megabyte that no code here reads. */
export const onlyEnglishErrors: Plugin = {
  name: 'only-english-errors',
  applyToEnvironment: ({ config }) => config.consumer === 'server',
  load: (id) => (id.endsWith('/zod/v4/locales/index.js') ? "export { default as en } from './en.js';" : undefined),
};

/** The library below passkeys sets up its metadata first, which the bundler moves behind the module that asks for it. */
export const metadataFirst: Plugin = {
  name: 'metadata-first',
  applyToEnvironment: ({ config }) => config.consumer === 'server',
  transform: (code, id) =>
    /\/tsyringe\/dist\/esm\w+\/index\.js$/.test(id)
      ? { code: `import 'reflect-metadata';${code}`, map: null }
      : undefined,
};

/** Files that the server reads at run time. */
export const copyIntoBuild: Plugin = {
  name: 'copy-what-is-read-at-run-time',
  apply: 'build',
  applyToEnvironment: ({ name }) => name === 'server' || name === 'maintenance',
  async closeBundle() {
    const { outDir } = this.environment.config.build;
    await copyFile('server/store/redis/countersign.lua', `${outDir}/countersign.lua`);
    await copyFile('server/start.cjs', `${outDir}/start.cjs`);
    await copyFile('server/platform/argon2/hash-thread.cjs', `${outDir}/hash-thread.cjs`);
    await copyFile('ui/tokens.css', `${outDir}/tokens.css`);
    await copyFile('docs/troubleshooting.md', `${outDir}/troubleshooting.md`);
    await cp('ui/i18n/locales', `${outDir}/locales`, {
      recursive: true,
      // The widget's are read for their keys, and for the pages and mails that show some of them.
      filter: (path) => !/\/console$/.test(path),
    });
  },
};

export const makeExecutable: Plugin = {
  name: 'make-it-executable',
  apply: 'build',
  applyToEnvironment: ({ name }) => name === 'cli',
  closeBundle: () => chmod('dist/cli/countersign.js', 0o755),
};
