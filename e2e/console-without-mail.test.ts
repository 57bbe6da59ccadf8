import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { mailStatusDocument } from '../server/messages/documents.ts';
import { fakeHash } from '../server/testing/fake-hasher.ts';
import { addResource, addUser, overwrite, wrongCode } from '../server/testing/fixtures.ts';
import { LoginDriver } from '../server/testing/login-driver.ts';
import { userDocument } from '../server/users/documents.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { widgetOn } from './harness/widget-view.ts';

const NEW_PASSWORD = 'eleven patient herons';
const visits = openConsoleSessions('console without mail');
const { enter } = visits;
beforeEach(() => {
  visits.ports.courier.isAbsent = true;
});
afterEach(() => {
  delete visits.ports.courier.isAbsent;
  visits.ports.courier.down = false;
  expect(visits.stage.log()).not.toContain(NEW_PASSWORD);
});

/** Signs in before mail is gone, because a superuser is invited by mail. */
async function stageOf(size = {}, methodPolicy: 'auto' | 'password' = 'auto') {
  delete visits.ports.courier.isAbsent;
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, {
    name: 'Shop',
    methodPolicy,
    enrolment: { kinds: ['totp'], required: false, unlockByMail: true },
  });
  visits.ports.courier.isAbsent = true;
  const view = await enter(who, '/console', size);
  return { who, shop, view };
}

