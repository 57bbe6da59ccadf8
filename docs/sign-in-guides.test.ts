import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allCodeBlocks, codeBlocksOf, ROOT } from './testing/code-blocks.ts';

/** What these pages show is of the examples, which e2e/framework-sites.test.ts signs in to and attacks. */
const GUIDES = ['node', 'python', 'php', 'java'].map((language) => `docs/sign-in-${language}.md`);

const quotes = GUIDES.flatMap(codeBlocksOf).filter(({ language }) => language !== 'sh' && language !== 'ts');

describe('the guides quote the examples as they are', () => {
  test.each(quotes)('$at', ({ text }) => {
    const [, path = '', quoted = ''] = /^(?:#|\/\/|<!--) (\S+)(?: -->)?\n(.*)$/s.exec(text) ?? [];
    expect(readFileSync(join(ROOT, 'docs/examples', path), 'utf8')).toContain(quoted);
  });

  test('and no other page has code that nothing runs', () => {
    const quoting = allCodeBlocks().filter(
      ({ language, role }) => /^(?:js|python|php|java)$/.test(language) && role === '',
    );
    expect(quoting.map(({ file }) => file).filter((file) => !GUIDES.includes(file))).toEqual([]);
  });
});
