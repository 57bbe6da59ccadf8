import { afterAll, beforeAll, describe, test } from 'vitest';
import { addResource, createFixture } from '../server/testing/fixtures.ts';
import { expect } from './harness/expect.ts';
import { expectAccessible, type InProcessService, startInProcessService } from './harness/in-process-service.ts';

let here: InProcessService;
let resource: string;
beforeAll(async () => {
  here = await startInProcessService('user help');
  const { account } = await createFixture(here.ports);
  const links = { help: 'https://shop.example/help', support: 'mailto:help@shop.example' };
  resource = (await addResource(here.ports, account, { name: 'Juniper & Fern', links })).id;
});
afterAll(() => here?.close());

describe.each([
  ['a desk', { width: 1280, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
])('the help for users, on %s', (_, viewport) => {
  test.each([
    ['light', 'en'],
    ['dark', 'ar'],
  ] as const)('%s, in %s: axe finds no violations, and nothing scrolls sideways', async (colorScheme, lang) => {
    const context = await here.browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    await page.goto(`${here.url}/help?resource=${resource}&lang=${lang}`);
    await expect(page.getByRole('heading', { level: 2 })).toHaveCount(8);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
    await context.close();
  });
});
