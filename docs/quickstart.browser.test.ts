import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { closePages, sharedBrowser } from '../e2e/harness/browser.ts';
import { expect } from '../e2e/harness/expect.ts';
import { TITLES, widgetOn } from '../e2e/harness/widget-view.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { codeBlocksOf, ROOT } from './testing/code-blocks.ts';
import { DocumentSession } from './testing/document-session.ts';
import { withClient } from './testing/modules.ts';

const PAGE = 'docs/quickstart.md';
const blocks = codeBlocksOf(PAGE);

let session: DocumentSession;
let folder: string;
let origin: string;
let site: ChildProcess | undefined;

beforeAll(async () => {
  session = await DocumentSession.open(PAGE);
  folder = await mkdtemp(join(tmpdir(), 'countersign-quickstart-'));
  const [port = 0] = await freePorts(1);
  origin = `http://localhost:${port}`;
  session.values.set('3000', String(port));
});

afterAll(async () => {
  await closePages(await sharedBrowser());
  if (site && site.exitCode === null) {
    const ended = once(site, 'exit');
    site.kill();
    await ended;
  }
  await session.close();
  await rm(folder, { recursive: true });
});

function only(language: string): string {
  const [block, ...others] = blocks.filter((one) => one.language === language);
  expect(others).toEqual([]);
  return session.values.fill(block?.text ?? '');
}

/** The reader's folder: the page, and the server beside it. */
async function startSite(): Promise<void> {
  await writeFile(join(folder, 'sign-in.html'), only('html'));
  await writeFile(join(folder, 'server.ts'), withClient(only('ts')));
  site = spawn(process.execPath, ['--import', 'tsx', join(folder, 'server.ts')], { cwd: ROOT, stdio: 'inherit' });
  await waitUntil(`the site answers at ${origin}`, async () => {
    if (site?.exitCode !== null) throw new Error('the site ended');
    return (await fetch(origin).catch(() => undefined))?.ok === true;
  });
}

test('leads from an empty folder to a page that asks for a password and a code', async () => {
  for (const block of blocks.filter(DocumentSession.isTyped)) await session.run(block);
  await startSite();
  const browser = await sharedBrowser();
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${origin}/account`);
  const widget = widgetOn(page);
  await widget.identify('maria');
  await widget.givePassword('correct horse battery');

  const key = (await widget.frame.locator('.key').textContent())?.replaceAll(' ', '') ?? '';
  const code = execFileSync('oathtool', ['--totp', '--base32', key], { encoding: 'utf8' }).trim();
  await widget.frame.getByLabel('Code from the app').fill(code);
  await widget.button('Confirm').click();
  await widget.frame.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
  await widget.frame.getByRole('checkbox').check();
  await widget.button('Continue').click();
  await expect(page.locator('body')).toContainText('You are signed in as maria.');
  expect(page.url()).toBe(`${origin}/account`);

  // Another visitor is not signed in, and the password alone is not enough for them.
  const other = await (await browser.newContext()).newPage();
  await other.goto(`${origin}/account`);
  const again = widgetOn(other);
  await again.identify('maria');
  await again.givePassword('correct horse battery');
  await again.frame.getByRole('heading', { name: TITLES.otp }).waitFor();

  const forged = await fetch(`${origin}/sign-in`, { method: 'POST', body: 'a.b.c' });
  expect(forged.status).toBe(403);
});
