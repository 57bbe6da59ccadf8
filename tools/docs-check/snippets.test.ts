import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withTree } from '../testing/planted-tree.ts';
import { checkSnippets } from './snippets.ts';

const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

function problemsOf(snippet: string): string[] {
  const tree = {
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        // The smallest library: each case starts a compiler, and reading the DOM takes most of the time.
        lib: ['es5'],
        types: [],
        module: 'esnext',
        moduleResolution: 'bundler',
        allowImportingTsExtensions: true,
      },
    }),
    'server/domain/rule.ts': 'export const rule = (now: number): boolean => now > 0;\n',
    'node_modules/x/package.json': '{}',
    'GUIDE.md': [
      '```ts',
      '// server/usecases/first.ts',
      snippet,
      '```',
      '```ts',
      '// server/usecases/second.ts',
      "import { first } from './first.ts';",
      'export const second: boolean = first;',
      '```',
      '',
    ].join('\n'),
  };
  return withTree(tree, (root) => {
    symlinkSync(BIN, join(root, 'node_modules/.bin'));
    return checkSnippets(root).map(({ path, problem }) => `${path}: ${problem}`);
  });
}

it('passes snippets that fit the code and each other', () => {
  expect(problemsOf("import { rule } from '../domain/rule.ts';\nexport const first = rule(1);")).toEqual([]);
});

it.each([
  [
    'a name the code no longer has',
    "import { gone } from '../domain/rule.ts';\nexport const first = gone(1);",
    /'gone'/,
  ],
  [
    'a file the code no longer has',
    "import { rule } from '../domain/gone.ts';\nexport const first = rule(1);",
    /gone\.ts/,
  ],
  [
    'an argument of another type',
    "import { rule } from '../domain/rule.ts';\nexport const first = rule('1');",
    /TS2345/,
  ],
  ['what does not fit the next snippet', 'export const first = 1;', /second\.ts/],
])('reports a snippet with %s', (_what, snippet, output) => {
  const problems = problemsOf(snippet);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(output);
});
