import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NAMED_DOCUMENTS } from '../../docs/.vitepress/navigation.ts';
import { type Tree, withTree } from '../testing/planted-tree.ts';
import { PART_NAMES, PARTS } from './parts.ts';
import { sourceHash, staleParts, stamp } from './stale.ts';

const TREE: Tree = {
  ...Object.fromEntries(NAMED_DOCUMENTS.map((path) => [path, 'text'])),
  'package-lock.json': '{}',
  'tsconfig.json': '{}',
  'vite.config.ts': '',
  'tools/build/parts.ts': '',
  'widget/frame/main.tsx': '1',
  'console/main.tsx': '2',
  'shared/wire/codes.ts': '3',
  'ui/i18n/translate.ts': '3',
  'server/main.ts': '4',
  'server/platform/static-files/page-files.ts': '4',
  'server/main.test.ts': '4',
  'server/testing/fake.ts': '4',
  'demo-site/demo.ts': '5',
  'docs/troubleshooting.md': '5',
  'docs/api-reference/pages.ts': '5',
  'cli/countersign.ts': '6',
  'clients/typescript/src/index.ts': '7',
  'clients/typescript/tsconfig.json': '{}',
};

/** The stale parts after a full build and this change. */
const staleAfter = (act: (root: string) => void) =>
  withTree(TREE, (root) => {
    for (const name of PART_NAMES) {
      mkdirSync(join(root, PARTS[name].outDir), { recursive: true });
      stamp(root, name, sourceHash(root, name));
    }
    act(root);
    return staleParts(root);
  });

const touch = (path: string) => (root: string) => utimesSync(join(root, path), 1, 1);

describe('builds again', () => {
  test('everything if nothing is built', () => {
    expect(withTree(TREE, staleParts)).toEqual([
      'widget',
      'package',
      'console',
      'server',
      'cli',
      'documents',
      'reference',
      'client',
    ]);
  });

  test('nothing if nothing has changed', () => {
    expect(staleAfter(() => {})).toEqual([]);
  });

  test.each([
    ['widget/frame/main.tsx', ['widget', 'package', 'console']],
    ['console/main.tsx', ['console']],
    ['server/platform/static-files/page-files.ts', ['widget', 'server', 'reference']],
    ['demo-site/demo.ts', ['server']],
    ['docs/troubleshooting.md', ['server', 'documents']],
    ['docs/api-reference/pages.ts', ['documents', 'reference']],
    ['README.md', ['documents']],
    ['clients/typescript/src/index.ts', ['server', 'cli', 'client']],
    ['shared/wire/codes.ts', ['widget', 'package', 'console', 'server', 'cli', 'reference', 'client']],
    ['ui/i18n/translate.ts', ['widget', 'console', 'server', 'reference']],
    ['package-lock.json', PART_NAMES],
    ['server/main.test.ts', []],
    ['server/testing/fake.ts', []],
  ])('what is built from %s', (path, stale) => {
    expect(staleAfter(touch(path))).toEqual(stale);
  });

  test('a part with a removed or added source', () => {
    expect(staleAfter((root) => rmSync(join(root, 'console/main.tsx')))).toEqual(['console']);
    expect(staleAfter((root) => writeFileSync(join(root, 'cli/more.ts'), ''))).toEqual(['cli']);
  });

  test('a part whose output was deleted', () => {
    expect(staleAfter((root) => rmSync(join(root, 'dist/server'), { recursive: true }))).toEqual(['server']);
  });
});
