import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { type RunningShop, startShop } from '../demo-site/shop/start-shop.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { makePersonWithDevice, makeResource } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/** The main use case from end to end: the demo shop, its backend, and the service. */
let stage: E2eFixture;
let shop: RunningShop;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  const { client, url: service, apiKey } = stage.service;
  resource = (await makeResource(client, stage.host.origin)).id;
  shop = await startShop({ port: 0, service, resource, apiKey });
  await client.resources.update(resource, { allowedOrigins: [shop.url] });
});
afterEach(() => stage.clear());
afterAll(async () => {
  await shop?.close();
  await stage?.close();
});

test('a user fills a basket, signs in with password and code, confirms the order with the next code, signs out', async () => {
  const person = await makePersonWithDevice(stage.service.client, resource);
  const page = await stage.open(`${shop.url}/plants/juniper-bonsai`);
  const widget = widgetOn(page, '#countersign');
  await page.getByRole('button', { name: 'Put in the basket' }).click();
  await page.getByRole('link', { name: 'Check out' }).click();

  await expect(page).toHaveURL(`${shop.url}/sign-in?next=/checkout`);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  await widget.giveCode(person.device.code());

  await page.waitForURL(`${shop.url}/checkout`);
  await expect(widget.heading).toHaveText(TITLES.otp);
  // The code of the sign-in does not confirm the order.
  await widget.giveCode(person.device.code());
  await expect(widget.alert).toContainText('That code has already been used');
  await widget.giveCode(person.device.code(1));

  await page.waitForURL(/\/orders\//);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Thank you for your order');
  await page.getByRole('link', { name: 'Your account' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${person.login}`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(`${shop.url}/account`);
  await expect(page).toHaveURL(`${shop.url}/sign-in`);
});

test('a user who is blocked between the result and its use is not signed in', async () => {
  // SR-4, SR-39: the shop has the service consume the result, and the service checks again.
  const person = await makePersonWithDevice(stage.service.client, resource);
  const page = await stage.open(`${shop.url}/sign-in`);
  await page.route(`${shop.url}/sign-in`, async (route) => {
    if (route.request().method() === 'POST') {
      await stage.service.client.users.update(person.user.id, { blocked: true });
    }
    await route.continue();
  });
  const widget = widgetOn(page, '#countersign');
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  await widget.giveCode(person.device.code());
  await expect(page.locator('main')).toContainText('RESULT_REVOKED');
  await page.goto(`${shop.url}/account`);
  await expect(page).toHaveURL(`${shop.url}/sign-in`);
});
