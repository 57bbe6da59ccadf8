import { describe, test } from 'vitest';
import { administratorDocument } from '../server/administrators/documents.ts';
import { StoreUnavailable } from '../server/kernel/ports/store.ts';
import { resourceDocument } from '../server/resources/documents.ts';
import type { Resource } from '../server/resources/resource.ts';
import type { FixtureAdministrator } from '../server/testing/administrators.ts';
import { addResource, overwrite, read } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console settings');
const { enter } = visits;

const pathOf = ({ id }: Pick<Resource, 'id'>, tab = '') => `/console/resources/${id}${tab}`;
const stored = ({ id }: Pick<Resource, 'id'>) => read(visits.ports, resourceDocument.key(id));
const openSection = (view: ConsoleView, name: string) =>
  view.page.getByRole('navigation', { name: 'Sections of this page' }).getByRole('link', { name, exact: true }).click();

describe('settings', () => {
  test('are saved as typed, errors are shown at their fields, and saving can be undone', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, {
      name: 'Shop',
      allowedOrigins: ['https://shop.example'],
    });
    const view = await enter(who, pathOf(shop));
    await view.field('Name').fill('');
    await openSection(view, 'How users sign in');
    await view.field('Wrong codes before a token locks').fill('99');
    await view.button('Save changes').click();
    // The section of the first error opens.
    await expect(view.page).toHaveURL(visits.stage.url + pathOf(shop));
    await expect(view.wrong.first()).toHaveText('Fill this in.');
    await expect(view.field('Name')).toBeFocused();
    await view.fill({ Name: 'The shop' });
    await openSection(view, 'How users sign in');
    await view.fill({ 'Wrong codes before a token locks': '7' });
    await view.page.getByRole('radio', { name: /^Password and code/ }).check();
    await openSection(view, 'Results');
    await view.fill({ 'Lifetime of a result': '90' });
    await view.page.getByLabel('Unit of Lifetime of a result').selectOption('seconds');
    await view.page.getByLabel('Unit of Lifetime of a result').selectOption('minutes');
    await view.button('Save changes').click();
    await expect(view.wrong.first()).toHaveText('From 10 seconds to 5 minutes.');
    await view.fill({ 'Lifetime of a result': '2' });
    await openSection(view, 'Setting up tokens');
    await view.page.getByRole('switch', { name: 'Users set up tokens themselves' }).check();
    await view.page.getByRole('switch', { name: 'Required', exact: true }).check();
    await openSection(view, 'Comparing browsers');
    await view.page.getByRole('switch', { name: 'Compare browsers' }).check();
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect(await stored(shop)).toMatchObject({
      name: 'The shop',
      failedAttemptsBeforeLock: 7,
      resultLifetimeMs: 120_000,
      methodPolicy: 'password-otp',
      enrolment: { kinds: ['totp'], required: true },
      environment: { action: 'demand-otp', threshold: 60 },
      allowedOrigins: ['https://shop.example'],
    });
    await view.at('The shop');
    await view.button('Undo').click();
    await expect(view.toast('Undone.')).toBeVisible();
    const after = await stored(shop);
    expect([after.name, after.methodPolicy, after.enrolment]).toEqual(['Shop', 'auto', undefined]);
  });

  test('one section is shown at a time, at an address of its own, and changes of another are kept', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, pathOf(shop, '/settings/where'));
    await expect(view.field('Allowed origins')).toBeVisible();
    await expect(view.field('Name')).toBeHidden();
    const sections = view.page.getByRole('navigation', { name: 'Sections of this page' });
    await expect(sections.locator('[aria-current=page]')).toHaveText('Where the sign-in may be embedded');
    await sections.getByRole('link', { name: 'General' }).press('Enter');
    await expect(view.page).toHaveURL(visits.stage.url + pathOf(shop));
    await view.fill({ Name: 'Half done' });
    await openSection(view, 'How users sign in');
    await expect(view.field('Name')).toBeHidden();
    await expect(view.main.getByRole('status').filter({ hasText: 'Name' })).toBeVisible();
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect((await stored(shop)).name).toBe('Half done');
    await view.page.goBack();
    await expect(view.field('Name')).toHaveValue('Half done');
  });

  test('a refusal of the service is shown at its field', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, pathOf(shop, '/settings/where'));
    await view.field('Allowed origins').fill('https://*.github.io');
    await view.field('Allowed origins').press('Enter');
    // A refusal of another section's field opens that section.
    await openSection(view, 'General');
    await view.button('Save changes').click();
    await expect(view.page).toHaveURL(/\/settings\/where$/);
    await expect(view.wrong.first()).toHaveText('This value is not valid.');
    expect((await stored(shop)).allowedOrigins).not.toContain('https://*.github.io');
  });

  test('a concurrent change is shown before it is overwritten', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, pathOf(shop));
    await view.fill({ Name: 'Mine' });
    await openSection(view, 'How users sign in');
    await view.fill({ 'Wrong codes before a token locks': '4' });
    await overwrite(visits.ports, resourceDocument.key(shop.id), { name: 'Theirs', passwordReset: true });
    await view.button('Save changes').click();
    const conflict = view.page.getByRole('region', { name: 'Someone else has changed this' });
    await expect(conflict).toContainText('“Forgot your password?”');
    await expect(conflict).toContainText('Yours: Mine');
    await expect(conflict).toContainText('Theirs: Theirs');
    await expectAccessible(view, 'conflict');
    expect((await stored(shop)).name).toBe('Theirs');
    await conflict.getByLabel('Theirs: Theirs').check();
    await view.button('Save with these choices').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect(await stored(shop)).toMatchObject({ name: 'Theirs', passwordReset: true, failedAttemptsBeforeLock: 4 });
  });

  test('a concurrent change of another field is no conflict', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, pathOf(shop));
    await view.fill({ Name: 'Mine' });
    await overwrite(visits.ports, resourceDocument.key(shop.id), { logo: 'a'.repeat(64) });
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect((await stored(shop)).name).toBe('Mine');
  });

  test('unsaved changes survive opening another page, and signing in again', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, pathOf(shop));
    await view.fill({ Name: 'Half done' });
    await view.page.getByRole('link', { name: 'Embed', exact: true }).click();
    await view.page.goBack();
    await expect(view.field('Name')).toHaveValue('Half done');
    await expect(view.main.getByText('These are your earlier changes.')).toBeVisible();
    // SR-29: the session ends elsewhere.
    const key = administratorDocument.key(who.account, who.id);
    await overwrite(visits.ports, key, { sessionEpoch: (await read(visits.ports, key)).sessionEpoch + 1 });
    await view.button('Save changes').click();
    await view.at('Sign in');
    await expect(view.main.getByText('Half done')).toHaveCount(0);
    await signInAgain(view, who);
    await view.at('Shop');
    await expect(view.field('Name')).toHaveValue('Half done');
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
  });

  test('an outage and a lost connection are shown, and the data is loaded again', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, pathOf(shop));
    await view.fill({ Name: 'Later' });
    visits.ports.store.intercept = {
      async commit() {
        throw new StoreUnavailable('the disk is gone');
      },
    };
    await view.button('Save changes').click();
    await expect(view.wrong.last()).toHaveText(/is unavailable right now/);
    visits.ports.store.intercept = {};
    await view.page.context().setOffline(true);
    await expect(view.main.getByText('You are offline.')).toBeVisible();
    await view.page.context().setOffline(false);
    await expect(view.main.getByText('You are offline.')).toHaveCount(0);
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
  });

  test('deletion requires the name', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, pathOf(shop));
    await view.button('Delete this resource').click();
    const dialog = view.page.getByRole('dialog');
    await expectAccessible(view, 'delete');
    await dialog.getByRole('textbox').fill('shop');
    await dialog.getByRole('button', { name: 'Delete permanently' }).click();
    await expect(dialog.getByRole('alert')).toHaveText('That does not match.');
    await view.page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(view.button('Delete this resource')).toBeFocused();
    await view.button('Delete this resource').click();
    await view.confirmByName('Shop');
    await expect(view.toast('Shop was deleted.')).toBeVisible();
    await view.page.goto(visits.stage.url + pathOf(shop));
    await expect(view.main.getByText('Not found')).toBeVisible();
  });
});

async function signInAgain(view: ConsoleView, who: FixtureAdministrator): Promise<void> {
  await view.fill({ 'Email address': who.email });
  await view.button('Continue').click();
  await view.fill({ Password: who.password });
  await view.button('Sign in').click();
  await view.at('Enter your code');
  await view.button(/Use a recovery code/).click();
  await view.fill({ 'Recovery code': who.recoveryCodes[0] ?? '' });
  await view.button('Confirm').click();
}
