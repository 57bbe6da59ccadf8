import { describe, expect, it } from 'vitest';
import { type Finding, listProjectFiles } from '../project-files.ts';
import { type Tree, withTree } from '../testing/planted-tree.ts';
import { checkDecisions } from './decisions.ts';
import { checkDocuments, checkPictures, checkTestCommand } from './documents.ts';
import { checkHygiene } from './hygiene.ts';
import { checkLanguage } from './language.ts';
import { checkRefusalCodes } from './refusal-codes.ts';
import {
  checkRepeatedRequirements,
  checkRequirements,
  checkUnlistedRequirements,
  readRequirements,
  requirementsTable,
} from './requirements.ts';
import { readSnippets } from './snippets.ts';

const on = (tree: Tree, check: (root: string) => Finding[]): string[] =>
  withTree(tree, (root) => check(root).map(({ path, problem }) => `${path}: ${problem}`));

it('finds a picture that no document shows', () => {
  const pictures = { 'docs/images/a-light.png': '', 'docs/images/a-dark.png': '', 'docs/images/b.png': '' };
  const tree = {
    ...pictures,
    'docs/images/c.png': '',
    'README.md': '![a](docs/images/a-light.png) ![b](docs/images/b.png)',
  };
  expect(on(tree, checkPictures)).toEqual(['docs/images/c.png: no document shows this picture']);
});

