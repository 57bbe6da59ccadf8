import { readFile } from 'node:fs/promises';
import { describe, test } from 'vitest';
import { updateResource } from '../server/resources/update-resource.ts';
import { addAdministrator, type FixtureAdministrator } from '../server/testing/administrators.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { addResource, addUser } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console events');
const { enter } = visits;

/** An account with a new resource, a new user, and a renamed resource. */
async function busyAccount(who: FixtureAdministrator) {
  const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
  const person = await addUser(visits.ports, who.account, shop, { user: { login: `maria-${shop.id}` } });
  await sealEvents(visits.ports);
  return { shop, person };
}

const rename = async (who: FixtureAdministrator, id: Awaited<ReturnType<typeof addResource>>['id'], name: string) => {
  const actor = { kind: 'administrator', account: who.account, id: who.id, role: 'superuser', resources: [] } as const;
  await updateResource(visits.ports, { actor }, id, { name }, undefined);
  await sealEvents(visits.ports);
};

/** A reader of events, whose clock the test controls. */
async function following(who: FixtureAdministrator) {
  await busyAccount(who);
  const view = await enter(who, '/console');
  await view.page.clock.install();
  await view.enter('Events');
  await view.button('Follow').click();
  return view;
}

test('a user is erased by typing the login, and the erasure is an event', async () => {
  const who = await createSuperuser(visits.stage);
  const { person } = await busyAccount(who);
  const { id, login } = person.user;
  const view = await enter(who, `/console/users/${id}/details`);
  const exported = view.page.getByRole('link', { name: 'Download as JSON' });
  await expect(exported).toHaveAttribute('href', `/v1/users/${id}/data`);
  await view.button('Erase this person').click();
  const dialog = view.page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(login);
  await dialog.getByRole('button', { name: 'Erase this person' }).click();
  await expect(view.toast(new RegExp(`^${login} is deleted`))).toBeVisible();
  await sealEvents(visits.ports);
  await view.enter('Events');
  await expect(view.page.locator('tbody tr').filter({ hasText: 'User erased' })).toBeVisible();
});

