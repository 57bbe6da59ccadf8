import { createHash } from 'node:crypto';
import { ICON_LINK } from '@countersign/protocol/icon';
import { type Context, Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';
import { compressPage, sendFile } from '../send-file.ts';
import { type ApiDescription, type Entry, entriesOf, resolve } from './description.ts';
import { codesPage, introductionPage } from './introduction.ts';
import { operationPage } from './operation.ts';
import { REFERENCE_SCRIPT } from './script.ts';
import { REFERENCE_STYLE } from './style.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(REFERENCE_SCRIPT)}`,
  `style-src ${hashOf(REFERENCE_STYLE)}`,
  "img-src 'self'",
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
].join('; ');

/**
 * The API reference, a page for each operation, rendered from the same document as `/v1/openapi.json` (decision 0275). It
 * loads nothing, and runs one script that its policy names by hash.
 */
export function referencePages(description: () => ApiDescription): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  // One copy for all requests: a response that a client does not read holds only a reference (SR-65).
  const rendered = new Map<string, Promise<Parameters<typeof sendFile>[1]>>();
  let entries: Entry[] | undefined;

  const show = async (c: Context<AppEnv>, id: string) => {
    const api = description();
    entries ??= entriesOf(api);
    const entry = entries.find((one) => one.id === id);
    if (id !== '' && id !== 'codes' && !entry) return refuse(c, 'NOT_FOUND');
    const page = rendered.get(id) ?? render(api, entries, entry ?? id);
    rendered.set(id, page);
    return sendFile(c, await page, { 'content-security-policy': POLICY, 'cache-control': 'no-cache' });
  };
  app.get('/', (c) => show(c, ''));
  app.get('/reference/:operation', (c) => show(c, c.req.param('operation')));
  return app;
}

async function render(api: ApiDescription, entries: readonly Entry[], shown: Entry | string) {
  const [title, content] =
    typeof shown === 'object'
      ? [shown.title, operationPage(api, entries, shown)]
      : shown === 'codes'
        ? ['Refusal codes', codesPage()]
        : ['', introductionPage(api, entries)];
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title === '' ? api.info.title : `${title} - ${api.info.title}`}</title>
${raw(ICON_LINK)}
<style>${raw(REFERENCE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar"><a class="brand" href="/v1">${api.info.title}</a><button type="button" popovertarget="side">All operations</button></header>
<div class="frame">
<div id="side" popover>${sidebar(api, entries, shown)}</div>
<main id="content" tabindex="-1">${content}</main>
</div>
<script>${raw(REFERENCE_SCRIPT)}</script>
</body>
</html>`;
  const page = text.toString();
  return {
    body: new TextEncoder().encode(page),
    brotli: compressPage(page),
    contentType: 'text/html; charset=UTF-8',
  };
}

function sidebar(api: ApiDescription, entries: readonly Entry[], shown: Entry | string) {
  const tags = [...new Set(entries.map(({ tag }) => tag))];
  const current = (isIt: boolean) => (isIt ? raw(' aria-current="page"') : '');
  return html`<search hidden><label for="search">Search</label><input id="search" type="search" placeholder="Search" autocomplete="off" aria-describedby="found"><kbd aria-hidden="true">/</kbd></search>
<p id="found" role="status"></p>
<nav id="list" aria-label="Operations"><ul><li><a href="/v1"${current(shown === '')}>Introduction</a></li><li><a href="/v1/reference/codes"${current(shown === 'codes')}>Refusal codes</a></li></ul>${tags.map(
    (tag) => {
      const inside = entries.filter((entry) => entry.tag === tag);
      const isOpen = typeof shown === 'object' ? shown.tag === tag : tag === tags[0];
      return html`<details${isOpen ? raw(' open') : ''}><summary>${tag}</summary><ul>${inside.map(
        (entry) =>
          html`<li><a href="/v1/reference/${entry.id}" data-find="${wordsOf(api, entry)}"${current(entry === shown)}><span class="method ${entry.method.toLowerCase()}">${entry.method}</span> <span>${entry.title}</span></a></li>`,
      )}</ul></details>`;
    },
  )}</nav>`;
}

/** What the search finds besides the title. */
function wordsOf(api: ApiDescription, { id, path, tag, operation: { parameters = [], requestBody } }: Entry): string {
  const [body] = Object.values(requestBody?.content ?? {});
  const fields = Object.keys(resolve(api, body?.schema ?? {}).properties ?? {});
  return [tag, path, id, ...parameters.map(({ name }) => name), ...fields].join(' ');
}
