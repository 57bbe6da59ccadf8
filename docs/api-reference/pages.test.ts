import { REFUSALS } from '@countersign/protocol/codes';
import { ICON_LINK } from '@countersign/protocol/icon';
import { beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../tools/clients/document.ts';
import { type ApiDescription, entriesOf } from './description.ts';
import { referencePages } from './pages.ts';
import { libraryCall } from './snippets/library-call.ts';

let api: ApiDescription;
let pages: Record<string, string>;
beforeAll(async () => {
  api = (await openApiDocument()) as ApiDescription;
  pages = await referencePages(api);
});

describe('the reference', () => {
  test('has a page for every operation, and the introduction leads to each', () => {
    const operations = entriesOf(api);
    expect(operations.length).toBeGreaterThan(100);
    for (const { path, method, id } of operations) {
      expect(pages['index.html']).toContain(`href="/v1/reference/${id}"`);
      const page = pages[`${id}.html`] ?? '';
      expect(page, id).toContain(`<code>/v1${path}</code>`);
      expect(page, id).toContain(`${method}</span>`);
      for (const language of ['curl', 'typescript', 'python', 'php', 'java']) {
        expect(page, id).toContain(`data-language="${language}"`);
      }
      const isInLibraries = libraryCall(`${method} ${path}`) !== undefined;
      expect(page.includes('The client library has no method for it.'), id).toBe(!isInLibraries);
    }
  });

  test('explains every code, with an anchor of its own', () => {
    for (const code of Object.keys(REFUSALS)) expect(pages['codes.html']).toContain(`<div id="${code}">`);
  });

  test('loads nothing but the icon, its one style and its one script', () => {
    for (const [name, text] of Object.entries(pages)) {
      if (!name.endsWith('.html')) continue;
      const own = [
        ICON_LINK,
        '<link rel="stylesheet" href="/v1/reference/reference.css">',
        '<script src="/v1/reference/reference.js"></script>',
      ];
      for (const part of own) expect(text.split(part), name).toHaveLength(2);
      const page = own.reduce((before, part) => before.replace(part, ''), text);
      expect(page, name).not.toMatch(
        /<img|<link|<iframe|<script|<style| on\w+=|style="|javascript:|<script src|url\(/i,
      );
    }
    expect(pages['reference.css']).not.toMatch(/url\(|@import/);
  });

  test('SR-30: markup in the description stays text', async () => {
    const evil = '"><img src=x onerror=alert(1)></code><script>alert(1)</script>`\'';
    const schema = { type: evil, description: evil, enum: [evil], default: evil, example: evil };
    const content = {
      [evil]: { schema: { type: 'object', properties: { [evil]: schema } }, example: { [evil]: evil } },
    };
    const made = await referencePages({
      info: { title: evil, version: evil, description: evil },
      servers: [{ url: evil }],
      paths: {
        [`/${evil}`]: {
          post: {
            operationId: 'evil',
            tags: [evil],
            summary: evil,
            description: evil,
            security: [{ apiKey: [evil] }],
            parameters: [{ name: evil, in: 'query', required: true, description: evil, schema }],
            requestBody: { content },
            responses: { [evil]: { description: evil, content } },
          },
        },
      },
      components: { schemas: { [evil]: schema } },
    });
    for (const name of ['index.html', 'evil.html']) {
      const page = made[name] ?? '';
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page).not.toContain('<img');
      expect(page).toContain('&lt;script&gt;');
    }
  });
});
