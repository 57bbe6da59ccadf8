import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

/** Documents that give reasons, or list what guides explain. */
const BACKGROUND =
  /^(?:(?:README|CHANGELOG|CONTRIBUTING)\.md|(?:bench|shared)\/|docs\/(?:(?:decisions|development|threat-model)\/|(?:threat-model|security-requirements|text-keys|data-dictionary|mutation-scores)\.md))/;

/** Background is found by its title alone: each word of it occurs there more often than in the guide that a reader needs. */
export const SEARCH: DefaultTheme.Config['search'] = {
  provider: 'local',
  options: {
    _render(source, env, markdown) {
      const page = markdown.render(source, env);
      const [title = ''] = /<h1.*?<\/h1>/s.exec(page) ?? [];
      // The index leaves out a heading without content.
      return BACKGROUND.test(env.relativePath) ? `${title} ` : page;
    },
  },
};

/** A name, not a path: the name of the built script follows its text, and is the same wherever it is built. */
const MODULE = 'countersign-search-ranking';
const FILE = fileURLToPath(new URL('./ranking.ts', import.meta.url));
const OPTIONS = 'boost: { title: 4, text: 2, titles: 1 },';

/**
 * Gives the search of the theme our ranking. In the theme's options, functions would be made from text, which the policy
 * of the service forbids.
 */
export const rankResults = {
  name: 'rank-results',
  enforce: 'pre',
  resolveId: (id: string) => (id === MODULE ? FILE : undefined),
  transform(code: string, id: string) {
    if (!id.endsWith('/VPLocalSearchBox.vue')) return undefined;
    if (!code.includes(OPTIONS)) throw new Error('The search of the theme no longer has its options here.');
    const [before = '', after = ''] = code.split(OPTIONS);
    const start = before.replace(/<script[^>]*>/, (tag) => `${tag}\nimport { RANKING } from '${MODULE}';`);
    return { code: `${start}${OPTIONS} ...RANKING,${after}`, map: null };
  },
} as const;
