import type { BrowserContextOptions, FrameLocator, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import type { TokenId } from '../server/kernel/ids.ts';
import { updateUser } from '../server/testing/as-operator.ts';
import { type Fixture, type FixtureOptions, NONCE, PASSWORD, unwrap } from '../server/testing/fixtures.ts';
import { createSelfServiceFixture, EVERYTHING } from '../server/testing/self-service-fixture.ts';
import { SoftwareAuthenticator } from '../server/testing/software-authenticator.ts';
import { totpApp } from '../server/testing/totp-app.ts';
import { trustIn } from '../server/testing/trust-fixture.ts';
import { userHandleOf } from '../server/tokens/kinds/passkey/passkey-request.ts';
import { hostPage } from '../widget/testing/host-page.ts';
import { newContext } from './harness/browser.ts';
import { expect } from './harness/expect.ts';
import { expectAccessible, type InProcessService, startInProcessService } from './harness/in-process-service.ts';
import { attachAuthenticator, type Passkey } from './harness/passkeys.ts';
import { TITLES, type WidgetView, widgetIn } from './harness/widget-view.ts';

let here: InProcessService;
beforeAll(async () => {
  here = await startInProcessService('self-service-e2e');
});
afterAll(() => here?.close());
beforeEach(() => {
  here.ports.courier.sent.length = 0;
  here.ports.clock.advance(24 * 3_600_000);
});
afterEach(() => Promise.all(here.browser.contexts().map((context) => context.close())));

const NEW_PASSWORD = 'a quite different set of words';

const setStage = (options: FixtureOptions = {}) =>
  createSelfServiceFixture(here.ports, {
    tokens: [{}],
    alone: true,
    ...options,
    resource: { name: 'Harbour & Co.', allowedOrigins: [here.host.origin], ...options.resource },
  });

async function openPage(scene: Fixture, browser: BrowserContextOptions = {}, lang = 'en'): Promise<WidgetView<Page>> {
  const context = await newContext(here.browser, browser);
  const page = await context.newPage();
  await page.goto(`${here.url}/widget/v1/self?resource=${scene.resource.id}&lang=${lang}`);
  return widgetIn(page);
}

async function openFrame(
  scene: Fixture,
  options: Record<string, unknown> = {},
): Promise<{ page: Page; widget: WidgetView<FrameLocator> }> {
  const page = await (await newContext(here.browser)).newPage();
  const mount = JSON.stringify({
    resource: scene.resource.id,
    nonce: NONCE,
    purpose: 'self',
    title: 'Your account',
    ...options,
  });
  const script = `window.heard = [];
for (const name of ['change', 'success', 'error'])
  document.addEventListener('countersign:' + name, ({ detail }) => heard.push([name, detail]));
Countersign.mount('#here', ${mount});`;
  await page.goto(here.host.put(hostPage(here.url, '<h1>Harbour & Co.</h1><div id="here"></div>', script)));
  return { page, widget: widgetIn(page.frameLocator('iframe')) };
}

async function signIn(scene: Fixture, widget: WidgetView): Promise<void> {
  await widget.identify('alice');
  await widget.givePassword(PASSWORD);
  if (scene.tokens.length > 0) await widget.giveCode((await scene.tokens[0]?.code()) ?? '');
  else await widget.button('Later').click();
  await widget.frame.getByRole('heading', { name: 'Your account' }).waitFor();
}

/** Trusts two browsers, each with a code of its own. */
async function trustInTwo(scene: Fixture): Promise<void> {
  for (let at = 0; at < 2; at++) {
    const ports = { ...here.ports, issuer: here.url };
    await trustIn(scene, { ports, address: '203.0.113.7', origin: here.host.origin });
    here.ports.clock.advance(60_000);
  }
}

/** The passkeys that the browser keeps. */
async function credentialsIn(page: Page, ...given: Passkey[]) {
  const { id: authenticatorId, session } = await attachAuthenticator(page, given);
  return async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
}

const output = (widget: WidgetView, text: string) => widget.main.getByText(text, { exact: true }).waitFor();

describe('on the hosted page', () => {
  test('a user sees their data, changes the password, and signs in with it', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    for (const name of ['Your tokens', 'Recovery codes', 'Password', 'Your details', 'Recent sign-ins']) {
      await widget.frame.getByRole('heading', { name, exact: true }).waitFor();
    }
    await widget.button('Change password').click();
    await widget.frame.getByLabel('Current password').fill(PASSWORD);
    await widget.frame.getByLabel('New password', { exact: true }).fill('short');
    await widget.button('Save').click();
    await output(widget, 'That is too short.');
    await widget.frame.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await widget.frame.getByLabel('Repeat new password').fill(`${NEW_PASSWORD}.`);
    await widget.button('Save').click();
    await output(widget, 'The passwords do not match.');
    await widget.frame.getByLabel('Repeat new password').fill(NEW_PASSWORD);
    await widget.button('Save').click();
    await output(widget, 'Done.');
    expect(here.ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'password' });

    await widget.button('Sign out').click();
    await widget.frame.getByRole('heading', { name: TITLES.identify }).waitFor();
    here.ports.clock.advance(60_000);
    await widget.identify('alice');
    await widget.givePassword(NEW_PASSWORD);
    await widget.code.waitFor();
  });

  test('an app is added and removed; after a while the factors are required again first', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    await widget.button('Add a token').click();
    await expect(widget.button('Later')).toHaveCount(0);
    await widget.button('Cancel').click();
    await widget.button('Add a token').click();
    const secret = (await widget.frame.locator('.key').textContent())?.replaceAll(' ', '') ?? '';
    const app = totpApp({ step: 'enrol', enrol: { kind: 'totp', secret } } as Parameters<typeof totpApp>[0]);
    await widget.frame.getByLabel('Code from the app').fill(app.code(here.ports.clock.now()));
    await widget.button('Confirm').click();
    await widget.frame.getByLabel('I have saved them in a safe place.').check();
    await widget.button('Continue').click();
    await widget.frame.getByRole('heading', { name: 'Your account' }).waitFor();

    here.ports.clock.advance(5 * 60_000);
    await widget.button('Remove: Authenticator app').click();
    // The page's view is older: the service says that too much time has passed.
    await widget.button('Remove').click();
    await widget.button('Confirm your identity').click();
    await widget.frame.getByRole('heading', { name: TITLES.password }).waitFor();
    await widget.givePassword(PASSWORD);
    await widget.giveCode((await scene.tokens[0]?.code()) ?? '');
    // Back at the same place, to continue the action.
    await widget.button('Remove').click();
    await output(widget, 'Done.');
    await expect(widget.main.getByText('Authenticator app', { exact: false })).toHaveCount(1);
    expect(here.ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'token-removed' });
  });

  test('a user who must reauthenticate before enrolling a token gets there afterwards, and nowhere else', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    here.ports.clock.advance(5 * 60_000);
    await widget.button('Add a token').click();
    // The page's view is older: the service says that too much time has passed.
    await output(widget, 'Too much time has passed. Confirm your identity again.');
    await widget.button('Add a token').click();
    await widget.frame.getByRole('heading', { name: TITLES.password }).waitFor();
    await widget.givePassword(PASSWORD);
    await widget.giveCode((await scene.tokens[0]?.code()) ?? '');
    await widget.frame.getByLabel('Code from the app').waitFor();
    await expect(widget.frame.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(widget.frame.locator('.self')).toHaveCount(0);
  });

  test('the browser learns what the owner of a passkey is called, and forgets a passkey that is removed', async () => {
    const enrolment = { kinds: ['webauthn' as const], required: false };
    const scene = await setStage({ tokens: [], resource: { enrolment } });
    const widget = await openPage(scene);
    const credentials = await credentialsIn(widget.frame);
    await widget.identify('alice');
    await widget.givePassword(PASSWORD);
    await widget.button('Create a passkey').click();
    await widget.frame.getByLabel('I have saved them in a safe place.').check();
    await widget.button('Continue').click();
    await widget.button('Change name').click();
    await widget.frame.getByLabel('Last name').fill('Ashworth');
    await widget.button('Save').click();
    await expect.poll(credentials).toMatchObject([{ userName: 'alice', userDisplayName: 'Ashworth' }]);
    await widget.frame.getByRole('button', { name: /^Remove: Passkey/ }).click();
    await widget.button('Remove').click();
    await expect.poll(credentials).toEqual([]);
  });

  test('new recovery codes are shown once, also after a reload', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    await widget.button('Create new codes').click();
    await widget.button('Create new codes').click();
    await widget.frame.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    const codes = await widget.frame.getByRole('listitem').allTextContents();
    await widget.frame.reload();
    await widget.frame.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
    await expect(widget.frame.getByRole('listitem')).toHaveText(codes);
    await widget.frame.getByLabel('I have saved them in a safe place.').check();
    await widget.button('Continue').click();
    await widget.main.getByText('10 left.', { exact: false }).waitFor();
    await widget.frame.reload();
    await widget.main.getByText('10 left.', { exact: false }).waitFor();
    for (const code of codes) expect(await widget.frame.content()).not.toContain(code);
  });

  test('an address changes with the code that was sent there', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    await widget.button('Change email').click();
    await widget.frame.getByLabel('New email address').fill('alice@new.example');
    await widget.button('Send the code').click();
    await widget.frame.getByLabel('Code from the email').fill('0000-0000');
    await widget.button('Confirm').click();
    await output(widget, 'That code is not right.');
    const { code } = here.ports.courier.last('confirmation-code', 'alice@new.example');
    await widget.frame.getByLabel('Code from the email').fill(code.toUpperCase());
    await widget.button('Confirm').click();
    await output(widget, 'Done.');
    await widget.main.getByText('alice@new.example', { exact: true }).waitFor();
    expect(here.ports.courier.last('security-notice', 'alice@shop.example')).toMatchObject({ change: 'email' });
  });

  test('a confirmation is shown where the action was, whatever else is open', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    await widget.button('Change email').click();
    await widget.frame.getByLabel('New email address').fill('alice@new.example');
    await widget.button('Send the code').click();
    await widget.frame.getByLabel('Code from the email').waitFor();
    await widget.button('Change password').click();
    const { code } = here.ports.courier.last('confirmation-code', 'alice@new.example');
    await widget.frame.getByLabel('Code from the email').fill(code);
    await widget.button('Confirm').click();
    await widget.frame.getByRole('region', { name: 'Your details' }).getByText('Done.', { exact: true }).waitFor();
    await expect(widget.main.getByText('Done.', { exact: true })).toHaveCount(1);
  });

  test('works by keyboard, and keeps the focus', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    const page = widget.frame;
    await widget.button('Change name').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('First name')).toBeFocused();
    await page.keyboard.type('Alice');
    await page.keyboard.press('Enter');
    await output(widget, 'Done.');
    await page.getByRole('main').getByText('Alice', { exact: true }).waitFor();
    await expect(widget.button('Change name')).toBeFocused();
    await page.keyboard.press('Enter');
    await page.getByLabel('First name').waitFor();
    await widget.button('Cancel').click();
    await expect(widget.button('Change name')).toBeFocused();
  });

  test('a change from elsewhere ends it at the next action', async () => {
    const scene = await setStage();
    const widget = await openPage(scene);
    await signIn(scene, widget);
    unwrap(await updateUser(here.ports, scene.account, scene.user.id, { email: 'elsewhere@shop.example' }));
    await widget.button('Create new codes').click();
    await widget.button('Create new codes').click();
    await widget.frame.getByRole('heading', { name: TITLES.denied }).waitFor();
  });

  test('a user ends the trust in one browser, and then in all', async () => {
    const scene = await setStage({ resource: { trustedBrowserDays: 30 } });
    await trustInTwo(scene);
    const widget = await openPage(scene);
    await signIn(scene, widget);
    const trusted = widget.frame.getByRole('region', { name: 'Trusted browsers' });
    await expect(trusted.getByRole('listitem')).toHaveCount(2);
    await trusted.getByRole('button', { name: 'Ask for a code again: 203.0.113.7' }).first().click();
    await expect(trusted.getByRole('listitem')).toHaveCount(1);
    await trusted.getByRole('button').click();
    await expect(trusted.getByRole('status')).toHaveText('Done.');
    await expect(trusted.getByRole('listitem')).toHaveCount(0);
  });

  test('without a resource that offers it there is no sign-in', async () => {
    const scene = await setStage({ resource: { selfService: undefined } as never });
    const widget = await openPage(scene);
    await widget.frame.getByRole('heading', { name: TITLES.denied }).waitFor();
  });

  test.each([
    ['a narrow phone', { viewport: { width: 320, height: 640 } }, 'en'],
    ['in the dark', { colorScheme: 'dark' as const }, 'en'],
    ['in Arabic', {}, 'ar'],
    ['in German', {}, 'de'],
  ])('axe finds no violations, and nothing overflows: %s', async (_, browser, lang) => {
    const scene = await setStage({
      user: { firstName: 'Alice', secondName: 'Ashworth-Cholmondeley', phone: '+4915112345678' },
      resource: { trustedBrowserDays: 30 },
    });
    await trustInTwo(scene);
    const widget = await openPage(scene, browser, lang);
    await widget.frame.locator('input[name="username"]').fill('alice');
    await widget.frame.locator('input[name="username"]').press('Enter');
    await widget.frame.locator('input[name="password"]').fill(PASSWORD);
    await widget.frame.locator('input[name="password"]').press('Enter');
    await widget.frame.locator('input[name="otp"]').fill((await scene.tokens[0]?.code()) ?? '');
    await widget.frame.locator('input[name="otp"]').press('Enter');
    await widget.frame.locator('#open-change-password').click();
    await widget.frame.locator('input[name="current"]').waitFor();
    await expect(widget.main.getByText('203.0.113.7')).toHaveCount(2);
    await expectAccessible(widget.frame);
    const overflow = await widget.frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await expect(widget.frame.locator('html')).toHaveAttribute('dir', lang === 'ar' ? 'rtl' : 'ltr');
  });
});

