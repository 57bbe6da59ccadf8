import { createMarkdownRenderer } from 'vitepress';
import { afterEach, expect, test, vi } from 'vitest';
import { CODE_THEME, colourByClass } from '../../docs/.vitepress/markup.ts';

const BLOCKS = `
\`\`\`ts
export const answer: number = await ask({ question: 'why', times: [1, 2, 3] }); // a comment
\`\`\`

\`\`\`php
<?php echo htmlspecialchars($countersign->consume($_POST['result'], ['nonce' => $nonce])->sub);
\`\`\`

\`\`\`sh
curl --fail "$COUNTERSIGN_URL/v1/users" --header "Authorization: Bearer $KEY" | jq '.items[0].id'
\`\`\`
`;

afterEach(() => vi.restoreAllMocks());

test('code blocks have the same colours however slow the machine is that builds them', async () => {
  const markdown = await createMarkdownRenderer('.', { theme: CODE_THEME, codeTransformers: [colourByClass] });
  const quick = markdown.render(BLOCKS);
  expect(quick.match(/class="code-token-/g)?.length).toBeGreaterThan(20);
  // As on a machine that takes a minute between two looks at the clock.
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => {
    now += 60_000;
    return now;
  });
  expect(markdown.render(BLOCKS)).toBe(quick);
});
