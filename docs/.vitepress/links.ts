import { existsSync } from 'node:fs';
import { posix, relative } from 'node:path';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';
import { PROJECT, pageOf } from './pages.ts';

/** With a scheme, to a host, or within its page. */
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i;

/**
 * Links between documents name files, as a forge needs it; here they lead to the pages of these files. A file that is
 * no document, such as a test, is not in the site, so the text of its link is left, and its path if the text does not
 * say it.
 */
export function linkToPages(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-to-pages', ({ tokens, env }) => {
    const { path, realPath = path } = env as MarkdownEnv;
    const folder = posix.dirname(relative(PROJECT, realPath));
    for (const { children } of tokens) {
      /** The link whose text alone is left. */
      let left: { path: string; text: string } | undefined;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = token.attrGet('href') ?? '';
          const address = addressOf(folder, href);
          if (address === undefined) left = { path: pathOf(folder, href), text: '' };
          else token.attrSet('href', address);
        }
        if (!left) continue;
        left.text += token.content;
        if (token.type === 'link_open') Object.assign(token, { type: 'text', content: '' });
        if (token.type !== 'link_close') continue;
        const isSaid = left.text.includes(posix.basename(left.path));
        Object.assign(token, { type: 'text', content: isSaid ? '' : ` (${left.path})` });
        left = undefined;
      }
    }
  });
}

function addressOf(folder: string, href: string): string | undefined {
  if (ELSEWHERE.test(href)) return href;
  const [, anchor] = href.split('#');
  const path = pathOf(folder, href);
  if (!path.endsWith('.md')) return existsSync(posix.join(PROJECT, path)) ? undefined : href;
  return `/${pageOf(path)}${anchor === undefined ? '' : `#${anchor}`}`;
}

function pathOf(folder: string, href: string): string {
  const [file = ''] = href.split('#');
  return posix.join(folder, decodeURI(file)).replace(/\/$/, '');
}
