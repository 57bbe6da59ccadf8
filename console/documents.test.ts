import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CONSOLE_ROUTES, routeAt } from '@countersign/protocol/console-routes';
import { expect, test } from 'vitest';
import { readMarkdown } from '../tools/docs-check/markdown.ts';
import { CHECKLIST_DOCUMENTS, DOCUMENTS, documentFor, PART_DOCUMENTS } from './documents.ts';

const DOCS = resolve(import.meta.dirname, '../docs');

const targets = [
  ...Object.values(DOCUMENTS),
  ...Object.values(CHECKLIST_DOCUMENTS),
  ...Object.values(PART_DOCUMENTS).flatMap((parts) => Object.values(parts)),
];

test.each(targets)('there is a document %s', (target) => {
  const [document, anchor] = target.split('#');
  const { anchors } = readMarkdown(readFileSync(join(DOCS, `${document}.md`), 'utf8'));
  if (anchor !== undefined) expect(anchors).toContain(anchor);
});

test('every part with a document of its own has an address', () => {
  for (const [route, parts] of Object.entries(PART_DOCUMENTS)) {
    const addresses = CONSOLE_ROUTES[route as keyof typeof PART_DOCUMENTS].join();
    for (const part of Object.keys(parts)) expect(addresses).toMatch(new RegExp(`[(|]${part}[|)]`));
  }
});

test.each([
  ['/console', '/docs/console#home'],
  ['/console/users/new', '/docs/console#users'],
  ['/console/tokens/import', '/docs/importing-tokens'],
  ['/console/resources/res_01k8dq9z2mp/embed', '/docs/quickstart'],
])('%s is explained in %s', (path, document) => {
  const found = routeAt(path);
  if (!found) throw new Error(`no route at ${path}`);
  expect(documentFor(found as Parameters<typeof documentFor>[0])).toBe(document);
});
