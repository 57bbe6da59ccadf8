import { ICON_PATHS } from '@countersign/protocol/icon';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchFullBrowser } from './harness/browser.ts';
import { type InProcessService, startInProcessService } from './harness/in-process-service.ts';

let here: InProcessService;
// The headless shell loads no icons.
let browser: Browser;
beforeAll(async () => {
  browser = await launchFullBrowser();
  here = await startInProcessService('icon');
});
afterAll(async () => {
  await browser?.close();
  await here?.close();
});

test.each([
  '/console',
  '/docs/',
  '/v1',
  '/reset?resource=res_01k8dq9z2mp',
  '/unlock',
  '/widget/v1/enrol',
  '/widget/v1/frame',
  '/widget/v1/passkey',
  '/widget/v1/self',
  '/widget/v1/sign-in',
])('%s has an icon, and the browser does not complain about it', async (path) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  const logged = here.log().length;
  await page.goto(here.url + path);
  // Playwright hides requests for icons; the service logs them.
  const requests = () => here.log().slice(logged).split('\n');
  await expect.poll(() => requests().some((line) => line.includes(`"path":"${ICON_PATHS[0]}"`))).toBe(true);
  expect(requests().filter((line) => line.includes('favicon') && !line.includes('"status":200'))).toEqual([]);
  expect(complaints.filter((text) => /icon|image|Content Security Policy|BLOCKED_BY_RESPONSE/i.test(text))).toEqual([]);
  await context.close();
});
