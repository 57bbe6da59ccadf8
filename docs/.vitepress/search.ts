import type { DefaultTheme } from 'vitepress';

/** Documents that give reasons, or list what guides explain. */
const BACKGROUND =
  /^(?:(?:README|CHANGELOG|CONTRIBUTING)\.md|(?:bench|shared)\/|docs\/(?:(?:decisions|development)\/|(?:threat-model|security-requirements|text-keys|data-dictionary|mutation-scores)\.md))/;

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
