import { ICON_LINK } from '@countersign/protocol/icon';
import { html, raw } from 'hono/html';
import { type ApiDescription, type Entry, entriesOf, resolve } from './description.ts';
import { codesPage, introductionPage } from './introduction.ts';
import { operationPage } from './operation.ts';
import { REFERENCE_SCRIPT } from './script.ts';
import { REFERENCE_STYLE } from './style.ts';

/**
 * The API reference: a page for each operation, rendered from the document that `/v1/openapi.json` returns (decision 0275), with
 * the style and the script that they load. By their paths.
 */
export async function referencePages(api: ApiDescription): Promise<Record<string, string>> {
  const entries = entriesOf(api);
  const pages: Record<string, string> = {
    'reference.css': REFERENCE_STYLE,
    'reference.js': REFERENCE_SCRIPT,
    'index.html': await render(api, entries, ''),
    'codes.html': await render(api, entries, 'codes'),
  };
  for (const entry of entries) pages[`${entry.id}.html`] = await render(api, entries, entry);
  return pages;
}

async function render(api: ApiDescription, entries: readonly Entry[], shown: Entry | string): Promise<string> {
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
<link rel="stylesheet" href="/v1/reference/reference.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar"><a class="brand" href="/v1">${api.info.title}</a><button type="button" popovertarget="side">All operations</button></header>
<div class="frame">
<div id="side" popover>${sidebar(api, entries, shown)}</div>
<main id="content" tabindex="-1">${content}</main>
</div>
<script src="/v1/reference/reference.js"></script>
</body>
</html>`;
  return text.toString();
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