describe('events', () => {
  test.each([
    ['a desk', 1280, 'tr'],
    ['a phone', 390, 'li'],
  ])('say who did it, on %s', async (_, width, row) => {
    const who = await createSuperuser(visits.stage);
    const { shop } = await busyAccount(who);
    await rename(who, shop.id, 'Market');
    const view = await enter(who, '/console/events', { viewport: { width, height: 800 } });
    const events = view.page.locator(`.events ${row}`);
    await expect(events.filter({ hasText: 'Resource changed' })).toContainText(/Administrator\s+Ada/);
    // Also where the event is about the same administrator.
    await expect(events.filter({ hasText: 'Invitation accepted' })).toContainText(
      /Administrator\s+Ada.*Ada|Ada.*Administrator\s+Ada/,
    );
  });

  test('are filtered, with the filter in the address, and shown with their details', async () => {
    const who = await createSuperuser(visits.stage);
    const { shop } = await busyAccount(who);
    const view = await enter(who, '/console');
    await view.enter('Events');
    await view.at('Events');
    await view.page.getByLabel('What').selectOption('Resource created');
    await expect(view.page).toHaveURL(/type=resource\.created/);
    await expect(view.page.locator('tbody tr')).toHaveCount(1);
    await expect(view.page.locator('tbody tr')).toContainText('Shop');
    await expect(view.page.locator('tbody tr')).not.toContainText(shop.id);
    await view.page.reload();
    await expect(view.page.getByLabel('What')).toHaveValue('resource.created');
    await view.button('Resource created').click();
    const dialog = view.page.getByRole('dialog');
    await expect(dialog).toContainText(shop.id);
    await expect(dialog).toContainText('Sealed in segment');
    await expectAccessible(view, 'event');
    await dialog.getByRole('link', { name: /Shop/ }).click();
    await view.at('Shop');
    await view.page.goBack();
    await view.button('Clear filters').click();
    await expect(view.page).toHaveURL(/\/console\/events$/);
    await view.main.getByText('More filters').click();
    const about = view.page.getByRole('combobox', { name: 'About' });
    await about.fill('nonsense');
    await about.press('Enter');
    await expect(view.wrong).toHaveText('Nothing has that name. An id such as usr_01k8dq9z2mp works too.');
    await about.fill(shop.id);
    await about.press('Enter');
    await expect(view.page).toHaveURL(new RegExp(`subject=${shop.id}`));
    await expect(about).toBeFocused();
    await expect(about).toHaveValue('Shop');
    await view.page.getByLabel('From', { exact: true }).fill('2026-01-01T00:00');
    await expect(view.page).toHaveURL(/from=/);
    await expect(view.page.getByLabel('From', { exact: true })).toBeFocused();
    await view.page.getByLabel('Outcome').selectOption('Failed');
    await expect(view.main.getByText('No matches so far.')).toBeVisible();
    await view.button('Clear filters').click();
    await expect(about).toHaveValue('');
    await expect(view.page.getByLabel('From', { exact: true })).toHaveValue('');
  });

  test('are filtered by the name of a user and of who did it, chosen by keyboard or pointer', async () => {
    const who = await createSuperuser(visits.stage);
    const { person } = await busyAccount(who);
    const view = await enter(who, '/console/events');
    await view.main.getByText('More filters').click();
    const about = view.page.getByRole('combobox', { name: 'About' });
    await about.fill('mar');
    const found = view.page.getByRole('listbox', { name: 'About' }).getByRole('option');
    await expect(found).toHaveText([`${person.user.login}Users`]);
    await expectAccessible(view, 'found');
    await about.press('ArrowDown');
    await about.press('Enter');
    await expect(view.page).toHaveURL(new RegExp(`subject=${person.user.id}`));
    await expect(about).toHaveValue(person.user.login);
    await expect(view.page.locator('tbody')).toContainText('User created');
    const by = view.page.getByRole('combobox', { name: 'By' });
    await by.fill('Ad');
    await view.page.getByRole('listbox', { name: 'By' }).getByRole('option').click();
    await expect(view.page).toHaveURL(new RegExp(`actor=${who.id}`));
    // What is typed and not chosen changes nothing.
    await about.fill('unknown');
    await by.focus();
    await expect(about).toHaveValue(person.user.login);
    await about.fill('');
    await by.focus();
    await expect(view.page).not.toHaveURL(/subject=/);
  });

  test('of an import are one row that opens, and stay apart in the log', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/users/import');
    const lines = Array.from({ length: 120 }, (_, nr) => `imported-${nr}`);
    const buffer = Buffer.from(`login\n${lines.join('\n')}\n`);
    await view.page.locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
    await view.button('Import 120').click();
    await expect(view.page.locator('.import-counts')).toContainText('Created: 120');
    await sealEvents(visits.ports);
    await view.goTo('/console/events');
    const row = view.button('User created × 120');
    await expect(row).toHaveAttribute('aria-expanded', 'false');
    await expectAccessible(view, 'folded');
    await row.click();
    await expect(view.page.locator('tbody tr').filter({ hasText: 'imported-' }).first()).toBeVisible();
    await expect(view.button('User created')).toHaveCount(120);
    await row.click();
    await expect(view.button('User created')).toHaveCount(0);
  });

  test('are followed until paused', async () => {
    const who = await createSuperuser(visits.stage);
    const { shop } = await busyAccount(who);
    const view = await enter(who, `/console/events?subject=${shop.id}`);
    await expect(view.page.locator('tbody tr')).toHaveCount(1);
    await view.page.keyboard.press('f');
    await expect(view.main.getByText('Following: new events appear by themselves.')).toBeVisible();
    await rename(who, shop.id, 'Shop two');
    await expect(view.page.locator('tbody tr')).toHaveCount(2);
    await expect(view.page.locator('tbody tr').first()).toContainText('Resource changed');
    await view.button('Pause').click();
    const asked: string[] = [];
    view.page.on('request', (request) => asked.push(request.url()));
    await rename(who, shop.id, 'Shop three');
    await view.button('Follow').click();
    await expect(view.page.locator('tbody tr')).toHaveCount(3);
    expect(asked.filter((url) => url.includes('/v1/events'))).not.toEqual([]);
  });

  test('are not followed with a filter that ends in the past', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await following(who);
    await expect(view.main.getByText('Following: new events appear by themselves.')).toBeVisible();
    await view.main.getByText('More filters').click();
    const read = view.page.waitForResponse((response) => /\/v1\/events\?.*to=/.test(response.url()));
    await view.page.getByLabel('To', { exact: true }).fill('2040-01-01T00:00');
    await expect(view.page).toHaveURL(/to=/);
    await read;
    await expect(view.button('Follow')).toHaveCount(0);
    await expect(view.button('Pause')).toHaveCount(0);
    await expect(view.page.locator('.events')).toHaveAttribute('aria-busy', 'false');
    const asked: string[] = [];
    view.page.on('request', (request) => asked.push(request.url()));
    await view.page.clock.runFor(60_000);
    expect(asked.filter((url) => url.includes('/v1/events'))).toEqual([]);
    // Without the end, it stays off until it is switched on.
    await view.button('Clear filters').click();
    await expect(view.button('Follow')).toBeVisible();
  });

  // SR-29: an idle session ends. Pages that poll by themselves would keep it alive for the next user of the browser.
  test('are not followed by an idle page: it stops polling', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await following(who);
    await view.page.clock.runFor(4 * 60_000);
    await expect(view.main.getByText('Following: new events appear by themselves.')).toBeVisible();
    await view.page.clock.runFor(2 * 60_000);
    await expect(view.main.getByText('Paused because the page was idle.')).toBeVisible();
    const asked: string[] = [];
    view.page.on('request', (request) => asked.push(request.url()));
    await view.page.clock.runFor(60_000);
    expect(asked.filter((url) => url.includes('/v1/events'))).toEqual([]);
  });

  test('are exported as a table, and with a proof', async () => {
    const who = await createSuperuser(visits.stage);
    const { shop } = await busyAccount(who);
    const view = await enter(who, '/console/events');
    await view.main.getByText('Export', { exact: true }).click();
    await expectAccessible(view, 'export');
    for (const [name, kind] of [
      [/JSON Lines/, 'jsonl'],
      [/CSV/, 'csv'],
    ] as const) {
      const [file] = await Promise.all([
        view.page.waitForEvent('download'),
        view.page.getByRole('link', { name }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`events-${who.account}.${kind}`);
      expect(await readFile(await file.path(), 'utf8')).toContain(shop.id);
    }
    // The table has what the list shows.
    await view.page.goto(`${visits.stage.url}/console/events?type=authentication`);
    await view.main.getByText('Export', { exact: true }).click();
    const [file] = await Promise.all([
      view.page.waitForEvent('download'),
      view.page.getByRole('link', { name: /CSV/ }).click(),
    ]);
    const [, ...lines] = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines.filter((line) => !line.includes('authentication'))).toEqual([]);
  });
});

