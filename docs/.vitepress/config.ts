import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import about from '../../package.json' with { type: 'json' };
import { slug } from '../../tools/docs-check/markdown.ts';
import { BEFORE_PAINT, withoutInline } from './before-paint.ts';
import { noHashMap } from './hash-map.ts';
import { linkToPages } from './links.ts';
import { CODE_THEME, colourByClass, drawDiagrams, drawPictures, pngSize, tidyTables } from './markup.ts';
import { HOME, linkTo, READERS, sidebar } from './navigation.ts';
import { LEFT_OUT, pageOf } from './pages.ts';
import { rankResults, SEARCH } from './search.ts';

const BASE = '/docs/';
/** The theme draws it, and its dark counterpart of the same size. */
const HOME_PICTURE = new URL('../images/widget-code-light.png', import.meta.url);

/** The documentation as a site. The documents stay plain Markdown, whose links a forge understands. */
export default defineConfig({
  title: 'Countersign',
  description: about.description,
  lang: 'en',
  base: BASE,
  srcDir: '..',
  srcExclude: LEFT_OUT.map((folder) => `${folder}/**`),
  outDir: '../dist/docs',
  cacheDir: '../node_modules/.cache/vitepress',
  rewrites: pageOf,
  cleanUrls: true,
  // Pages do not repeat the navigation in a script of their own.
  metaChunk: true,
  // Pages enter the search index in one order: a release is the same, byte for byte, wherever it is built.
  buildConcurrency: 1,
  // The theme would switch without transitions by adding a style, which the service's policy does not allow.
  appearance: { disableTransition: false },
  head: [['link', { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' }]],
  vite: {
    configFile: false,
    publicDir: false,
    build: { chunkSizeWarningLimit: 1_000 },
    plugins: [noHashMap, rankResults],
  },
  markdown: {
    // As on a forge, so that one link works in both.
    anchor: { slugify: slug },
    theme: CODE_THEME,
    codeTransformers: [colourByClass],
    config(markdown) {
      drawDiagrams(markdown);
      drawPictures(markdown);
      tidyTables(markdown);
      linkToPages(markdown);
    },
  },
  transformPageData: (page) =>
    page.relativePath === 'index.md'
      ? { frontmatter: { ...HOME, pictureSize: pngSize(readFileSync(HOME_PICTURE)) } }
      : undefined,
  transformHtml: (page) => withoutInline(page, BASE),
  async buildEnd({ outDir }) {
    await writeFile(join(outDir, BEFORE_PAINT.path), BEFORE_PAINT.script);
    await rm(join(outDir, 'hashmap.json'), { force: true });
  },
  themeConfig: {
    nav: [
      ...READERS.map(({ text, entries: [[first]] }) => ({ text, link: linkTo(first) })),
      { text: about.version, link: linkTo('CHANGELOG.md') },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: SEARCH,
    docFooter: { prev: 'Previous', next: 'Next' },
    externalLinkIcon: true,
    notFound: {
      title: 'Page not found',
      quote: 'It may have another name. Look for it with the search.',
      linkText: 'All documents',
    },
  },
});
