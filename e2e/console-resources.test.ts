import { describe, test } from 'vitest';
import { resourceDocument } from '../server/resources/documents.ts';
import type { Resource } from '../server/resources/resource.ts';
import { addAdministrator } from '../server/testing/administrators.ts';
import { addResource, addUser, overwrite, PASSWORD, read } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console resources');
const { enter } = visits;

const pathOf = ({ id }: Pick<Resource, 'id'>, tab = '') => `/console/resources/${id}${tab}`;
const stored = ({ id }: Pick<Resource, 'id'>) => read(visits.ports, resourceDocument.key(id));

describe('from an empty account', () => {
  test('a resource is created once, and its page opens', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console');
    await view.enter('Resources');
    await view.at('Resources');
    await expect(view.heading).toBeFocused();
    await expect(view.main.getByText('No resources yet')).toBeVisible();
    await view.page.getByRole('link', { name: 'New resource' }).first().click();
    await view.button('Create the resource').click();
    await expect(view.wrong).toHaveText('Fill this in.');
    await expect(view.field('Name')).toBeFocused();
    await view.fill({ Name: 'Shop', 'Allowed origins': 'http://shop.example' });
    await view.button('Add').click();
    await expect(view.wrong.last()).toHaveText(/begin with https/);
    await view.fill({ 'Allowed origins': 'Shop.example/login?x' });
    await view.field('Allowed origins').press('Enter');
    await expect(view.main.getByText('https://shop.example', { exact: true })).toBeVisible();

    // The response is lost: the resource exists, and is not created twice.
    await view.page.route('**/v1/resources', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await view.button('Create the resource').click();
    await expect(view.wrong).toHaveText(/connection was interrupted/);
    view.complaints.splice(0);
    await view.page.unroute('**/v1/resources');
    await view.button('Create the resource').click();
    await view.at('Shop');
    await expect(view.page).toHaveURL(/\/console\/resources\/res_[0-9a-z]{11}\/embed$/);
    await expect(view.page).toHaveTitle('Embed – Shop – Countersign');
    await view.page.getByRole('link', { name: 'Resources', exact: true }).last().click();
    await expect(view.page.getByRole('row')).toHaveCount(2);
  });
});

describe('a list', () => {
  test('keeps search, order and page in its address, forward and back', async () => {
    const who = await createSuperuser(visits.stage);
    for (let at = 0; at < 60; at++) {
      const name = `${at % 2 ? 'Shop' : 'Office'} ${String(at).padStart(2, '0')}`;
      await addResource(visits.ports, who.account, { name });
    }
    const view = await enter(who, '/console/resources?sort=name&order=asc');
    const first = view.page.locator('tbody tr').first();
    await expect(first).toContainText('Office 00');
    await view.button('Next').click();
    await expect(view.page).toHaveURL(/after=/);
    await expect(first).toContainText('Shop 41');
    await view.page.reload();
    await expect(first).toContainText('Shop 41');
    // After a reload the previous page is unknown.
    await view.button('First page').click();
    await expect(first).toContainText('Office 00');
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('shop 1');
    await expect(view.page).toHaveURL(/search=shop\+1/);
    await expect(view.page.locator('tbody tr')).toHaveCount(5);
    await view.page.getByRole('button', { name: 'Sort by Name' }).click();
    await expect(first).toContainText('Shop 19');
    await first.getByRole('link').click();
    await view.at('Shop 19');
    await view.page.goBack();
    await expect(first).toContainText('Shop 19');
    await expect(view.field('Search')).toHaveValue('shop 1');
    await view.field('Search').fill('nothing like it');
    await expect(view.main.getByText('Nothing matches “nothing like it”.')).toBeVisible();
  });

  test('several are disabled at once after a confirmation, and enabled again by undo', async () => {
    const who = await createSuperuser(visits.stage);
    const made = [
      await addResource(visits.ports, who.account, { name: 'A' }),
      await addResource(visits.ports, who.account, { name: 'B' }),
    ];
    const view = await enter(who, '/console/resources');
    await view.page.getByLabel('Select all on this page').check();
    await view.button('Switch off').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
    await expect(view.toast('Done for 2.')).toBeVisible();
    for (const one of made) expect((await stored(one)).enabled).toBe(false);
    await view.button('Undo').click();
    await expect(view.toast('Undone.')).toBeVisible();
    for (const one of made) expect((await stored(one)).enabled).toBe(true);
  });
});

// SR-27 in the user interface: forbidden actions are absent, or the page says who may do them.
describe('an administrator who is not the superuser', () => {
  test('acts on their own resource, sees another, does not see the rest, and creates and deletes none', async () => {
    const ada = await createSuperuser(visits.stage);
    const own = await addResource(visits.ports, ada.account, { name: 'Own' });
    const other = await addResource(visits.ports, ada.account, { name: 'Other' });
    const hidden = await addResource(visits.ports, ada.account, { name: 'Hidden' });
    const grace = await addAdministrator(visits.ports, ada.account, {
      email: `grace-of-${ada.id}@acme.example`,
      grants: [
        { resource: own.id, allowed: true },
        { resource: other.id, allowed: false },
      ],
    });
    const view = await enter(grace, '/console/resources');
    await expect(view.page.getByRole('row')).toHaveCount(3);
    await expect(view.page.getByRole('link', { name: 'New resource' })).toHaveCount(0);
    await view.goTo('/console/resources/new');
    await expect(view.main.getByText('Only the superuser creates resources.')).toBeVisible();

    await view.goTo(pathOf(other));
    await expect(view.main.getByText('You can view this but not change it.')).toBeVisible();
    await expect(view.field('Name')).toHaveAttribute('readonly', '');
    await expect(view.button('Delete this resource')).toHaveCount(0);
    await expect(view.main.getByText('Only the superuser deletes resources.')).toBeVisible();
    await expectAccessible(view, 'read only');

    // SR-67: not even the name of a resource that is not granted is shown.
    await view.page.goto(visits.stage.url + pathOf(hidden));
    await expect(view.page.getByRole('heading', { name: 'Not found' })).toBeVisible();
    await expect(view.page.locator('body')).not.toContainText('Hidden');

    await view.goTo(pathOf(own));
    await view.fill({ Name: 'Still mine' });
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect((await stored(own)).name).toBe('Still mine');
  });
});

