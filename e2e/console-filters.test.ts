import { describe, test } from 'vitest';
import type { FilterId } from '../server/kernel/ids.ts';
import { filterDocument } from '../server/resources/documents.ts';
import type { Filter, FilterRule } from '../server/resources/filters/filter.ts';
import { addAdministrator, type FixtureAdministrator } from '../server/testing/administrators.ts';
import { createFilter, updateResource } from '../server/testing/as-operator.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { addResource, addUser, birth, read, unwrap } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, PHONE, testAccessibility } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console filters');
const { enter } = visits;

const OFFICE: FilterRule = {
  kind: 'time',
  zone: 'UTC',
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 480, toMinute: 1080 }],
};
const NETWORK: FilterRule = { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] };
const pathOf = ({ id }: Pick<Filter, 'id'>) => `/console/filters/${id}`;
const stored = (id: FilterId) => read(visits.ports, filterDocument.key(id));
const idOf = (view: ConsoleView) => new URL(view.page.url()).pathname.split('/').at(-1) as FilterId;

const addFilter = async (who: FixtureAdministrator, rule: FilterRule, name = 'Office') =>
  unwrap(await createFilter(visits.ports, birth(visits.ports, 'flt'), who.account, { name, rule })).filter;

describe('a new filter', () => {
  test('by country: found by name, selected, and listed by name', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console');
    await view.enter('Filters');
    await expect(view.main.getByText('No filters yet')).toBeVisible();
    await view.page.keyboard.press('c');
    await view.at('New filter');
    await view.fill({ Name: 'Our countries' });
    await view.button('Create the filter').click();
    await expect(view.wrong.first()).toHaveText('Choose at least one country.');
    await view.field('Find a country').fill('österr');
    await expect(view.page.locator('.countries label')).toHaveCount(0);
    await view.field('Find a country').fill('AUSTRIA');
    await view.field('Find a country').press('Enter');
    await view.field('Find a country').fill('aland');
    await view.page.getByRole('checkbox', { name: /Åland/ }).check();
    await view.button('Create the filter').click();
    await view.at('Our countries');
    expect((await stored(idOf(view))).rule).toEqual({
      kind: 'geo',
      mode: 'allow',
      countries: ['AT', 'AX'],
      unlocated: 'deny',
    });
    await view.button('Remove Åland Islands').click();
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect((await stored(idOf(view))).rule).toMatchObject({ countries: ['AT'] });
  });

  test('by time: drawn by mouse, by keyboard, and by touch', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/filters/new?kind=time');
    await view.fill({ Name: 'Nights' });
    await view.page.getByLabel('Time zone').selectOption('Europe/Vienna');
    await view.button('Clear').click();
    await view.button('Create the filter').click();
    await expect(view.wrong.first()).toHaveText('Mark at least one hour.');
    // By mouse, from Monday 01:00 down to 03:00.
    await view.button('Monday, 01:00').hover();
    await view.page.mouse.down();
    for (const hour of ['Monday, 02:00', 'Monday, 03:00']) await view.button(hour).hover();
    await view.page.mouse.up();
    await expect(view.page.locator('.windows')).toHaveText('Monday 01:00–04:00');
    // By keyboard: to Tuesday, one hour; then drawn down.
    await view.button('Monday, 03:00').focus();
    await view.page.keyboard.press('ArrowRight');
    await expect(view.button('Tuesday, 03:00')).toBeFocused();
    await view.page.keyboard.press('Space');
    await view.page.keyboard.press('Shift+ArrowDown');
    await expect(view.button('Tuesday, 04:00')).toHaveAttribute('aria-pressed', 'true');
    await view.button('Sunday, the whole day').click();
    await view.button('23:00, on every day').click();
    await view.button('Create the filter').click();
    await view.at('Nights');
    const { rule } = await stored(idOf(view));
    expect(rule).toMatchObject({ kind: 'time', zone: 'Europe/Vienna' });
    if (rule.kind !== 'time') throw new Error('not by time');
    expect(rule.windows).toContainEqual({ days: ['mon'], fromMinute: 60, toMinute: 240 });
    expect(rule.windows).toContainEqual({ days: ['tue'], fromMinute: 180, toMinute: 300 });
    expect(rule.windows).toContainEqual({ days: ['sun'], fromMinute: 0, toMinute: 1440 });

    const phone = await enter(who, pathOf({ id: idOf(view) }), { ...PHONE, hasTouch: true });
    await phone.button('Saturday, 12:00').tap();
    await expect(phone.button('Saturday, 12:00')).toHaveAttribute('aria-pressed', 'true');
    await phone.button('Saturday, 12:00').tap();
    await expect(phone.button('Saturday, 12:00')).toHaveAttribute('aria-pressed', 'false');
  });

  test('by network: an invalid range is reported at its field', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/filters/new?kind=ip');
    await view.fill({ Name: 'Office network', 'Addresses and ranges': '203.0.113.0/33' });
    await view.button('Add').click();
    await expect(view.wrong.last()).toHaveText(/An address or a range/);
    await view.fill({ 'Addresses and ranges': '203.0.113.7/24, 2001:DB8::1' });
    await view.button('Add').click();
    await view.page.getByLabel('What the list means').selectOption('Everywhere except these addresses');
    await view.button('Create the filter').click();
    await view.at('Office network');
    // The canonical form, as the service stores it.
    expect((await stored(idOf(view))).rule).toEqual({
      kind: 'ip',
      mode: 'deny',
      ranges: ['203.0.113.0/24', '2001:db8::1/128'],
    });
  });
});

