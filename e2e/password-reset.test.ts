import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadBuiltFiles } from '../server/adapters/built-files/load-built-files.ts';
import { loadSigningKeys } from '../server/adapters/jose/load-signing-keys.ts';
import { createSigner } from '../server/adapters/jose/signer.ts';
import { createApp } from '../server/app.ts';
import { composeMail } from '../server/domain/mail/compose.ts';
import { type Listening, listen } from '../server/http/listen.ts';
import { createReadiness } from '../server/http/readiness.ts';
import { capturedLog } from '../server/testing/captured-log.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { NONCE, type Scene, setScene } from '../server/testing/scene.ts';
import { openTestPorts, type TestPorts } from '../server/testing/test-ports.ts';
import { buildWidget } from '../widget/build.ts';
import { type HostSite, hostPage, startHostSite } from '../widget/testing/host-page.ts';
import { launchBrowser } from './harness/browser.ts';

const NEW = 'seven quiet marmots';
let ports: TestPorts;
let scene: Scene;
let url: string;
let service: Listening;
let host: HostSite;
let browser: Browser;
let folder: string;

/** The service in this process, so that a mail can be read before any mailbox gets it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-reset-'));
  await buildWidget(folder);
  [ports, host, browser] = await Promise.all([openTestPorts('reset-e2e'), startHostSite(), launchBrowser()]);
  const [port = 0] = await freePorts(1);
  url = `http://localhost:${port}`;
  scene = await setScene(ports, {
    resource: { passwordReset: true, allowedOrigins: [host.origin] },
    user: { email: 'alice@shop.example' },
  });
  const readiness = createReadiness();
  const keys = await loadSigningKeys(ports, { algorithm: 'ES256' });
  ports.signer = createSigner({ issuer: url, keys, now: () => ports.clock.now() });
  const app = createApp(ports, {
    issuer: url,
    version: '0.0.0',
    trustedProxies: [],
    forwardedHeader: 'x-forwarded-for',
    widget: await loadBuiltFiles(folder, 'widget'),
    log: capturedLog().log,
    readiness,
  });
  const timeouts = { drainMs: 0, shutdownMs: 1000 };
  service = await listen(app.fetch, { host: 'localhost', port, readiness, timeouts, onFault: () => {} });
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([service?.stop(), host?.close()]);
  await ports?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  ports.courier.sent.length = 0;
});

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

test('a person who has forgotten their password gets another, in browsers that run no script on the way', async () => {
  const script = `window.result = new Promise((resolve) =>
    document.addEventListener('countersign:success', ({ detail }) => resolve(detail)));
Countersign.mount('#here', { resource: '${scene.resource.id}', nonce: '${NONCE}', locale: 'de' });`;
  const site = await (await browser.newContext()).newPage();
  await site.goto(host.put(hostPage(url, '<div id="here"></div>', script)));
  const widget = site.frameLocator('iframe');
  await widget.locator('#identify').fill('alice');
  await widget.locator('.primary').click();
  const [popup] = await Promise.all([
    site.context().waitForEvent('page'),
    widget.getByRole('link', { name: 'Passwort vergessen?' }).click(),
  ]);
  await popup.waitForLoadState();
  expect(await popup.title()).toBe('Passwort vergessen?');
  expect(await popup.evaluate(() => window.opener)).toBeNull();
  const asking = popup.url();
  await popup.close();

  // From here on without script.
  const context = await browser.newContext({ javaScriptEnabled: false, colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(asking);
  await page.getByLabel('Login oder E-Mail').fill('Alice');
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Sehen Sie in Ihr Postfach' }).waitFor();
  await expect.poll(() => ports.courier.sent.length).toBe(1);
  const [mail] = ports.courier.sent;
  if (!mail) throw new Error('no mail');
  const { link = '' } = composeMail(mail, url);

  await page.goto(link);
  await page.getByLabel('Neues Passwort', { exact: true }).fill('password1234567');
  await page.getByLabel('Neues Passwort noch einmal').fill('password1234567');
  await page.getByRole('button').click();
  expect(await page.getByRole('alert').textContent()).toContain('gehört zu den häufigsten');
  await page.getByLabel('Neues Passwort', { exact: true }).fill(NEW);
  await page.getByLabel('Neues Passwort noch einmal').fill(NEW);
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Ihr Passwort ist geändert' }).waitFor();
  await page.goto(link);
  await page.getByRole('heading', { name: 'Dieser Link führt nirgendwohin' }).waitFor();

  await widget.locator('#password').fill(NEW);
  await widget.locator('.primary').click();
  await site.evaluate(() => (window as unknown as { result: Promise<unknown> }).result);
});

test('the pages are accessible, on a phone too', async () => {
  const page = await (await browser.newContext({ viewport: { width: 320, height: 640 }, locale: 'en' })).newPage();
  await page.goto(`${url}/reset?resource=${scene.resource.id}`);
  await expectAccessible(page);
  await page.getByLabel('Login or email').fill('alice');
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await expectAccessible(page);
  await expect.poll(() => ports.courier.sent.length).toBe(1);
  const mail = ports.courier.sent.at(-1);
  if (!mail) throw new Error('no mail');
  await page.goto(composeMail(mail, url).link ?? '');
  await expectAccessible(page);
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByLabel('New password once more').fill('short');
  await page.getByRole('button').click();
  await page.getByRole('alert').waitFor();
  await expectAccessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(320);
});
