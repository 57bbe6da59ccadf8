import type { Page } from '@playwright/test';
import { describe, test } from 'vitest';
import { resourceDocument } from '../server/resources/documents.ts';
import { addResource, addUser, read } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console typing');
const { enter } = visits;

test('what is typed while an edit is saved is kept, and saved next', async () => {
  const who = await createSuperuser(visits.stage);
  const resource = await addResource(visits.ports, who.account, { name: 'Shop' });
  const stored = () => read(visits.ports, resourceDocument.key(resource.id));
  const view = await enter(who, `/console/resources/${resource.id}`);
  await view.fill({ Name: 'Harbour shop' });
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  await view.page.route('**/v1/resources/*', async (route) => {
    await isReleased;
    await route.continue();
  });
  await view.button('Save changes').click();
  await expect(view.button('Saving…')).toBeVisible();
  await view.fill({ Name: 'Harbour shop, east' });
  release();
  await expect(view.toast('Saved.')).toBeVisible();
  expect((await stored()).name).toBe('Harbour shop');
  await expect(view.field('Name')).toHaveValue('Harbour shop, east');
  await view.button('Save changes').click();
  await expect.poll(async () => (await stored()).name).toBe('Harbour shop, east');
  await expect(view.button('Save changes')).toHaveCount(0);
});

test('a click that leaves a typed origin reaches the switch below it, and the origin is added', async () => {
  const who = await createSuperuser(visits.stage);
  const resource = await addResource(visits.ports, who.account, {
    name: 'Shop',
    allowedOrigins: [],
    allowLocalhost: false,
  });
  const view = await enter(who, `/console/resources/${resource.id}/settings/where`);
  await view.field('Allowed origins').pressSequentially('https://shop.example');
  await view.page.getByRole('switch', { name: 'Also localhost', exact: true }).click();
  await expect(view.page.getByRole('switch', { name: 'Also localhost', exact: true })).toBeChecked();
  await expect(view.page.getByRole('button', { name: 'Remove https://shop.example', exact: true })).toBeVisible();
  await view.button('Save changes').click();
  await expect
    .poll(() => read(visits.ports, resourceDocument.key(resource.id)))
    .toMatchObject({ allowedOrigins: ['https://shop.example'], allowLocalhost: true });
});

describe('a field that the user chooses within the first frame keeps the focus', () => {
  /** Focuses a field as soon as it exists, before the browser paints it and effects run. */
  const chooseAtOnce = (page: Page, label: string) =>
    page.evaluate((wanted) => {
      new MutationObserver(async (_, observer) => {
        const field = [...document.querySelectorAll('label')].find((one) => one.textContent === wanted);
        const input = document.getElementById(field?.htmlFor ?? '');
        if (!input) return;
        observer.disconnect();
        for (let turn = 0; turn < 10; turn++) await undefined;
        input.focus();
      }).observe(document.body, { childList: true, subtree: true });
    }, label);
  /** Effects run after the next frame. */
  const nextFrames = (page: Page) =>
    page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      }
    });

  test('in a dialog', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { tokens } = await addUser(visits.ports, who.account, shop, { user: { login: 'alice' }, tokens: [{}] });
    const view = await enter(who, `/console/tokens/${tokens[0]?.id}`);
    await view.button('Resync').waitFor();
    await chooseAtOnce(view.page, 'The code after it');
    await view.button('Resync').click();
    await view.field('The code after it').waitFor();
    await nextFrames(view.page);
    await expect(view.field('The code after it')).toBeFocused();
  });

  test('in a form with both factors', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/your-sign-in');
    await view.button(/^Password/).waitFor();
    await chooseAtOnce(view.page, 'One-time code');
    await view.button(/^Password/).click();
    await view.field('One-time code').waitFor();
    await nextFrames(view.page);
    await expect(view.field('One-time code')).toBeFocused();
  });
});