test('keeps times to the minute until they are drawn again', async () => {
  const who = await createSuperuser(visits.stage);
  const rule: FilterRule = { kind: 'time', zone: 'UTC', windows: [{ days: ['mon'], fromMinute: 485, toMinute: 1081 }] };
  const filter = await addFilter(who, rule);
  const view = await enter(who, pathOf(filter));
  await expect(view.page.locator('.windows')).toHaveText('Monday 08:05–18:01');
  await view.fill({ Name: 'Another name' });
  await view.button('Save changes').click();
  await expect(view.toast('Saved.')).toBeVisible();
  expect((await stored(filter.id)).rule).toEqual(rule);
});

describe('a filter in use', () => {
  async function inUse(who: FixtureAdministrator) {
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { user } = await addUser(visits.ports, who.account, shop, { user: { login: `maria-${shop.id}` } });
    const filter = await addFilter(who, NETWORK, 'Network');
    unwrap(await updateResource(visits.ports, who.account, shop.id, { ipFilter: filter.id }));
    await sealEvents(visits.ports);
    return { shop, user, filter };
  }

  test('lists its resources, cannot be deleted, and shows who would be refused', async () => {
    const who = await createSuperuser(visits.stage);
    const { shop, user, filter } = await inUse(who);
    const view = await enter(who, pathOf(filter));
    await expect(view.page.getByRole('link', { name: 'Shop', exact: true })).toBeVisible();
    await expect(view.main.getByText('Resources use it. Remove it there first.')).toBeVisible();
    await expect(view.button('Delete')).toHaveCount(0);
    await view.button('Check').click();
    await expect(view.main.getByText('No user has signed in to this resource recently.')).toBeVisible();
    await view.fill({ User: `maria-${shop.id}`, Address: '198.51.100.7' });
    await view.button('Check this one').click();
    await expect(view.page.locator('.verdicts li')).toContainText(['Denied']);
    await view.fill({ User: user.id, Address: '203.0.113.7' });
    await view.button('Check this one').click();
    await expect(view.page.locator('.verdicts li').first()).toContainText('Allowed');
    await expect(view.main.getByText('1 of 2 would be denied by this filter.')).toBeVisible();
    await view.fill({ Address: 'nonsense' });
    await view.button('Check this one').click();
    await expect(view.wrong.filter({ hasText: /./ })).toBeVisible();
    await expectAccessible(view, 'verdicts');
  });

  test('sends no more requests after the page is left', async () => {
    const who = await createSuperuser(visits.stage);
    const { filter } = await inUse(who);
    const view = await enter(who, pathOf(filter));
    const items = Array.from({ length: 5 }, (_, at) => ({
      id: String(at),
      subject: `usr_0000000000${at}`,
      address: '203.0.113.7',
    }));
    await view.page.route('**/v1/events?*', (route) => route.fulfill({ json: { items, next: null } }));
    const asked: string[] = [];
    // Never answered: the first request is pending when the page is left.
    await view.page.route('**/v1/explain', (route) => void asked.push(route.request().url()));
    await view.button('Check').click();
    await expect(view.main.getByText('Checking: 1 of 5')).toBeVisible();
    const givenUp = view.page.waitForEvent('requestfailed', (request) => request.url().endsWith('/v1/explain'));
    await view.page.getByRole('link', { name: 'Filters' }).first().click();
    await view.at('Filters');
    expect((await givenUp).failure()?.errorText).toContain('ABORTED');
    expect(asked).toHaveLength(1);
  });

  // SR-27: a filter affects every resource that has it.
  test('cannot be changed by others than its creator, or without the right to act on all its resources', async () => {
    const ada = await createSuperuser(visits.stage);
    const { shop, filter } = await inUse(ada);
    const grace = await addAdministrator(visits.ports, ada.account, {
      email: `grace-of-${ada.id}@acme.example`,
      grants: [{ resource: shop.id, allowed: true }],
    });
    const view = await enter(grace, pathOf(filter));
    await expect(
      view.main.getByText('Only the superuser, or the administrator who created it, can change this filter.').first(),
    ).toBeVisible();
    await expect(view.field('Name')).toHaveAttribute('readonly', '');
    await expectAccessible(view, 'read only');
    await view.page.goto(`${visits.stage.url}/console/filters/new?kind=ip`);
    await view.fill({ Name: 'Hers', 'Addresses and ranges': '198.51.100.0/24' });
    await view.button('Add').click();
    await view.button('Create the filter').click();
    await view.at('Hers');
    await view.fill({ Name: 'Still hers' });
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    await view.button('Delete').click();
    await view.confirmByName('Still hers');
    await view.at('Filters');
  });
});