describe('in a page of the site', () => {
  test('works the same, and the site gets no result', async () => {
    const scene = await setStage();
    const { page, widget } = await openFrame(scene);
    const removed = new SoftwareAuthenticator();
    removed.userHandle = userHandleOf(scene.user.id);
    const credentials = await credentialsIn(page, { token: 'tok_removed' as TokenId, device: removed });
    await signIn(scene, widget);
    await expect.poll(credentials).toEqual([]);
    await widget.main.getByText('alice@shop.example').waitFor();
    const received = await page.evaluate(() => (window as unknown as { heard: [string, { step?: string }][] }).heard);
    expect(received.at(-1)).toEqual(['change', { step: 'self' }]);
    expect(received.some(([name]) => name === 'success')).toBe(false);
    await expectAccessible(page);
  });

  test('in a separate window works the same', async () => {
    const scene = await setStage();
    const { page } = await openFrame(scene, { mode: 'popup' });
    const opens = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Your account' }).click();
    const widget = widgetIn(await opens);
    await signIn(scene, widget);
    await widget.button('Change name').click();
    await widget.frame.getByLabel('Last name').fill('Ashworth');
    await widget.button('Save').click();
    await output(widget, 'Done.');
  });

  test('a user who has verified fewer factors than they have is told so, and gets no actions', async () => {
    const scene = await setStage({ tokens: [{ state: 'deactivated' }] });
    const { widget } = await openFrame(scene);
    await widget.identify('alice');
    await widget.givePassword(PASSWORD);
    await widget.main.getByText('You can see everything here.', { exact: false }).waitFor();
    await expect(widget.frame.getByRole('button')).toHaveText(['Sign out']);
  });

  test('waits after wrong passwords are shown, and nothing is sent meanwhile', async () => {
    const scene = await setStage();
    const { widget } = await openFrame(scene);
    await signIn(scene, widget);
    await widget.button('Change password').click();
    await widget.frame.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await widget.frame.getByLabel('Repeat new password').fill(NEW_PASSWORD);
    for (let at = 0; at < 7; at++) {
      await widget.frame.getByLabel('Current password').fill(`guess ${at}`);
      await widget.button('Save').click();
      await widget.frame.locator('form[aria-busy=false]').waitFor();
    }
    await widget.main.getByText(/You can try again in \d+ s/).waitFor();
    await widget.frame.getByLabel('Current password').fill(PASSWORD);
    await widget.button('Save').click();
    await widget.main.getByText(/You can try again in \d+ s/).waitFor();
    expect(here.ports.courier.sent).toEqual([]);
  });

  test('what the user may not change is only shown', async () => {
    const nothing = { tokens: false, password: false, details: [], browsers: false };
    const scene = await setStage({ resource: { selfService: { ...EVERYTHING, ...nothing } } });
    const { widget } = await openFrame(scene);
    await signIn(scene, widget);
    await widget.main.getByText('alice@shop.example').waitFor();
    await expect(widget.frame.getByRole('button')).toHaveText(['Sign out']);
  });
});
