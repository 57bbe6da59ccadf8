import type { Locator, Route } from '@playwright/test';
import { describe, test } from 'vitest';
import { accountDocument, firstLoginDocument } from '../server/accounts/documents.ts';
import { administratorDocument } from '../server/administrators/documents.ts';
import { recordOnce } from '../server/store/record-once.ts';
import { addAdministrator, type FixtureAdministrator } from '../server/testing/administrators.ts';
import { createApiKey } from '../server/testing/as-operator.ts';
import { addResource, addToken, addUser, overwrite, unwrap } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { DESK, openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';
import { seedActivity } from './harness/seed-activity.ts';

const visits = openConsoleSessions('console home');
const { enter } = visits;

/** An account with two resources and users who sign in there. */
async function busyAccount(who: FixtureAdministrator, days = 40) {
  const shop = await addResource(visits.ports, who.account, { name: 'Harbour shop' });
  const staff = await addResource(visits.ports, who.account, { name: 'Staff portal' });
  const people = [];
  for (const login of ['maria.castillo', 'li.wei', 'amara.okafor']) {
    people.push(await addUser(visits.ports, who.account, shop, { user: { login } }));
  }
  await seedActivity(visits.ports, who.account, {
    resources: [shop.id, staff.id],
    people: people.map(({ user }) => user.id),
    days,
  });
  return { shop, staff };
}

/** All that the checklist asks for, and a first sign-in. */
async function allDone({ account }: FixtureAdministrator): Promise<void> {
  unwrap(await createApiKey(visits.ports, { account, name: 'shop', scopes: ['authenticate'], lifetimeMs: 86_400_000 }));
  await addToken(visits.ports, account, {});
  await recordOnce(visits.ports, firstLoginDocument.key(account));
}

/** The contents of each chart. */
async function pictures({ page }: ConsoleView, count: number): Promise<string[]> {
  const canvases = page.locator('.chart canvas');
  await expect(canvases).toHaveCount(count);
  return canvases.evaluateAll((all: HTMLCanvasElement[]) => all.map((one) => one.toDataURL()));
}

const rows = ({ page }: ConsoleView) => page.locator('tbody tr');

describe('activity', () => {
  test('is shown for today, as a chart by day, and links to the counted events', async () => {
    const who = await createSuperuser(visits.stage);
    const { shop } = await busyAccount(who);
    await allDone(who);
    const view = await enter(who, '/console');
    // The steps of the start are past, and take no place.
    await expect(view.page.getByRole('heading', { name: 'Before you go live' })).toBeVisible();
    await expect(view.page.getByRole('heading', { name: 'Create an API key' })).toHaveCount(0);
    const today = view.page.getByRole('region', { name: 'Today' });
    await expect(today).toContainText('Since 00:00 UTC');
    const granted = Number(await today.getByRole('definition').nth(0).textContent());
    const refused = Number(await today.getByRole('definition').nth(1).textContent());
    expect([granted, refused].every((count) => count > 0)).toBe(true);
    await expect(today.locator('.latest').getByRole('listitem')).toHaveCount(5);
    await pictures(view, 3);
    await today.getByRole('definition').nth(0).getByRole('link').click();
    await view.at('Events');
    await expect(rows(view)).toHaveCount(granted);
    await view.page.goBack();
    await today.getByRole('link', { name: 'Wrong code' }).click();
    await view.at('Events');
    await expect(view.page).toHaveURL(/reason=OTP_WRONG/);
    await view.page.goBack();

    // Another resource and period are in the address, so a reload and a colleague see the same.
    await view.field('Resource').selectOption('Harbour shop');
    await view.main.getByText('7 days').click();
    await expect(view.page).toHaveURL(`${visits.stage.url}/console?days=7&resource=${shop.id}`);
    await view.page.reload();
    await expect(view.field('Resource')).toHaveValue(shop.id);
    await expect(view.page.getByRole('radio', { name: '7 days' })).toBeChecked();
    await expect(view.page.getByRole('slider').first()).toHaveAttribute('aria-valuemax', '7');
    await expect(view.main.getByText('Sign-ins by resource')).toHaveCount(0);
    const total = Number(await view.page.locator('.legend .muted').first().textContent());
    await view.page.locator('.legend').first().getByRole('link', { name: 'Successful' }).click();
    await view.at('Events');
    // The button is there while there are older events, and not while a page of them is on its way.
    await expect
      .poll(async () => {
        if (await view.button('Older events').isVisible()) await view.button('Older events').click();
        return rows(view).count();
      })
      .toBe(total);
  });

  test('is shown in the reader’s language, with the texts of the events page', async () => {
    const who = await createSuperuser(visits.stage);
    await busyAccount(who, 1);
    const view = await enter(who, '/console?days=7', { ...DESK, locale: 'de' });
    await view.at('Start');
    const outcomes = view.page.locator('.latest-outcome .state');
    await expect(outcomes).toHaveCount(5);
    const message = await outcomes.allTextContents();
    expect([...new Set(message)].sort()).toEqual(['Erfolgreich', 'Fehlgeschlagen']);
  });

  test('shows the latest attempts, however many other events are newer', async () => {
    const who = await createSuperuser(visits.stage);
    await busyAccount(who, 1);
    const view = await enter(who, '/console/resources');
    // The service reads so many events for a page, and no more.
    const empty = async (route: Route) =>
      route.fulfill({ json: { items: [], next: 'WyI5OTk5OTk5OTk5OTk5OTkiLCIiXQ' } });
    await view.page.route(/\/v1\/events\?type=authentication&limit=5$/, empty);
    await view.page.goto(`${visits.stage.url}/console`);
    await expect(view.page.locator('.latest').getByRole('listitem')).toHaveCount(5);
    let pages = 0;
    await view.page.route(/\/v1\/events\?type=authentication&limit=5/, (route) =>
      route.fulfill({ json: { items: [], next: `page${++pages}` } }),
    );
    await view.page.reload();
    await expect(view.main.getByText('None among the latest events.')).toBeVisible();
    await expect(view.page.getByRole('link', { name: 'All attempts today' })).toBeVisible();
  });

  test('is read day by day with the keyboard, and as a table; resources are listed side by side', async () => {
    const who = await createSuperuser(visits.stage);
    await busyAccount(who);
    const view = await enter(who, '/console');
    const panel = view.page.getByRole('region', { name: 'Sign-ins per day' });
    const slider = panel.getByRole('slider');
    await pictures(view, 3);
    const before = await slider.getAttribute('aria-valuetext');
    expect(before).toMatch(/^January 15, 2027: Successful \d+, Failed \d+$/);
    await slider.focus();
    await view.page.keyboard.press('ArrowLeft');
    await expect(slider).toHaveAttribute('aria-valuetext', /^January 14, 2027: /);
    await view.page.keyboard.press('Home');
    await expect(slider).toHaveAttribute('aria-valuetext', /^December 17, 2026: /);
    await view.page.keyboard.press('ArrowLeft');
    await expect(slider).toHaveAttribute('aria-valuenow', '1');
    const box = await slider.boundingBox();
    await view.page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) - 30, (box?.y ?? 0) + 100);
    await expect(slider).toHaveAttribute('aria-valuetext', before ?? '');

    await panel.locator('summary').getByText('Numbers as a table').click();
    await expect(panel.locator('tbody tr')).toHaveCount(30);
    const [, granted, refused] = /Successful (\d+), Failed (\d+)/.exec(before ?? '') ?? [];
    await expect(panel.locator('tbody tr').first()).toHaveText(`Jan 15, 2027${granted}${refused}`);
    const sums = panel.locator('tfoot td');
    await expect(panel.locator('.legend .muted')).toHaveText(await sums.allTextContents());
    const resources = view.page.getByRole('region', { name: 'Sign-ins by resource' });
    await expect(resources.getByRole('listitem').nth(2)).toHaveText(/^Harbour shopSuccessful \d+·, Failed \d+$/);
    await resources.getByRole('link', { name: 'Staff portal' }).click();
    await expect(view.page).toHaveURL(/\/console\?resource=res_/);
    await panel.getByRole('link', { name: 'Jan 14, 2027' }).click();
    await expect(view.page).toHaveURL(/\/console\/events\?type=authentication&resource=res_\w+&from=\d+&to=\d+$/);
  });

  test('uses the colours of the selected scheme', async () => {
    const who = await createSuperuser(visits.stage);
    await busyAccount(who);
    const view = await enter(who, '/console', { ...DESK, colorScheme: 'light' });
    const light = await pictures(view, 3);
    await view.page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await expect.poll(async () => (await pictures(view, 3)).filter((one) => light.includes(one))).toEqual([]);
    const dark = await pictures(view, 3);
    await view.page.getByRole('combobox', { name: 'Theme' }).selectOption('auto');
    await expect.poll(() => pictures(view, 3)).toEqual(light);
    await view.page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => pictures(view, 3)).toEqual(dark);
  });

  test('is shown as a table if the chart does not load', async () => {
    const who = await createSuperuser(visits.stage);
    await busyAccount(who);
    const view = await enter(who, '/console/resources');
    await view.page.route('**/draw-chart-*.js', (route) => route.abort());
    await view.enter('Home');
    await expect(view.main.getByText('The chart could not be loaded.').first()).toBeVisible();
    await view.main.getByText('Numbers as a table').first().click();
    await expect(rows(view).first()).toContainText('Jan 15, 2027');
    expect(view.complaints.splice(0).every((one) => /ERR_FAILED/.test(one))).toBe(true);
  });
});

