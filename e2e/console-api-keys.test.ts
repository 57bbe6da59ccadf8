import { describe, test } from 'vitest';
import { apiKeyDocument } from '../server/api-keys/documents.ts';
import type { ApiKeyId } from '../server/kernel/ids.ts';
import { addAdministrator, type FixtureAdministrator } from '../server/testing/administrators.ts';
import { createApiKey } from '../server/testing/as-operator.ts';
import { addResource, read, unwrap } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console api keys');
const { enter } = visits;

/** The service's response to this key. */
const statusWith = async (key: string, path = 'users') =>
  (await fetch(`${visits.stage.url}/v1/${path}`, { headers: { authorization: `Bearer ${key}` } })).status;

async function makeKey(view: ConsoleView, name: string, scopes: readonly string[] = []) {
  await view.page.goto(`${visits.stage.url}/console/api-keys/new`);
  await view.fill({ Name: name });
  for (const scope of scopes) await view.page.getByRole('checkbox', { name: scope }).check();
  await view.button('Create the key').click();
  await view.at(`${name} was created.`);
  const text = (await view.page.locator('.once pre').textContent()) ?? '';
  await view.button('I have copied it').click();
  await view.at(name);
  const id = new URL(view.page.url()).pathname.split('/').at(-1) as ApiKeyId;
  return { text, id };
}

const stored = (who: FixtureAdministrator, id: ApiKeyId) => read(visits.ports, apiKeyDocument.key(who.account, id));

describe('from an empty account', () => {
  test('a key is created, shown once, and allows what was selected', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console');
    await view.enter('API keys');
    await view.at('API keys');
    await expect(view.main.getByText('No API keys yet')).toBeVisible();
    await view.page.getByRole('link', { name: 'New API key' }).first().click();
    await view.page.getByRole('checkbox', { name: /^Sign-ins/ }).uncheck();
    await view.fill({ 'How long it works': '30' });
    await view.button('Create the key').click();
    await expect(view.wrong.first()).toHaveText('Fill this in.');
    await expect(view.wrong.nth(1)).toHaveText('Choose at least one.');
    const { text, id } = await makeKey(view, 'Shop backend', ['Read']);
    expect(await statusWith(text)).toBe(200);
    expect((await stored(who, id)).scopes).toEqual(['authenticate', 'read']);
    expect(visits.stage.log()).not.toContain(text);
    // SR-26: it is not shown again, by going back or anywhere else.
    await view.page.goBack();
    await expect(view.page.locator('body')).not.toContainText(text);
    await view.page.goto(`${visits.stage.url}/console/api-keys/${id}`);
    await view.at('Shop backend');
    await expect(view.page.locator('body')).not.toContainText(text);
    await expect(view.page.locator('.head code')).toHaveText(text.slice(0, (await stored(who, id)).id.length + 12));
  });
});