describe('the sign-in, in the console', () => {
  test('is tried as users do, and its result is shown claim by claim', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, {
      name: 'Shop',
      allowedOrigins: ['https://shop.example'],
    });
    await addUser(visits.ports, who.account, shop, { user: { login: `maria-${shop.id}` } });
    const view = await enter(who, pathOf(shop, '/try'));
    await view.button(`Allow ${visits.stage.url}`).click();
    const frame = view.page.frameLocator('.widget iframe');
    await frame.getByLabel('Login or email').fill(`maria-${shop.id}`);
    await frame.getByRole('button', { name: 'Continue' }).click();
    await frame.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await frame.getByRole('button', { name: 'Sign in' }).click();
    await expect(view.main.getByText('It is valid.', { exact: false }).first()).toBeVisible();
    const claims = view.page.locator('.claims');
    await expect(claims).toContainText(`"maria-${shop.id}"`);
    await expect(claims).toContainText(`"${visits.stage.url}"`);
    await expect(claims).toContainText('["pwd"]');
    await expectAccessible(view, 'result');
    expect((await stored(shop)).allowedOrigins).toEqual(['https://shop.example', visits.stage.url]);
    expect(visits.stage.log()).not.toContain(PASSWORD);
    await view.button('Try again').click();
    await expect(frame.getByLabel('Login or email')).toBeVisible();
  });

  test('is embedded with code that names this resource, in the language in the address', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, {
      name: 'Shop',
      allowedOrigins: ['https://shop.example'],
    });
    const view = await enter(who, pathOf(shop, '/embed?backend=python'));
    await expect(view.page.getByRole('region', { name: 'In the backend' })).toContainText(`resource="${shop.id}"`);
    await expect(view.page.getByRole('region', { name: 'In the backend' })).toContainText(
      'ORIGIN = "https://shop.example"',
    );
    await view.main.getByText('Java', { exact: true }).click();
    await expect(view.page).toHaveURL(/backend=java$/);
    await expect(view.page.getByRole('region', { name: 'In the backend' })).toContainText(`RESOURCE = "${shop.id}"`);
    await expect(view.page.locator('.snippet').first()).toContainText(`${visits.stage.url}/widget/v1/countersign.js`);
  });
});

test('a text is replaced after a preview, and the standard text comes back', async () => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
  const view = await enter(who, pathOf(shop, '/texts'));
  await view.field('Find a text').fill('sign-in code for');
  await view.page.getByRole('button', { name: 'sms.signIn' }).click();
  await view.fill({ 'Your text': '<i>Code</i>' });
  await view.button('Save').click();
  await expect(view.wrong).toContainText('{code}, {minutes}, {site}');
  await view.fill({ 'Your text': '<i>{code}</i> for {site}, {minutes} min' });
  await view.button('Preview').click();
  await expect(view.main.getByText('<i>492817</i> for Shop, 5 min')).toBeVisible();
  await expect(view.main.getByText('Your gateway sends 1 message')).toBeVisible();
  await view.button('Save').click();
  await expect(view.toast('The text is saved.')).toBeVisible();
  expect((await stored(shop)).texts?.en).toMatch(/^[0-9a-f]{64}$/);
  await view.button('Restore default').click();
  await expect(view.toast('Default text restored.')).toBeVisible();
  expect((await stored(shop)).texts).toBeUndefined();
});

// SR-30. The attack: an administrator puts markup into the name of a resource, for other administrators to open.
test('SR-30: markup in names is text, in lists, titles, dialogs and code', async () => {
  const who = await createSuperuser(visits.stage);
  const made: Resource[] = [];
  for (const name of CORPUS) {
    const one = await addResource(visits.ports, who.account, { name: 'x', allowedOrigins: [visits.stage.url] });
    await overwrite(visits.ports, resourceDocument.key(one.id), { name });
    made.push(one);
  }
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/resources');
  await expect(view.page.getByRole('row')).toHaveCount(CORPUS.length + 1);
  for (const [at, name] of CORPUS.entries()) {
    const one = made[at];
    if (!one) continue;
    await view.goTo(pathOf(one));
    await view.at(name);
    await view.button('Delete this resource').click();
    await expect(view.page.getByRole('dialog').getByRole('heading')).toHaveText(`Delete “${name}”?`);
    await view.page.keyboard.press('Escape');
    await view.page.getByRole('link', { name: 'Appearance' }).click();
    await expect(view.page.frameLocator('.widget iframe').getByRole('button', { name: 'Continue' })).toBeVisible();
    await expect(view.page.locator('main img, main script, main meta, main iframe:not(.widget iframe)')).toHaveCount(0);
    expect(executions).toEqual([]);
  }
});
