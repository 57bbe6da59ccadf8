import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { axeViolations, WCAG } from './harness/axe.ts';
import { closePages, newContext, sharedBrowser } from './harness/browser.ts';
import { expect } from './harness/expect.ts';
import { type InProcessService, startInProcessService } from './harness/in-process-service.ts';

let browser: Browser;
let here: InProcessService;
beforeAll(async () => {
  browser = await sharedBrowser();
  here = await startInProcessService('api-reference');
});
afterEach(() => closePages(browser));
afterAll(() => here?.close());

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await newContext(browser, { viewport: DESKTOP, ...options })).newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(here.url + path);
  return page;
}
const complaints: string[] = [];
afterEach(() => expect(complaints.splice(0)).toEqual([]));

const shownSnippets = (page: Page) => page.locator('.snippet:visible').count();

describe.each([
  ['a phone', PHONE],
  ['a desktop', DESKTOP],
])('the reference on %s', (_, viewport) => {
  test.each(['light', 'dark'] as const)('has no violation in the %s scheme, and fits', async (colorScheme) => {
    for (const path of ['/v1', '/v1/reference/createToken', '/v1/reference/listEvents', '/v1/reference/codes']) {
      const page = await open(path, { viewport, colorScheme });
      expect(await axeViolations(page, WCAG), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(viewport.width);
    }
  });
});

test('the keyboard finds an operation by the name of a field and opens it', async () => {
  const page = await open('/v1');
  await page.keyboard.press('/');
  await page.keyboard.type('failedAttempts');
  await expect(page.getByRole('status')).toHaveText('2 found');
  await expect(page.getByRole('navigation', { name: 'Operations' }).getByRole('link')).toHaveText([
    'POST Create a resource',
    'PATCH Change a resource',
  ]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/v1/reference/updateResource');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Change a resource');
});

test('the chosen language stays on the next page, and its snippet is copied', async () => {
  const page = await open('/v1/reference/createUser', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('radio', { name: 'Python' }).check({ force: true });
  expect(await shownSnippets(page)).toBe(1);
  await page.getByRole('link', { name: /^Next/ }).click();
  await page.waitForURL('**/v1/reference/listUsers');
  await expect(page.getByRole('radio', { name: 'Python' })).toBeChecked();
  await page.locator('.snippet:visible').getByRole('button', { name: 'Copy' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain('for item in client.users.list():');
});

test('the examples call the service that they are read on', async () => {
  const page = await open('/v1/reference/createUser');
  await expect(page.getByRole('region', { name: 'curl example' })).toContainText(`${here.url}/v1/users`);
});

test('a phone has the operations behind a button', async () => {
  const page = await open('/v1/reference/readUser', { viewport: PHONE });
  const operations = page.getByRole('navigation', { name: 'Operations' });
  await expect(operations).toBeHidden();
  await page.getByRole('button', { name: 'All operations' }).click();
  await operations.getByRole('link', { name: 'Delete a user' }).click();
  await page.waitForURL('**/v1/reference/deleteUser');
});

test('everything but search and copying works without the script', async () => {
  const page = await open('/v1/reference/createUser', { javaScriptEnabled: false });
  expect(await shownSnippets(page)).toBe(1);
  await page.getByRole('radio', { name: 'Java' }).check({ force: true });
  await expect(page.locator('.snippet:visible')).toContainText('client.users().create(');
  await expect(page.getByRole('searchbox')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Copy' })).toHaveCount(0);
});