describe('an installation without mail', () => {
  test('says so, and a newcomer gets the first user signed in by a link that is handed over', async () => {
    const { shop, view } = await stageOf({}, 'password');
    await expect(view.main.getByText('This service sends no email. You hand links over yourself.')).toBeVisible();
    await view.enter('Users');
    await view.page.getByRole('link', { name: 'New user' }).first().click();
    await view.fill({ Login: 'maria', Email: 'maria@acme.example' });
    await view.button('Create the user').click();
    await view.at('maria');
    await view.button('Give access').click();
    const dialog = view.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Shop' }).click();
    await dialog.getByRole('button', { name: 'Give access' }).click();
    await expect(view.toast('Access was given.')).toBeVisible();
    await view.button('Link for a first password').click();
    await view.button('Create the link').click();
    await expect(view.page.getByRole('heading', { name: 'Give maria this link' })).toBeFocused();
    await expectAccessible(view, 'the link');
    const link = (await view.page.locator('.once pre').textContent()) ?? '';
    await view.button('I have passed it on').click();
    await expect(view.page.locator('body')).not.toContainText(link);
    expect(visits.stage.log()).not.toContain(link.split('.').at(-1));

    const guest = await visits.stage.open(link.replace(visits.stage.url, ''));
    await guest.page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await guest.page.getByLabel('Repeat new password').fill(NEW_PASSWORD);
    await guest.page.getByRole('button', { name: 'Save password' }).click();
    await expect(guest.main.getByText('Your password is set')).toBeVisible();
    await guest.close();
    await view.page.goto(`${visits.stage.url}/console/resources/${shop.id}/try`);
    await view.button(`Allow ${visits.stage.url}`).click();
    const widget = widgetOn(view.page, '.widget');
    await widget.identify('maria');
    await widget.givePassword(NEW_PASSWORD);
    await expect(view.main.getByText('It is valid.', { exact: false }).first()).toBeVisible();
  });

  test('hands over a link that unlocks a token', async () => {
    const { who, shop, view } = await stageOf();
    const scene = await addUser(visits.ports, who.account, shop, { user: { login: 'jonas' }, tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
    await view.page.goto(`${visits.stage.url}/console/users/${scene.user.id}`);
    await view.button('Unlock link').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Shop' }).click();
    await view.button('Create the link').click();
    await expect(view.page.locator('.once pre')).toContainText(/\/unlock\?lang=en&resource=res_\w+#usr_/);
  });

  test('explains how mail is set up, and is silent once the notice is hidden', async () => {
    const { view } = await stageOf();
    await view.page.getByRole('link', { name: 'About email' }).click();
    await view.at('Email');
    await expect(view.main.getByText('Not set up', { exact: true })).toBeVisible();
    await expect(view.page.locator('pre')).toContainText('COUNTERSIGN_SMTP_URL=');
    await view.enter('Users');
    await view.button('Hide').click();
    await view.page.reload();
    await view.at('Users');
    await expect(view.page.locator('.mail-notice')).toHaveCount(0);
  });
});

test('a test mail shows whether mail works, and why not', async () => {
  const { view } = await stageOf();
  delete visits.ports.courier.isAbsent;
  await view.page.goto(`${visits.stage.url}/console/mail`);
  const send = async () => {
    await view.button('Send a test email').click();
    await view.page.getByRole('dialog').getByLabel('Email address').fill('ops@acme.example');
    await view.page.getByRole('dialog').getByRole('button', { name: 'Send a test email' }).click();
  };
  await send();
  await expect(view.toast(/See whether it arrives at ops@acme\.example\.$/)).toBeVisible();
  expect(visits.ports.courier.sent.at(-1)).toMatchObject({ kind: 'test-message', to: 'ops@acme.example' });
  visits.ports.courier.down = true;
  await send();
  await expect(view.page.getByRole('dialog')).toContainText('did not accept the message');
  visits.ports.courier.down = false;
  const failure = { at: visits.ports.clock.now(), cause: 'authentication' } as const;
  await visits.ports.store.commit({
    anchor: mailStatusDocument.key().anchor,
    operation: 'test-mail-status',
    now: failure.at,
    expect: [],
    put: [{ key: mailStatusDocument.key(), value: { lastFailure: failure } }],
  });
  await view.page.reload();
  await expect(view.main.getByText('The mail server refused the user name or the password.')).toBeVisible();
});

describe('links for many users', () => {
  test('are downloaded once, after an interruption too', async () => {
    const { who, shop, view } = await stageOf();
    for (const login of ['maria', '=cmd|calc']) {
      await addUser(visits.ports, who.account, shop, { user: { login }, password: false });
    }
    const { user } = await addUser(visits.ports, who.account, shop, { user: { login: 'jonas' } });
    await overwrite(visits.ports, userDocument.key(user.id), { passwordHash: fakeHash('secret') });
    await view.page.goto(`${visits.stage.url}/console/users`);
    await view.page.getByRole('link', { name: 'Links for many' }).click();
    await view.at('Links for many users');
    await view.button('Find these users').click();
    await expect(view.page.getByRole('heading', { name: '2 users found' })).toBeVisible();
    await expect(view.button('Send links')).toHaveCount(0);
    let isLost = true;
    await view.page.route('**/v1/bulk/links', async (route) => {
      if (!isLost) return route.continue();
      isLost = false;
      // The service makes the links, and the response does not arrive.
      await route.fetch();
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"UNAVAILABLE"}' });
    });
    await view.button('Create links to download').click();
    await expect(view.page.getByRole('alert').filter({ hasText: 'Interrupted' })).toBeVisible();
    await view.button('Continue').click();
    await expect(view.page.getByRole('heading', { name: '2 links created' })).toBeVisible();
    const [download] = await Promise.all([view.page.waitForEvent('download'), view.button('Download 2 links').click()]);
    const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
    expect(lines[0]).toBe('login,link,valid until');
    expect(
      lines
        .slice(1, 3)
        .map((line) => line.split('","')[0])
        .sort(),
    ).toEqual(['"\'=cmd|calc', '"maria']);
  });

  test('are mailed once to each', async () => {
    const { who, shop, view } = await stageOf();
    delete visits.ports.courier.isAbsent;
    const user = { login: 'maria', email: `maria-${who.id}@acme.example` };
    await addUser(visits.ports, who.account, shop, { user, password: false });
    await addUser(visits.ports, who.account, shop, { user: { login: 'nomail' }, password: false });
    for (const heading of ['1 link sent', '0 links sent']) {
      await view.page.goto(`${visits.stage.url}/console/users/links`);
      await view.button('Find these users').click();
      await view.button('Send links').click();
      await expect(view.page.getByRole('heading', { name: heading })).toBeVisible();
      await expect(view.main.getByText('This user has no email address.')).toBeVisible();
    }
    const sent = visits.ports.courier.sent.filter(({ to }) => to === user.email);
    expect(sent.map(({ kind }) => kind)).toEqual(['password-reset']);
  });
});

testAccessibility('without mail', async (size) => {
  const { who, shop, view } = await stageOf(size);
  const { user } = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' }, password: false });
  await view.at('Home');
  await expectAccessible(view, 'home');
  for (const path of ['/console/mail', '/console/users', `/console/users/${user.id}`, '/console/users/links']) {
    await view.goTo(path);
    await view.heading.waitFor();
    await expect(view.page.locator('.skeleton')).toHaveCount(0);
    await expect(view.page.locator('.mail-notice')).toHaveCount(path === '/console/mail' ? 0 : 1);
    await expectAccessible(view, path);
  }
  await view.button('Find these users').click();
  await view.button('Create links to download').click();
  await expect(view.button('Download 1 link')).toBeVisible();
  await expectAccessible(view, 'links created');
});
