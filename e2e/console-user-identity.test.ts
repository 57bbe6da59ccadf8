import { addResource, addUser, read } from '../server/testing/fixtures.ts';
import { userDocument } from '../server/users/documents.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console user identity');
const { enter } = visits;

// SR-30. The attack: a customer's number or metadata is markup that runs where an administrator reads it.
testAccessibility('the external id and metadata of a user are set, refused and removed', async (size) => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
  const hostile = '<img/src=x/onerror=alert(1)>';
  await addUser(visits.ports, who.account, shop, { user: { login: 'jonas', externalId: 'c-1' } });
  const { user } = await addUser(visits.ports, who.account, shop, {
    user: { login: 'maria', externalId: hostile, metadata: { plan: hostile } },
  });
  const view = await enter(who, `/console/users/${user.id}/details`, size);
  await expect(view.field('External ID')).toHaveValue(hostile);
  await expect(view.field('Metadata')).toHaveValue(JSON.stringify({ plan: hostile }, null, 2));
  await view.fill({ 'External ID': 'c-1', Metadata: '{"plan":' });
  await view.button('Save changes').click();
  await expect(view.wrong.first()).toHaveText('That is not a JSON object.');
  await view.fill({ Metadata: '{"plan": "gold"}' });
  await view.button('Save changes').click();
  await expect(view.wrong.first()).toHaveText('Another user of this account has that name.');
  await expectAccessible(view, 'details');
  await view.fill({ 'External ID': 'c-2' });
  await view.button('Save changes').click();
  await expect(view.toast('Saved.')).toBeVisible();
  expect(await read(visits.ports, userDocument.key(user.id))).toMatchObject({
    externalId: 'c-2',
    metadata: { plan: 'gold' },
  });
  await view.page.goto(`${visits.stage.url}/console/users?search=c-2`);
  await expect(view.page.getByRole('link', { name: 'maria' })).toBeVisible();
});