/** The link of an item to the page where it is done. */
const whereDone = (item: Locator) => item.getByRole('link').filter({ hasNotText: 'Read how' });

describe('the checklist', () => {
  test('links to where each item is done, and updates while it is open', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/resources');
    await view.page.clock.install();
    await view.enter('Home');
    await expect(view.main.getByText('0 of 7 done')).toBeVisible();
    await expect(view.main.getByText('No sign-ins yet')).toBeVisible();
    await addResource(visits.ports, who.account, { name: 'Made elsewhere' });
    await view.page.clock.runFor(11_000);
    await expect(view.main.getByText('2 of 7 done')).toBeVisible();
    await allDone(who);
    await busyAccount(who, 1);
    await view.page.clock.runFor(11_000);
    await expect(view.main.getByText('Users can sign in.')).toBeVisible();
    await pictures(view, 3);

    // SR-29: the page is idle, so it sends no request that would keep the session alive.
    await view.page.clock.runFor(5 * 60_000);
    const asked: string[] = [];
    view.page.on('request', (request) => asked.push(request.url()));
    await view.page.clock.runFor(60_000);
    expect(asked.filter((url) => /checklist|statistics|events/.test(url))).toEqual([]);
    await view.page.mouse.move(300, 300);
    await view.page.clock.runFor(11_000);
    await expect.poll(() => asked.some((url) => url.includes('/v1/checklist'))).toBe(true);
  });

  test('can be hidden and shown again, and names what is easily forgotten', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console');
    const item = view.page.locator('.checklist li').filter({ hasText: 'Keep a copy of the master key' });
    await expect(item.getByRole('link', { name: /^Read how/ })).toHaveAttribute(
      'href',
      '/docs/operations/keys#master-key',
    );
    await item.getByRole('button', { name: 'I have a copy' }).click();
    await expect(item).toHaveClass('done');
    for (const name of ['Set up email', 'Invite a second administrator', 'Make a backup']) {
      await expect(view.page.getByRole('heading', { name })).toBeVisible();
    }
    await expect(view.page.getByRole('heading', { name: 'Activate a service plan' })).toHaveCount(0);
    await expectAccessible(view, 'checklist');
    await view.page.getByRole('button', { name: 'Hide', exact: true }).click();
    await expect(view.page.locator('.checklist')).toHaveCount(0);
    await view.page.reload();
    await view.page.getByRole('button', { name: 'Show the checklist' }).click();
    await expect(item).toHaveClass('done');
  });

  test('does not link to a resource before it knows which one', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop', allowedOrigins: [] });
    const view = await enter(who, '/console/plan');
    let answer = () => {};
    const known = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await view.page.route('**/v1/resources?limit=1', async (route) => {
      await known;
      await route.continue();
    });
    await view.enter('Home');
    const item = view.page.locator('.checklist li').filter({ hasText: 'Allow the site’s origin' });
    await expect(item).toContainText('Its pages may then embed the sign-in.');
    await expect(whereDone(item)).toHaveCount(0);
    answer();
    await expect(whereDone(item)).toHaveAttribute('href', `/console/resources/${shop.id}/settings/where`);
  });

  test('tells an administrator who is not the superuser who can do the rest', async () => {
    const ada = await createSuperuser(visits.stage);
    const grace = await addAdministrator(visits.ports, ada.account, { email: `grace-of-${ada.id}@acme.example` });
    const refused: string[] = [];
    const view = await enter(grace, '/console/plan');
    view.page.on('response', (answer) => answer.status() >= 400 && refused.push(answer.url()));
    await view.enter('Home');
    const item = (name: string) => view.page.locator('.checklist li').filter({ hasText: name });
    for (const name of ['Create an API key', 'Add a resource']) {
      await expect(item(name)).toContainText('The superuser of this account can do that.');
      await expect(whereDone(item(name))).toHaveCount(0);
    }
    await expect(whereDone(item('Add users'))).toHaveAttribute('href', '/console/users/new');
    // SR-67: the page shows nothing of resources that are not granted.
    const { shop } = await busyAccount(ada, 3);
    await view.page.reload();
    await expect(view.main.getByText('No sign-ins yet')).toBeVisible();
    await expect(view.page.locator('body')).not.toContainText('Harbour shop');
    const grants = [{ resource: shop.id, allowed: true }];
    await overwrite(visits.ports, administratorDocument.key(ada.account, grace.id), { grants });
    await view.page.reload();
    await pictures(view, 3);
    await expect(view.page.locator('body')).not.toContainText('Staff portal');
    await expect(item('Allow the site’s origin')).toHaveClass('done');
    expect(refused).toEqual([]);
    await expectAccessible(view, 'home of an administrator');
  });
});