describe('documents', () => {
  const PACKAGE = { 'package.json': JSON.stringify({ scripts: { start: 'x', build: 'y', 'test:unit': 'z' } }) };
  const about = (readme: string, more: Tree = {}): string[] =>
    on(
      {
        ...PACKAGE,
        'docs/guide.md': '# A guide\n\n## How it *works*, in `code`?\n\n## Twice\n\n## Twice\n',
        ...more,
        'README.md': readme,
      },
      checkDocuments,
    );

  it('pass if everything they name exists', () => {
    const readme = [
      '# Title',
      '[a](docs/guide.md) [b](docs/guide.md#how-it-works-in-code) [c](#title) [d](docs/guide.md#twice-1) [e](docs/)',
      '![p](docs/p.svg "a picture") <img alt="" src="docs/p.svg"> [f](https://example.org/x#y) [g](mailto:a@b)',
      '[ref]: docs/guide.md',
      '`npm run build`, `npm start`, `npm ci`, `docs/guide.md`, `server/domain/<noun>.ts`, `[x](nowhere.md)`',
      '```',
      'npm run test:unit -- tools   [y](nowhere.md)',
      '```',
    ].join('\n');
    expect(about(readme, { 'docs/p.svg': '<svg/>' })).toEqual([]);
  });

  it.each([
    ['a link to nothing', '[a](docs/gone.md)', /README\.md:1: docs\/gone\.md leads nowhere/],
    ['a link to a wrong case', '[a](docs/Guide.md)', /leads nowhere/],
    ['a picture of nothing', 'x\n![a](docs/gone.png)', /README\.md:2: docs\/gone\.png leads nowhere/],
    ['a picture in HTML', '<img width="3" src="docs/gone.png">', /leads nowhere/],
    ['a link by reference', '[a]: docs/gone.md', /leads nowhere/],
    ['an anchor that is no heading', '[a](docs/guide.md#thrice)', /no heading for #thrice/],
    ['an anchor of its own that is no heading', '# Title\n[a](#titel)', /no heading for #titel/],
    ['a link out of the project', '[a](../other/x.md)', /leads out of the project/],
    ['a link from the root of a server', '[a](/docs/guide.md)', /leads out of the project/],
    ['a script that does not exist', 'Run `npm run deploy`.', /npm has no script deploy/],
    ['a script in a code block', '```sh\nnpm run -s deploy\n```', /README\.md:2: npm has no script deploy/],
    ['npm test without one', '    npm ci && npm test', /npm has no script test/],
    ['a path that does not exist', 'See `server/tokens/token.ts`.', /server\/tokens\/token\.ts does not exist/],
  ])('reports %s', (_what, readme, output) => {
    const problems = about(readme);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(output);
  });
});

describe('the command that tests everything', () => {
  const good = { '.ci/run': '#!/bin/bash\nnpm ci && npm test\n', 'README.md': '    npm ci && npm test   # all' };

  it('is the same in the README and in .ci/run', () => {
    expect(on(good, checkTestCommand)).toEqual([]);
  });

  it.each([
    ['.ci/run', 'npm ci && npm run test\n'],
    ['.ci/run', 'npm ci && npm test -- unit\n'],
    ['README.md', 'npm install && npm test'],
  ])('reports %s with "%s"', (path, text) => {
    expect(on({ ...good, [path]: text }, checkTestCommand)).toHaveLength(1);
  });
});

describe('decision records', () => {
  const recordOf = (number: number): string =>
    `# ${number}. A title\n\nStatus: accepted\n\n## Context\n\na\n\n## Decision\n\nb\n\n## Consequences\n\nc\n`;
  const second = recordOf(2);
  const good: Tree = {
    'docs/decisions/README.md': '## Area\n\n- [0001](0001-first.md) A title\n- [0002](0002-second-one.md) A title\n',
    'docs/decisions/0001-first.md': recordOf(1),
    'docs/decisions/0002-second-one.md': second,
    'server/a.ts': '// Why: decision 0002.',
  };

  it('pass if numbered, in three parts, short and listed', () => {
    expect(on(good, checkDecisions)).toEqual([]);
  });

  it('pass if another one supersedes them', () => {
    const superseded = second.replace('accepted', 'superseded by 0001');
    expect(on({ ...good, 'docs/decisions/0002-second-one.md': superseded }, checkDecisions)).toEqual([]);
  });

  it.each([
    ['a number twice', '0002-second-on.md', second, /number 0002 is taken by/],
    ['a name without number', 'third.md', recordOf(3), /NNNN-title/],
    [
      'a part missing',
      '0002-second-one.md',
      second.replace('## Consequences', '## Then'),
      /has the parts Context, Decision, Then/,
    ],
    ['no title', '0002-second-one.md', second.replace('# 2. A title', ''), /starts without a title/],
    ['a title with another number', '0002-second-one.md', recordOf(3), /the title has the number 3/],
    ['a title that the index does not have', '0002-second-one.md', second.replace('A title', 'Other'), /by its title/],
    ['no status', '0002-second-one.md', second.replace('Status: accepted\n\n', ''), /has no status below the title/],
    ['another status', '0002-second-one.md', second.replace('accepted', 'open'), /has no status below the title/],
    [
      'superseded by none',
      '0002-second-one.md',
      second.replace('accepted', 'superseded by 0009'),
      /there is no decision +0009/,
    ],
    ['more than a page', '0002-second-one.md', `${second}${'line\n'.repeat(60)}`, /a record is at most 60/],
    ['not in the index', '0003-third.md', recordOf(3), /is not in docs\/decisions\/README\.md/],
  ])('reports %s', (_what, name, text, output) => {
    expect(on({ ...good, [`docs/decisions/${name}`]: text }, checkDecisions).join('\n')).toMatch(output);
  });

  it('reports a comment that refers to a missing record', () => {
    const tree = { ...good, 'server/a.ts': '// Why: decision 3.' };
    expect(on(tree, checkDecisions)).toEqual(['server/a.ts: there is no decision 0003']);
  });

  it('reports that there is none', () => {
    expect(on({}, checkDecisions)).toHaveLength(1);
  });
});

describe('requirements', () => {
  const LIST = 'docs/security-requirements.md';
  const list = '- **SR-1**: a\n- **SR-14**: b\n';
  const check = (root: string): Finding[] => checkRequirements(readRequirements(root));

  it('pass if a test names each of them, in any folder', () => {
    const tree = { [LIST]: list, 'server/domain/a.test.ts': '// SR-1, SR-99', 'e2e/login.ts': '// SR-14' };
    expect(on(tree, check)).toEqual([]);
    expect(withTree(tree, (root) => requirementsTable(readRequirements(root)))).toBe(
      'SR-1   server/domain/a.test.ts\nSR-14  e2e/login.ts',
    );
  });

  it('SR-14 and SR-1x do not count for SR-1, nor does code that is not a test', () => {
    const tree = { [LIST]: list, 'a.test.ts': '// SR-14 SR-1x XSR-1', 'server/domain/a.ts': '// SR-1' };
    expect(on(tree, check)).toEqual([`${LIST}: no test names SR-1`]);
  });

  it('that a test names are in the list', () => {
    const tree = { [LIST]: list, 'server/a.test.ts': '// SR-1, SR-99', 'server/a.ts': '// SR-98' };
    const find = (root: string) => checkUnlistedRequirements(root, readRequirements(root));
    expect(on(tree, find)).toEqual([`server/a.test.ts: names SR-99, which is not in ${LIST}`]);
  });

  it('may be in two tables, but not twice in one', () => {
    const find = (text: string) => on({ [LIST]: text }, checkRepeatedRequirements);
    expect(find(`## One\n${list}\n## Two\n${list}`)).toEqual([]);
    expect(find(`## One\n${list}- **SR-1**: b\n`)).toEqual([`${LIST}: one section has SR-1 twice`]);
  });

  it('an empty list fails', () => {
    expect(on({ [LIST]: '# Promises\n' }, check)).toEqual([`${LIST}: promises nothing`]);
  });
});

describe('hygiene', () => {
  const unwanted = ['wo' + 'rk', 'ro' + 'ot', 'ho' + 'me'].map((folder) => `see /${folder}/x/y.md`);

  it('accepts ordinary text and binary files', () => {
    const tree = { 'a.ts': 'const todo = "./work/x"; // https://example.org/home/page', 'b.bin': `\0${unwanted[0]}` };
    expect(on(tree, checkHygiene)).toEqual([]);
  });

  const byName = (how: string, name: string) => `${how} ${name}`;

  it('accepts our packages from a file', () => {
    const tree = {
      'a.md':
        'npm install ./countersign-client-0.1.0.tgz\ncomposer require countersign/client:0.1.0\npip install ./clients/python',
    };
    expect(on(tree, checkHygiene)).toEqual([]);
  });

  it.each([
    ...unwanted,
    `// TO${'DO'}: later`,
    `FIX${'ME'}`,
    byName('npx', '@countersign/server serve'),
    byName('npm install --global', '@countersign/server'),
    byName('npm i', '@countersign/widget'),
    byName('pip install', 'countersign'),
    byName('composer require', 'countersign/client'),
  ])('reports "%s"', (text) => {
    expect(on({ 'docs/a.txt': `fine\n${text}\n` }, checkHygiene)[0]).toMatch(/^docs\/a\.txt:2: /);
  });
});

describe('language', () => {
  const word = `who${'ever'}`;

  it('accepts the words as data and in code', () => {
    const tree = {
      'a.ts': `login('${word}');`,
      'b.md': `\`${word}\`\n\n\`\`\`\n${word}\n\`\`\`\n`,
      'c.json': `"${word}"`,
    };
    expect(on(tree, checkLanguage)).toEqual([]);
  });

  it.each([
    ['a comment', 'a.ts', `const a = 1;\n// For ${word} asks.`],
    ['a docstring', 'a.tsx', `const a = 1;\n/** ${word} asks. */`],
    ['the title of a test', 'a.test.ts', `\ntest('${word} asks', () => {});`],
    ['the title of a table of tests', 'a.test.ts', `test.each([\n])('${word} asks', () => {});`],
    ['a document', 'docs/a.md', `# Title\nFor ${word} asks.`],
    ['the library for Python', 'clients/python/src/countersign/a.py', `def a():\n    """For ${word} asks."""`],
    ['the library for PHP', 'clients/php/src/A.php', `<?php\n    /** For ${word} asks. */`],
    ['the library for Java', 'clients/java/src/main/java/A.java', `class A {\n  // For ${word} asks.`],
    ['a message', 'ui/i18n/locales/en/widget.json', `{\n  "a": "${word} asks"\n}`],
  ])('reports a banned word in %s', (_, path, text) => {
    expect(on({ [path]: text }, checkLanguage)).toEqual([expect.stringMatching(`^${path}:2: "${word}": write `)]);
  });
});

describe('refusal codes', () => {
  const table = 'export const REFUSALS = {\n  OTP_WRONG: { status: 403 },\n  NOT_FOUND: {\n    status: 404 },\n};\n';

  it('pass if the server returns them or a document explains them', () => {
    const tree = {
      'shared/wire/codes.ts': table,
      'server/domain/a.ts': `refuse('OTP_WRONG')`,
      'docs/errors.md': '`NOT_FOUND`: nothing is there',
    };
    expect(on(tree, checkRefusalCodes)).toEqual([]);
  });

  it('reports one that only a test or a longer word mentions', () => {
    const tree = {
      'shared/wire/codes.ts': table,
      'server/a.test.ts': 'NOT_FOUND',
      'server/b.ts': 'OTP_WRONG TOKEN_NOT_FOUND',
    };
    expect(on(tree, checkRefusalCodes)).toEqual([
      'shared/wire/codes.ts: NOT_FOUND is neither used by the server nor documented',
    ]);
  });

  it('reports an unreadable table', () => {
    expect(on({ 'shared/wire/codes.ts': 'export {}' }, checkRefusalCodes)).toHaveLength(1);
  });
});

describe('snippets', () => {
  it('are the TypeScript blocks that name their path', () => {
    const markdown = [
      'Text',
      '```ts',
      '// server/domain/a.ts',
      'export const a = 1;',
      '```',
      '```ts',
      'no path',
      '```',
      '```js',
      '// b.ts',
      '```',
    ].join('\n');
    expect(readSnippets('A.md', `${markdown}\n`)).toEqual([
      { path: 'server/domain/a.ts', text: 'export const a = 1;\n', from: 'A.md' },
    ]);
  });
});

describe('the list of files', () => {
  it('omits what .gitignore names and dot folders of other tools, and nothing else', () => {
    const tree = {
      '.gitignore': '# made\ndist/\n/data/\n*.log\n',
      '.ci/run': '',
      '.idea/x': '',
      'dist/a': '',
      'widget/dist/a': '',
      'data/a': '',
      'server/data/a': '',
      'a.log': '',
      'node_modules/a': '',
    };
    expect(withTree(tree, listProjectFiles)).toEqual(['.ci/run', '.gitignore', 'server/data/a']);
  });
});
