import { test } from 'vitest';
import { resourceDocument } from '../server/resources/documents.ts';
import type { Resource } from '../server/resources/resource.ts';
import { addResource, read } from '../server/testing/fixtures.ts';
import { samplePng } from '../server/testing/images.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console look');
const { enter } = visits;

const pathOf = ({ id }: Pick<Resource, 'id'>, tab = '') => `/console/resources/${id}${tab}`;
const stored = ({ id }: Pick<Resource, 'id'>) => read(visits.ports, resourceDocument.key(id));

test('previews look and links as they are typed, and saves them', async () => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'Shop', allowedOrigins: [visits.stage.url] });
  const view = await enter(who, pathOf(shop, '/appearance'));
  const frame = view.page.frameLocator('.widget iframe');
  await expect(frame.getByRole('button', { name: 'Continue' })).toBeVisible();
  await view.page.getByLabel('Colour of buttons', { exact: true }).fill('#006644');
  await expect(frame.getByRole('button', { name: 'Continue' })).toHaveCSS('background-color', 'rgb(0, 102, 68)');
  await expect(view.main.getByText('Dark: the buttons differ from the card by')).toBeVisible();
  await view.page.getByLabel('Background', { exact: true }).fill('#777777');
  await view.page.getByLabel('Text', { exact: true }).fill('#888888');
  await expect(view.main.getByText('the sign-in ignores both').first()).toBeVisible();
  await view.page.getByLabel('Background', { exact: true }).fill('#fffdf7');
  await view.page.getByLabel('Text', { exact: true }).fill('#20251f');
  await expect(view.main.getByText('the sign-in ignores both')).toHaveCount(0);
  await view.page.getByLabel('Help', { exact: true }).fill('https://shop.example/help');
  await expect(frame.getByRole('link', { name: 'Help' })).toHaveAttribute('href', 'https://shop.example/help');
  await view.page.getByLabel('Show “Secured by Countersign”').uncheck();
  await expect(frame.locator('footer').getByText('Secured by Countersign')).toHaveCount(0);
  expect(await stored(shop)).not.toHaveProperty('appearance');
  await view.page.getByLabel('Privacy', { exact: true }).fill('javascript:alert(1)');
  await view.button('Save changes').click();
  await expect(view.main.getByText('Enter an address that starts with https://.').first()).toBeVisible();
  await view.page.getByLabel('Privacy', { exact: true }).fill('https://shop.example/privacy');
  await expect(frame.getByRole('link')).toHaveText(['Privacy', 'Help']);
  await view.button('Save changes').click();
  await expect(view.toast('Saved.')).toBeVisible();
  expect(await stored(shop)).toMatchObject({
    appearance: { accent: '#006644', background: '#fffdf7', text: '#20251f', footer: false },
    links: { privacy: 'https://shop.example/privacy', help: 'https://shop.example/help' },
  });
  const png = samplePng();
  await view.page.locator('input[type=file]').setInputFiles({ name: 'a.gif', mimeType: 'image/gif', buffer: png });
  await expect(view.wrong.first()).toHaveText('That is not a PNG or WebP.');
  await view.page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: png });
  await expect(view.toast('The logo was set.')).toBeVisible();
  await expect(view.page.getByRole('img', { name: 'The logo of Shop' })).toHaveJSProperty('complete', true);
  await view.button('Remove').click();
  await expect(view.main.getByText('No logo yet.')).toBeVisible();
});