test('SR-30: markup in names is text', async () => {
  const who = await createSuperuser(visits.stage);
  const made: Filter[] = [];
  for (const name of CORPUS) made.push(await addFilter(who, OFFICE, name));
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/filters');
  for (const { name } of made) await expect(view.page.locator('tbody')).toContainText(name);
  for (const filter of made) {
    await view.goTo(pathOf(filter));
    await view.at(filter.name);
  }
  expect(executions).toEqual([]);
});

testAccessibility('in the pages of filters', async (size) => {
  const who = await createSuperuser(visits.stage);
  const view = await enter(who, '/console/filters', size);
  await expect(view.main.getByText('No filters yet')).toBeVisible();
  await expectAccessible(view, 'empty list');
  for (const kind of ['geo', 'time', 'ip']) {
    await view.goTo(`/console/filters/new?kind=${kind}`);
    await view.heading.waitFor();
    await expectAccessible(view, `new, ${kind}`);
  }
  const office = await addFilter(who, OFFICE);
  await addFilter(who, { kind: 'geo', mode: 'deny', countries: ['AT', 'DE', 'FR', 'IT', 'ES'], unlocated: 'allow' });
  await view.page.goto(`${visits.stage.url}/console/filters`);
  await expect(view.page.locator('.list .clipped')).toHaveCount(2);
  await expectAccessible(view, 'list');
  await view.goTo(pathOf(office));
  await expect(view.main.getByText('None yet. Choose it under')).toBeVisible();
  await expectAccessible(view, 'one');
});
