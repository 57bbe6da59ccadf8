import { afterAll, beforeAll, beforeEach, test } from 'vitest';
import { composeMail } from '../server/composition/compose-mail.ts';
import { changeTexts } from '../server/messages/texts/change-texts.ts';
import { operatorContext } from '../server/testing/as-operator.ts';
import { createFixture, type Fixture, ORIGIN, unwrap } from '../server/testing/fixtures.ts';
import { newContext } from './harness/browser.ts';
import { expect } from './harness/expect.ts';
import { expectAccessible, type InProcessService, startInProcessService } from './harness/in-process-service.ts';

let here: InProcessService;
let scene: Fixture;

beforeAll(async () => {
  here = await startInProcessService('brand-e2e');
});
afterAll(() => here?.close());
// Few resets of one user are mailed.
beforeEach(async () => {
  scene = await createFixture(here.ports, {
    resource: {
      name: 'Harbour & Co.',
      passwordReset: true,
      selfService: { tokens: true, password: true, details: [], browsers: false },
      allowedOrigins: [ORIGIN],
      appearance: { accent: '#1f6f54', background: '#fffdf7', text: '#20251f', radius: '6px' },
      links: {
        privacy: 'https://shop.example/privacy',
        terms: 'https://shop.example/terms',
        help: 'https://shop.example/help',
        support: 'mailto:help@shop.example',
      },
    },
    user: { email: 'alice@shop.example' },
  });
});

test('a page of the service has the texts of the resource, also one whose script chooses the language', async () => {
  const { id } = scene.resource;
  const changes = { 'sign-in.identifyTitle': 'Moin bei <b>uns</b>', 'pages.askTitle': 'Weg?' };
  unwrap(await changeTexts(here.ports, operatorContext(scene.account), id, { language: 'de', changes }));
  const context = await newContext(here.browser, { locale: 'de-AT' });
  const page = await context.newPage();
  await page.goto(`${here.url}/widget/v1/self?resource=${id}`);
  await page.getByRole('heading', { name: 'Moin bei <b>uns</b>' }).waitFor();
  await page.goto(`${here.url}/reset?resource=${id}`);
  await page.getByRole('heading', { name: 'Weg?' }).waitFor();
});

test.each([
  [390, 'light'],
  [390, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
] as const)('the hosted pages are those of the site: %i px, %s', async (width, colorScheme) => {
  here.ports.courier.sent.length = 0;
  const context = await newContext(here.browser, { viewport: { width, height: 800 }, colorScheme, locale: 'en' });
  const page = await context.newPage();
  const isTheirs = async () => {
    await page.getByRole('link', { name: 'Back to Harbour & Co.' }).waitFor();
    const footer = page.locator('footer');
    expect(await footer.getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toEqual([
      expect.stringContaining(ORIGIN),
      'https://shop.example/privacy',
      'https://shop.example/terms',
      'https://shop.example/help',
      'mailto:help@shop.example',
    ]);
    const main = page.locator('main');
    expect(await main.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(255, 253, 247)');
    expect(await main.evaluate((one) => getComputedStyle(one).borderRadius)).toBe('6px');
    await expectAccessible(page);
  };
  await page.goto(`${here.url}/widget/v1/self?resource=${scene.resource.id}`);
  await page.locator('#identify').waitFor();
  await isTheirs();
  await page.goto(`${here.url}/reset?resource=${scene.resource.id}`);
  await isTheirs();
  await page.getByLabel('Login or email').fill('alice');
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await isTheirs();
  await expect.poll(() => here.ports.courier.sent.length).toBe(1);
  const mail = here.ports.courier.sent.at(-1);
  if (!mail) throw new Error('no mail');
  const { html, link = '' } = composeMail(mail, here.url);
  await page.setContent(html);
  await expect(page.locator('body > div').getByText('Harbour & Co.')).toHaveCount(1);
  await page.goto(link);
  await page.getByLabel('New password', { exact: true }).fill('seven quiet marmots');
  await page.getByRole('button', { name: 'Show password' }).first().click();
  await isTheirs();
  await page.goto(`${here.url}/unlock?resource=${scene.resource.id}&lang=en#usr_00000000000.${'A'.repeat(32)}`);
  await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
  await isTheirs();
});
