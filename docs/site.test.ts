import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { listProjectFiles } from '../tools/project-files.ts';
import { LEFT_OUT, pageOf } from './.vitepress/pages.ts';
import { ROOT } from './testing/code-blocks.ts';

const SITE = join(ROOT, 'dist/docs');
const BASE = '/docs/';

/** By path below the site. */
const pages = new Map<string, string>();
const files = new Set<string>();
beforeAll(() => {
  for (const path of readdirSync(SITE, { recursive: true, encoding: 'utf8' })) {
    files.add(path);
    if (path.endsWith('.html')) pages.set(path, readFileSync(join(SITE, path), 'utf8'));
  }
});

test('every document has a page', () => {
  const documents = listProjectFiles(ROOT).filter(
    (path) => path.endsWith('.md') && !LEFT_OUT.some((folder) => path.startsWith(`${folder}/`)),
  );
  expect(documents.length).toBeGreaterThan(80);
  const missing = documents.filter((document) => !pages.has(pageOf(document).replace(/\.md$/, '.html')));
  expect(missing).toEqual([]);
});

// SR-30: the policy of these pages refuses inline code, so a page with any is broken.
test('SR-30: no page has an inline script, a style attribute or a handler', () => {
  for (const [path, page] of pages) {
    expect(page.match(/<script(?![^>]*\bsrc=)[^>]*>/g), path).toBeNull();
    expect(page.match(/<[a-z][^<>]* (?:style|on\w+)="/g), path).toBeNull();
  }
  const scripts = [...files].filter((path) => path.endsWith('.js') && path.includes('.md.'));
  expect(scripts.length).toBeGreaterThan(80);
  for (const path of scripts) expect(readFileSync(join(SITE, path), 'utf8'), path).not.toMatch(/<[a-z][^<>]* style="/);
});

test('pages load nothing from elsewhere', () => {
  for (const [path, page] of pages) {
    const loaded = [...page.matchAll(/<(?:script|img|link)\b[^>]*? (?:src|href)="([^"]+)"/g)].map(
      ([, url = '']) => url,
    );
    expect(
      loaded.filter((url) => !url.startsWith(BASE) && url !== '/favicon.svg'),
      path,
    ).toEqual([]);
  }
});

// Without it, what is below moves when the picture has loaded, and a link to a heading leads elsewhere.
test('every picture in a document has its size', () => {
  const pictures = [...pages.values()].flatMap((page) => page.match(/<img [^>]*>/g) ?? []);
  expect(pictures.length).toBeGreaterThan(9);
  for (const picture of pictures) expect(picture).toMatch(/ width="\d+" height="\d+"/);
});

describe('every link', () => {
  test('leads to a page and a heading that exist', () => {
    const ids = new Map(
      [...pages].map(([path, page]) => [path, new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
    );
    const broken: string[] = [];
    for (const [from, page] of pages) {
      const inText = page.slice(page.indexOf('<main'));
      for (const [, href = ''] of inText.matchAll(/<a\b[^>]*? href="([^"]+)"/g)) {
        if (/^[a-z]+:/.test(href)) continue;
        const [path = '', anchor] = href.split('#');
        const target = path === '' ? from : pageAt(path);
        const isThere = anchor === undefined || ids.get(target)?.has(decodeURIComponent(anchor));
        if (!pages.has(target) || !isThere) broken.push(`${from}: ${href}`);
      }
    }
    expect(broken).toEqual([]);
  });
});

test('a link to a file that is no page leaves its path', () => {
  expect(pages.get('sign-in-node.html')).toContain('the example (docs/examples/next)');
  expect(pages.get('about.html')).toContain('see LICENSE.');
});

test('the search finds guides by all they say, and background by its title', () => {
  const [index = ''] = [...files].filter((path) => /localSearchIndex/.test(path));
  const found = new Set(readFileSync(join(SITE, index), 'utf8').match(/\/docs\/[\w/.-]*#[\w-]+/g));
  expect(found).toContain('/docs/operations/backup#backups');
  expect([...found].filter((id) => /threat-model|decisions\/0274/.test(id))).toEqual([
    expect.stringContaining('#274-'),
    '/docs/threat-model#threat-model',
    '/docs/threat-model/guessing#guessing-and-lockout',
    '/docs/threat-model/recovery#lost-factors-and-links',
    '/docs/threat-model/server#server-and-data',
  ]);
});

function pageAt(path: string): string {
  const below = posix.relative(BASE, path);
  return path.endsWith('/') ? posix.join(below, 'index.html') : `${below}.html`;
}
