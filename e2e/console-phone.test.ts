import { test } from 'vitest';
import { sealEvents } from '../server/testing/consuming.ts';
import { addResource, addUser } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console on a phone');
const PHONE = { width: 390, height: 844 };

test('on a phone, a list begins in the upper half of the screen', async () => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
  const login = 'maria.of-a-long-name@customers.harbour-shop.example';
  await addUser(visits.ports, who.account, shop, { user: { login }, tokens: [{}] });
  await sealEvents(visits.ports);
  const view = await visits.enter(who, '/console/users', { viewport: PHONE });
  for (const title of ['Users', 'Tokens', 'Resources', 'Administrators', 'Events']) {
    await view.goTo(`/console/${title.toLowerCase()}`);
    await view.at(title);
    const first = view.main.getByRole('list', { name: title }).getByRole('listitem').first();
    await expect(first).toBeVisible();
    await expect.poll(async () => (await first.boundingBox())?.y, title).toBeLessThan(PHONE.height / 2);
  }
});

test('on a phone, filters unfold, and are unfolded where one is set', async () => {
  const who = await createSuperuser(visits.stage);
  const view = await visits.enter(who, '/console/tokens', { viewport: PHONE });
  const filters = view.button('Filters');
  const state = view.page.getByRole('combobox', { name: 'Any state' });
  await expect(state).toHaveCount(0);
  await filters.click();
  await expect(filters).toHaveAttribute('aria-expanded', 'true');
  await state.selectOption('locked');
  await expect(view.page).toHaveURL(/state=locked/);
  await expectAccessible(view, 'filters');
  await view.page.reload();
  await expect(state).toHaveValue('locked');
});