describe('an existing key', () => {
  test('is limited, disabled and enabled, with immediate effect', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, '/console/api-keys');
    const { text, id } = await makeKey(view, 'Reports', ['Read']);
    const mayRead = view.page.getByRole('checkbox', { name: 'Read' });
    const onlyShop = view.page.getByRole('checkbox', { name: 'Shop' });
    // A key for some resources has no other permission than sign-ins.
    await expect(onlyShop).toBeDisabled();
    await mayRead.uncheck();
    await onlyShop.check();
    await expect(mayRead).toBeDisabled();
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect((await stored(who, id)).resources).toEqual([shop.id]);
    expect(await statusWith(text)).toBe(403);
    await onlyShop.uncheck();
    await mayRead.check();
    await view.button('Save changes').click();
    await expect.poll(async () => (await stored(who, id)).resources).toBeUndefined();
    expect(await statusWith(text)).toBe(200);
    await view.page.getByRole('switch', { name: 'Enabled' }).uncheck();
    await view.button('Save changes').click();
    await expect(view.main.getByText('Switched off')).toBeVisible();
    expect(await statusWith(text)).toBe(401);
  });

  test('cannot be lost by closing the page before it was copied', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/api-keys/new');
    await view.fill({ Name: 'Reports' });
    // Close the page when the key is shown, before the browser paints it.
    await view.page.evaluate(() => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector('.once pre')) return;
        observer.disconnect();
        const closing = new Event('beforeunload', { cancelable: true });
        dispatchEvent(closing);
        document.documentElement.dataset.warned = String(closing.defaultPrevented);
      });
      observer.observe(document, { childList: true, subtree: true });
    });
    await view.button('Create the key').click();
    await view.at('Reports was created.');
    await expect(view.page.locator('html')).toHaveAttribute('data-warned', 'true');
    const asked = view.page.waitForEvent('dialog');
    await view.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await view.button('I have copied it').click();
    await view.at('Reports');
  });

  test('expires at a future time, shown where it is selected', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/api-keys');
    const { id } = await makeKey(view, 'Reports');
    const before = (await stored(who, id)).expiresAt;
    for (const [moment, mistake] of [
      ['2020-01-01T00:00', 'That is in the past.'],
      ['2222-01-01T00:00', 'At most 3650 days from now.'],
      ['', 'Fill this in.'],
    ] as const) {
      await view.fill({ Expires: moment });
      await view.button('Save changes').click();
      await expect(view.wrong.filter({ hasText: mistake })).toBeVisible();
      await expect(view.field('Expires')).toBeFocused();
    }
    expect((await stored(who, id)).expiresAt).toBe(before);
  });

  test('gets a new secret, and the old one works for the selected overlap', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/api-keys');
    const { text } = await makeKey(view, 'Reports', ['Read']);
    const rotate = async (overlap: string) => {
      await view.button('New secret').click();
      const dialog = view.page.getByRole('dialog');
      await dialog.getByLabel('How long the old one still works').selectOption(overlap);
      await expectAccessible(view, 'rotation');
      await dialog.getByRole('button', { name: 'Create a new secret' }).click();
      const next = (await dialog.locator('.once pre').textContent()) ?? '';
      // It is not lost by accident: neither a click beside it nor Escape closes it, wherever the focus is.
      await view.page.keyboard.press('Escape');
      await view.page.keyboard.press('Escape');
      await dialog.locator('.once h2').blur();
      await view.page.keyboard.press('Escape');
      await view.page.keyboard.press('Escape');
      await view.page.mouse.click(5, 5);
      await expect(dialog.locator('.once pre')).toBeVisible();
      await dialog.getByRole('button', { name: 'I have copied it' }).click();
      await expect(dialog).toHaveCount(0);
      return next;
    };
    const second = await rotate('A day');
    expect([await statusWith(text), await statusWith(second)]).toEqual([200, 200]);
    await expect(view.main.getByText('The old secret works until')).toBeVisible();
    const third = await rotate('Not at all: it has leaked');
    expect([await statusWith(text), await statusWith(second), await statusWith(third)]).toEqual([401, 401, 200]);
  });

  test('is deleted by typing its name, and no longer works', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/api-keys');
    const { text } = await makeKey(view, 'Old', ['Read']);
    await view.button('Delete').click();
    await view.confirmByName('Old');
    await expect(view.toast('Old was deleted.')).toBeVisible();
    await view.at('API keys');
    expect(await statusWith(text)).toBe(401);
  });
});

// SR-27: only the superuser sees keys. The pages say so, and send no request.
test('an administrator who is not the superuser has no link there, and sees no key', async () => {
  const ada = await createSuperuser(visits.stage);
  const grace = await addAdministrator(visits.ports, ada.account, { email: `grace-of-${ada.id}@acme.example` });
  const view = await enter(grace, '/console');
  await view.at('Home');
  await expect(view.page.getByRole('link', { name: 'API keys', exact: true })).toHaveCount(0);
  const asked: string[] = [];
  view.page.on('request', (request) => asked.push(request.url()));
  await view.page.goto(`${visits.stage.url}/console/api-keys`);
  await expect(view.main.getByText('Only the superuser can use this page.')).toBeVisible();
  expect(asked.filter((url) => url.includes('/v1/api-keys'))).toEqual([]);
  await expectAccessible(view, 'not for administrators');
});

test('SR-30: markup in names is text', async () => {
  const who = await createSuperuser(visits.stage);
  const made: ApiKeyId[] = [];
  for (const name of CORPUS) {
    const input = { account: who.account, name, scopes: ['read' as const], lifetimeMs: 86_400_000 };
    made.push(unwrap(await createApiKey(visits.ports, input)).key.id);
  }
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/api-keys');
  for (const name of CORPUS) await expect(view.page.locator('tbody')).toContainText(name);
  for (const [at, name] of CORPUS.entries()) {
    await view.goTo(`/console/api-keys/${made[at]}`);
    await view.at(name);
    await view.button('Delete').click();
    await expect(view.page.getByRole('dialog')).toContainText(name);
    await view.page.keyboard.press('Escape');
  }
  expect(executions).toEqual([]);
});

testAccessibility('in the pages of API keys', async (size) => {
  const who = await createSuperuser(visits.stage);
  await addResource(visits.ports, who.account, { name: 'Shop' });
  const view = await enter(who, '/console/api-keys', size);
  await expect(view.main.getByText('No API keys yet')).toBeVisible();
  await expectAccessible(view, 'empty list');
  await view.goTo('/console/api-keys/new');
  await expectAccessible(view, 'new');
  await view.fill({ Name: 'A key with a name that is rather long for a phone' });
  await view.button('Create the key').click();
  await expect(view.page.locator('.once pre')).toBeVisible();
  await expectAccessible(view, 'shown once');
  await view.button('I have copied it').click();
  await expect(view.page.getByRole('switch', { name: 'Enabled' })).toBeVisible();
  await expectAccessible(view, 'one');
  await view.goTo('/console/api-keys');
  await view.page.getByRole('checkbox').last().check();
  await expectAccessible(view, 'list');
});
