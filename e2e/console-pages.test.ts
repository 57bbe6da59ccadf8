import { describe, test } from 'vitest';
import { resourceDocument } from '../server/resources/documents.ts';
import { addResource, addUser, read } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { DESK, openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console pages');
const { enter } = visits;

const pathOf = ({ id }: { id: string }, tab = '') => `/console/resources/${id}${tab}`;

describe('keys, commands, inputs and preferences', () => {
  test('keyboard shortcuts navigate, are listed, and can be switched off', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Harbour shop' });
    const view = await enter(who, '/console');
    const { keyboard } = view.page;
    await keyboard.type('gr');
    await view.at('Resources');
    await keyboard.press('?');
    const dialog = view.page.getByRole('dialog');
    await expect(dialog).toContainText('New resource');
    await expectAccessible(view, 'shortcuts');
    await dialog.getByRole('switch').uncheck();
    await keyboard.press('Escape');
    await keyboard.type('gh?');
    await expect(dialog).toHaveCount(0);
    await view.at('Resources');
    await keyboard.press('Control+k');
    await expect(dialog.getByRole('combobox')).toBeFocused();
    await keyboard.type('harbour');
    await expect(view.page.getByRole('option', { name: 'Harbour shop' })).toHaveAttribute('aria-selected', 'true');
    await expectAccessible(view, 'commands');
    await keyboard.press('Enter');
    await view.at('Harbour shop');
    await expect(view.page).toHaveURL(visits.stage.url + pathOf(shop));
  });

  test('a page leads to what explains it, in a tab of its own', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/users');
    const opened = view.page.waitForEvent('popup');
    await view.page.getByRole('link', { name: 'Documentation of this page' }).click();
    const document = await opened;
    await expect(document).toHaveURL(/\/docs\/console#users$/);
    await expect(document.locator('h2#users')).toBeInViewport();
    await document.close();
  });

  test('an edit within the first frame of a page is kept', async () => {
    const who = await createSuperuser(visits.stage);
    const resource = await addResource(visits.ports, who.account, { name: 'Shop', allowedOrigins: [] });
    const view = await enter(who, '/console/resources');
    // Runs as soon as the field exists, before the browser paints it and effects run.
    await view.page.evaluate(() => {
      new MutationObserver(async (_, observer) => {
        const field = [...document.querySelectorAll('label')].find((label) => label.textContent === 'Allowed origins');
        const input = document.getElementById(field?.htmlFor ?? '') as HTMLInputElement | null;
        if (!input) return;
        observer.disconnect();
        input.value = 'https://shop.example';
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));
        for (let turn = 0; turn < 10; turn++) await undefined;
        input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      }).observe(document.body, { childList: true, subtree: true });
    });
    await view.page.getByRole('link', { name: 'Shop' }).click();
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    const stored = await read(visits.ports, resourceDocument.key(resource.id));
    expect(stored?.allowedOrigins).toEqual(['https://shop.example']);
  });

  test('a change of language keeps the input and the focus', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console');
    await view.enter('Resources');
    await view.page.getByRole('link', { name: 'New resource' }).first().click();
    await view.fill({ Name: 'Half a resource' });
    const language = view.page.getByLabel('Language');
    await language.focus();
    await language.selectOption('de');
    await view.at('Neue Ressource');
    await expect(view.page.getByLabel('Sprache')).toBeFocused();
    await expect(view.page.getByLabel('Name', { exact: true })).toHaveValue('Half a resource');
    await expect(view.button('Abbrechen')).toBeVisible();
    await view.page.getByLabel('Sprache').selectOption('en');
    await view.at('New resource');
    await expect(language).toBeFocused();
  });

  test('a selected scheme and language persist, without a flash of the other, and sign-out leaves nothing else', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/resources', { ...DESK, colorScheme: 'light' });
    await view.page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await view.page.getByLabel('Language').selectOption('de');
    await view.at('Ressourcen');
    // The page is dark before any script of the console has run.
    await view.page.route('**/console/assets/*.js', (route) => route.abort());
    await view.page.reload({ waitUntil: 'domcontentloaded' });
    expect(await view.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(11, 12, 15)');
    await view.page.unroute('**/console/assets/*.js');
    await view.page.reload();
    view.complaints.splice(0);
    await view.at('Ressourcen');
    await view.button('Abmelden').click();
    await view.at('Anmelden');
    expect(await view.page.evaluate(() => Object.keys(localStorage).sort())).toEqual([
      'countersign-language',
      'countersign-theme',
    ]);
  });
});