test('SR-30: markup is text in names of resources, users, plan and account', async () => {
  const who = await createSuperuser(visits.stage, CORPUS[2]);
  const resources = [];
  for (const name of CORPUS) resources.push(await addResource(visits.ports, who.account, { name }));
  const [first] = resources;
  if (!first) throw new Error('no resource');
  const people = [];
  // A login has no spaces and at most 50 characters.
  for (const text of CORPUS) {
    const login = text.replaceAll(' ', '/').slice(0, 50);
    people.push((await addUser(visits.ports, who.account, first, { user: { login } })).user.id);
  }
  await seedActivity(visits.ports, who.account, { resources: resources.map(({ id }) => id), people, days: 5 });
  const plan = { name: CORPUS[1], active: true, quotas: { users: 50 } };
  await overwrite(visits.ports, accountDocument.key(who.account), { plan });
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.page.reload();
  await pictures(view, 3);
  const bars = view.page.getByRole('region', { name: 'Sign-ins by resource' });
  for (const name of CORPUS) {
    await expect(bars).toContainText(name);
    await expect(view.field('Resource')).toContainText(name);
  }
  await expect(view.page.locator('.aside')).toContainText(CORPUS[1]);
  await expect(view.page.locator('.latest')).toContainText('pwned()');
  expect(executions).toEqual([]);
});

testAccessibility('in the home page, empty, busy, and filtered to a quiet resource', async (size) => {
  const fresh = await enter(await createSuperuser(visits.stage), '/console', size);
  await expect(fresh.main.getByText('No sign-ins yet')).toBeVisible();
  await expectAccessible(fresh, 'nothing yet');
  const who = await createSuperuser(visits.stage);
  await busyAccount(who);
  await allDone(who);
  const quiet = await addResource(visits.ports, who.account, {
    name: 'A quiet one with a name that is rather long for a phone, and aword-that-goes-on-without-any-blank',
  });
  const view = await enter(who, '/console?days=7', size);
  await pictures(view, 3);
  await view.page.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
    for (const one of all) one.open = true;
  });
  await expectAccessible(view, 'busy');
  await view.goTo(`/console?resource=${quiet.id}`);
  await expect(view.main.getByText('No sign-ins in this period')).toBeVisible();
  await expectAccessible(view, 'quiet');
});
