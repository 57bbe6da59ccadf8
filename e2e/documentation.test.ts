import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { expect } from './harness/expect.ts';
import { expectAccessible, type InProcessService, startInProcessService } from './harness/in-process-service.ts';

let here: InProcessService;
beforeAll(async () => {
  here = await startInProcessService('documentation');
});
afterAll(() => here?.close());

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const complaints: string[] = [];
afterEach(() => expect(complaints.splice(0)).toEqual([]));

/** Waits until Vue has taken over the page: before that, a key or a click is lost. */
async function open(path: string, { viewport = DESK, colorScheme = 'light' as 'light' | 'dark' } = {}): Promise<Page> {
  const context = await here.browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(here.url + path);
  await expect(page.locator('main h1').first()).toBeVisible();
  await expect.poll(() => page.locator('#app').evaluate((app) => '__vue_app__' in app)).toBe(true);
  return page;
}

test('the search finds a page without a server, and leads to it', async () => {
  const page = await open('/docs/');
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('recovery codes');
  await page
    .getByRole('option', { name: /Recovery codes/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/docs\/[\w/-]+#[\w-]*recovery-codes/);
});

test('the search puts the right page first', async () => {
  const page = await open('/docs/');
  await page.keyboard.press('Control+k');
  for (const [query, found] of [
    ['remember me', 'sign-in-options#trusted-browsers'],
    ['custom colors', 'appearance#'],
    ['lost phone', 'users#lost-your-device'],
    ['getting started', 'quickstart#'],
    ['docker', 'operations/install#container'],
    ['backup', 'operations/backup#'],
    ['react', 'react#'],
    ['recovery codes', 'users#recovery-codes'],
    ['translate the texts', 'appearance#languages'],
    ['rate limit', 'operations/attack-protection#rate-limits'],
    ['how do I verify the result', 'backend-developers#verify-'],
    ['webhook', 'webhooks#'],
    ['csp', 'site-owners#content-security-policy-csp'],
    ['forgot my password', 'self-service#forgotten-passwords'],
    ['wrong code', 'users#when-it-says-no'],
    ['2fa for my own login', 'second-factor#second-factor-only-2fa'],
    ['iframe does not load', 'troubleshooting#load_failed'],
    ['gdpr', 'operations/personal-data#personal-data'],
    ['migrate from keycloak', 'moving-in#'],
    ['mobile app', 'native-apps#native-apps'],
    ['api key', 'api#api-keys'],
    ['COUNTERSIGN_URL', 'configuration#'],
  ] as const) {
    await page.getByRole('searchbox').fill(query);
    const first = page.getByRole('option').first().locator('a');
    await expect(first, query).toHaveAttribute('href', new RegExp(`^/docs/${found}`));
  }
});

// SR-30. The attack: a script of the documentation acts with the session of an administrator who reads.
test('SR-30: a page has no origin, so that it neither reads cookies nor answers of the service', async () => {
  const page = await open('/docs/console');
  expect(await page.evaluate(() => globalThis.origin)).toBe('null');
  const refused = await page.evaluate(async () => {
    const cookie = (() => {
      try {
        return document.cookie;
      } catch {
        return 'refused';
      }
    })();
    return [
      cookie,
      await fetch('/v1/session').then(
        ({ status }) => status,
        () => 'refused',
      ),
    ];
  });
  expect(refused).toEqual(['refused', 'refused']);
  // The browser reports the refused request.
  expect(complaints.splice(0).join()).toContain('connect-src');
});

test('the chosen colour scheme lasts from page to page', async () => {
  const page = await open('/docs/quickstart');
  const scheme = () => page.evaluate(() => document.documentElement.classList.contains('dark'));
  expect(await scheme()).toBe(false);
  await page.getByRole('switch').first().click();
  await page.getByRole('link', { name: 'Embed the widget' }).first().click();
  await expect(page.getByRole('heading', { name: /^Embed the widget/, level: 1 })).toBeVisible();
  expect(await scheme()).toBe(true);
});

test('an unknown page says so', async () => {
  const context = await here.browser.newContext();
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  const response = await page.goto(`${here.url}/docs/nothing`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  // The browser's own line on the status, and no violation of the policy.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('404')]);
});

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
])('on %s', (_, viewport) => {
  test.each(['light', 'dark'] as const)('axe finds no violations, and nothing scrolls sideways, %s', async (scheme) => {
    for (const path of ['/docs/', '/docs/quickstart', '/docs/operations/backup']) {
      const page = await open(path, { viewport, colorScheme: scheme });
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      complaints.splice(0);
      await page.context().close();
    }
  });

  test('the heading of the first page lies over no picture, and the picture under no bar', async () => {
    const page = await open('/docs/', { viewport });
    const [bar, heading, picture] = await Promise.all(
      ['.VPNavBar', '.VPHero h1', '.VPHero img.only-light'].map((one) => page.locator(one).boundingBox()),
    );
    const bottomOf = (box: typeof bar) => (box ? box.y + box.height : Number.NaN);
    const rightOf = (box: typeof bar) => (box ? box.x + box.width : Number.NaN);
    expect(picture?.y).toBeGreaterThanOrEqual(bottomOf(bar));
    const isApart = Number(heading?.y) >= bottomOf(picture) || Number(picture?.x) >= rightOf(heading);
    expect(isApart).toBe(true);
  });

  test('the words of a diagram are large enough to read', async () => {
    const page = await open('/docs/quickstart', { viewport });
    const words = page.locator('figure.diagram svg:visible text').first();
    expect((await words.boundingBox())?.height).toBeGreaterThan(11);
  });

  test('pictures and diagrams are shown in the colours of the page', async () => {
    const page = await open('/docs/operations/high-availability', { viewport, colorScheme: 'dark' });
    await expect(page.locator('figure.diagram svg:visible')).toHaveCount(1);
    const home = await open('/docs/console', { viewport, colorScheme: 'dark' });
    await expect(home.locator('img.only-dark').first()).toBeVisible();
    await expect(home.locator('img.only-light').first()).toBeHidden();
  });
});
