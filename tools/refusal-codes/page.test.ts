import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { refusalCodesPage } from './page.ts';

it('has a line for each code, by status and in alphabetical order', () => {
  const page = refusalCodesPage({
    ZEBRA_LOOSE: { status: 409, title: 'Loose.' },
    BEE_LOST: { status: 404, title: 'Lost.' },
    ANT_LOST: { status: 404, title: 'This | that.' },
  });
  expect(page.slice(page.indexOf('\n## '), page.indexOf('\n## In your'))).toBe(`
## 404

- \`ANT_LOST\`: This | that.
- \`BEE_LOST\`: Lost.

## 409

- \`ZEBRA_LOOSE\`: Loose.
`);
});

it('has the codes of the routes that a library adds to a site', () => {
  const page = refusalCodesPage({}, { VISITOR_LOST: 'Gone.', COOKIE_LOST: 'Eaten.' });
  const section = page.slice(page.indexOf('\n## '));
  expect(section).toContain('## In your own site');
  expect(section).toContain('- `COOKIE_LOST`: Eaten.\n- `VISITOR_LOST`: Gone.\n');
});

it('equals docs/refusal-codes.md; else: npm run docs:codes', () => {
  expect(readFileSync('docs/refusal-codes.md', 'utf8')).toBe(refusalCodesPage());
});