testAccessibility('in any of the pages of resources', async (size) => {
  const who = await createSuperuser(visits.stage);
  const empty = await enter(who, '/console/resources', size);
  await expect(empty.main.getByText('No resources yet')).toBeVisible();
  await expectAccessible(empty, 'empty list');
  const shop = await addResource(visits.ports, who.account, {
    name: 'A shop with a name that is rather long for a phone, and aword-that-goes-on-and-on-without-any-blank',
    allowedOrigins: [visits.stage.url, 'https://a-very-long-name-of-a-department.of-a-company.example'],
    methodPolicy: 'otp',
  });
  await addResource(visits.ports, who.account, { name: 'Tests', testMode: 'pass', enabled: false });
  const view = await enter(who, '/console/resources', size);
  await view.page.getByRole('checkbox').first().check();
  await expectAccessible(view, 'list');
  for (const path of [
    '/console/resources/new',
    pathOf(shop),
    ...['where', 'sign-in', 'filters', 'results', 'hook', 'webhooks'].map((one) => pathOf(shop, `/settings/${one}`)),
    pathOf(shop, '/embed?backend=java'),
    pathOf(shop, '/try'),
    pathOf(shop, '/texts'),
  ]) {
    await view.goTo(path);
    await view.heading.waitFor();
    await expect(view.page.locator('.skeleton')).toHaveCount(0);
    if (path.endsWith('/try')) await view.page.frameLocator('iframe').getByRole('heading').waitFor();
    if (path.endsWith('/texts')) await view.page.getByRole('button', { name: 'sign-in.sentTo' }).click();
    await expectAccessible(view, path);
  }
  await view.goTo(pathOf(shop, '/appearance'));
  await expect(view.page.frameLocator('.widget iframe').getByRole('button', { name: 'Continue' })).toBeVisible();
  await expectAccessible(view, 'appearance');
  for (const [section, name] of [
    ['tokens', 'Users set up tokens themselves'],
    ['browsers', 'Compare browsers'],
  ] as const) {
    await view.goTo(pathOf(shop, `/settings/${section}`));
    await view.page.getByRole('switch', { name }).check();
    await expectAccessible(view, `settings, ${section}`);
  }
  await view.goTo(pathOf(shop));
  await view.field('Name').fill('');
  await view.button('Save changes').click();
  await expectAccessible(view, 'settings, wrong');
});

/** The language with the longest words and buttons. */
const LONGEST = 'fr';

test('no page in the longest language is wider than a phone', async () => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'Boutique', allowedOrigins: [visits.stage.url] });
  const { user } = await addUser(visits.ports, who.account, shop, { user: { login: `camille-${shop.id}` } });
  const phone = { viewport: { width: 390, height: 844 }, locale: LONGEST };
  const view = await enter(who, '/console/your-sign-in', phone);
  await view.at('Votre connexion');
  const tooWide: string[] = [];
  for (const path of [
    '/console',
    '/console/your-sign-in',
    '/console/resources',
    '/console/resources/new',
    ...['', '/appearance', '/texts', '/embed', '/try'].map((tab) => pathOf(shop, tab)),
    '/console/users',
    ...[user.id, `${user.id}/details`, 'new', 'import', 'links'].map((part) => `/console/users/${part}`),
    '/console/tokens',
    '/console/tokens/new',
    '/console/tokens/import',
    '/console/filters/new',
    '/console/events',
    '/console/administrators/new',
    '/console/api-keys/new',
    '/console/webhooks/new',
    '/console/mail',
    '/console/plan',
  ]) {
    await view.goTo(path);
    await view.heading.waitFor();
    await expect(view.page.locator('.skeleton')).toHaveCount(0);
    const isTooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    if (await view.page.evaluate(isTooWide)) tooWide.push(path);
  }
  expect(tooWide).toEqual([]);
});
