import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

// The styles of a page stay in the document when another page is opened: a class that both style would look different
// after other visits.
test('no page styles a class that another page or the shell styles', () => {
  const owners = new Map<string, Set<string>>();
  for (const file of readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.css')) continue;
    // The documents of their own: they are never loaded beside a page.
    if (/styles\/(standalone|print|enrolment)\.css$/.test(file)) continue;
    for (const [, name = ''] of readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(
      /^\.([\w-]+)(?=[,\s]*(?:\{|\n\.))/gm,
    )) {
      owners.set(name, (owners.get(name) ?? new Set()).add(dirname(file)));
    }
  }
  expect(owners.size).toBeGreaterThan(100);
  expect([...owners].filter(([, folders]) => folders.size > 1).map(([name]) => name)).toEqual([]);
});
