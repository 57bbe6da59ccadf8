import { existsSync } from 'node:fs';
import { posix, relative } from 'node:path';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';
import { PROJECT, pageOf } from './pages.ts';

/** With a scheme, to a host, or within its page. */
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i;

/**
 * Links between documents name files, as a forge needs it; here they lead to the pages of these files. A file that is
 * no document, such as a test, is not in the site, so only the text of its link is left.
 */
export function linkToPages(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-to-pages', ({ tokens, env }) => {
    const { path, realPath = path } = env as MarkdownEnv;
    const folder = posix.dirname(relative(PROJECT, realPath));
    for (const { children } of tokens) {
      let isText = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const address = addressOf(folder, token.attrGet('href') ?? '');
          isText = address === undefined;
          if (address !== undefined) token.attrSet('href', address);
        }
        if (isText && /^link_(?:open|close)$/.test(token.type)) Object.assign(token, { type: 'text', content: '' });
      }
    }
  });
}

function addressOf(folder: string, href: string): string | undefined {
  if (ELSEWHERE.test(href)) return href;
  const [file = '', anchor] = href.split('#');
  const path = posix.join(folder, decodeURI(file));
  if (!path.endsWith('.md')) return existsSync(posix.join(PROJECT, path)) ? undefined : href;
  return `/${pageOf(path)}${anchor === undefined ? '' : `#${anchor}`}`;
}