test('an administrator who is not the superuser sees the same, without links to what they may not open', async () => {
  const ada = await createSuperuser(visits.stage);
  const { shop } = await busyAccount(ada);
  const grace = await addAdministrator(visits.ports, ada.account, {
    email: `grace-of-${ada.id}@acme.example`,
    grants: [{ resource: shop.id, allowed: true }],
  });
  await sealEvents(visits.ports);
  const view = await enter(grace, '/console/events?type=administrator.joined');
  await expect(view.page.locator('tbody tr')).toHaveCount(2);
  // The name of another administrator is none of theirs.
  await expect(view.page.locator('tbody')).toContainText(ada.id);
  await view.button('Invitation accepted').first().click();
  await expect(view.page.getByRole('dialog')).toContainText(/adm_/);
  await expect(view.page.getByRole('dialog').getByRole('link', { name: /adm_/ })).toHaveCount(0);
});

test('SR-30: markup in names is text, in filters, rows and details', async () => {
  const who = await createSuperuser(visits.stage);
  for (const name of CORPUS) await addResource(visits.ports, who.account, { name });
  await sealEvents(visits.ports);
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/events?type=resource.created');
  await expect(view.page.locator('tbody tr')).toHaveCount(CORPUS.length);
  for (const name of CORPUS) await expect(view.page.locator('tbody')).toContainText(name);
  await view.button('Resource created').first().click();
  await expect(view.page.getByRole('dialog')).toContainText(CORPUS.at(-1) ?? '');
  expect(executions).toEqual([]);
});

testAccessibility('in the events', async (size) => {
  const who = await createSuperuser(visits.stage);
  await busyAccount(who);
  const view = await enter(who, '/console/events', size);
  await expect(view.main.getByText('Resource created').last()).toBeVisible();
  await view.main.getByText(/^(More filters|Filters)$/).click();
  await expectAccessible(view, 'events');
  await view.goTo('/console/events?subject=usr_01k8dq9z2mp');
  await expect(view.main.getByText('No matches so far.')).toBeVisible();
  await expectAccessible(view, 'nothing');
});
