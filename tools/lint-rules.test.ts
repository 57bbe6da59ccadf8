import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-rules-'));
  for (const file of ['biome.json', 'tools/patient-wait.grit', 'tools/scoped-text.grit'])
    cpSync(file, join(folder, file));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lints a file of the project with this expression. */
function lint(path: string, expression: string) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `export const found = (page: Page) => ${expression};\n`);
  const { status, stdout, stderr } = spawnSync('biome', ['lint', '--vcs-enabled=false', path], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

it.each(["page.getByText('x')", "page.frameLocator('iframe').getByText('x')", "page.locator('body').getByText('x')"])(
  'a browser test may not find a text anywhere on the page: %s',
  (expression) => {
    for (const path of ['e2e/planted.test.ts', 'widget/frame/planted.browser.test.ts']) {
      const { status, output } = lint(path, expression);
      expect(output).toContain('Find a text in a part of the page');
      expect(status).toBe(1);
    }
  },
);

it.each([
  "view.main.getByText('x')",
  "page.getByRole('main').getByText('x').first()",
  "page.getByRole('row', {\n  name: 'y' }).getByText('x')",
  "page.locator('tbody').getByText('x')",
])('a browser test may find a text in a part of the page: %s', (expression) => {
  expect(lint('e2e/planted.test.ts', expression)).toMatchObject({ status: 0 });
});

it.each(['vi.waitFor(() => page.url())', 'vi.waitUntil(() => page.url())'])(
  'no test may wait with a deadline of a second: %s',
  (expression) => {
    for (const path of ['server/planted.test.ts', 'console/planted.test.tsx', 'e2e/planted.test.ts']) {
      const { status, output } = lint(path, expression);
      expect(output).toContain('Wait with `expect.poll`');
      expect(status).toBe(1);
    }
    expect(lint('server/planted.test.ts', 'expect.poll(() => page.url())')).toMatchObject({ status: 0 });
  },
);
