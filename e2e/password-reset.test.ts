import type { Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest';
import { composeMail } from '../server/composition/compose-mail.ts';
import { notePressure } from '../server/proof-of-work/pressure.ts';
import { signInUrl as makeSignInUrl } from '../server/sign-in/pages/sign-in-page.ts';
import { createLoginRequest } from '../server/testing/as-operator.ts';
import { birth, createFixture, type Fixture, type FixtureOptions, NONCE, unwrap } from '../server/testing/fixtures.ts';
import { hostPage } from '../widget/testing/host-page.ts';
import { newContext } from './harness/browser.ts';
import { expect } from './harness/expect.ts';
import { expectAccessible, type InProcessService, startInProcessService } from './harness/in-process-service.ts';
import { TITLES, widgetIn } from './harness/widget-view.ts';

const NEW = 'seven quiet marmots';
let here: InProcessService;
let scene: Fixture;

beforeAll(async () => {
  here = await startInProcessService('reset-e2e');
  scene = await createFixture(here.ports, {
    resource: { passwordReset: true, allowedOrigins: [here.host.origin] },
    user: { email: 'alice@shop.example' },
  });
});
afterAll(() => here?.close());

beforeEach(() => {
  here.ports.courier.sent.length = 0;
});

// SR-40. The attack: links that change a password are read from the history, a Referer or the log of a proxy.
test('SR-40: a user resets a forgotten password by a link that no address, history or request contains', async () => {
  const script = `window.result = new Promise((resolve) =>
    document.addEventListener('countersign:success', ({ detail }) => resolve(detail)));
Countersign.mount('#here', { resource: '${scene.resource.id}', nonce: '${NONCE}', locale: 'de' });`;
  const site = await (await newContext(here.browser)).newPage();
  await site.goto(here.host.put(hostPage(here.url, '<div id="here"></div>', script)));
  const widget = site.frameLocator('iframe');
  await widget.locator('#identify').fill('alice');
  await widget.locator('.primary').click();
  const [popup] = await Promise.all([
    site.context().waitForEvent('page'),
    widget.getByRole('link', { name: 'Passwort vergessen?' }).click(),
  ]);
  await popup.waitForLoadState();
  expect(await popup.title()).toBe('Passwort vergessen? · Shop');
  expect(await popup.evaluate(() => window.opener)).toBeNull();
  const asking = popup.url();
  await popup.close();

  const context = await newContext(here.browser, { colorScheme: 'dark' });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request) => {
    requests.push(`${request.method()} ${request.url()} ${request.headers().referer ?? ''}`);
  });
  await page.goto(asking);
  await page.getByLabel('Login oder E-Mail').fill('Alice');
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Prüfen Sie Ihre E-Mails' }).waitFor();
  await expect.poll(() => here.ports.courier.sent.length).toBe(1);
  const [mail] = here.ports.courier.sent;
  if (!mail) throw new Error('no mail');
  const { link = '' } = composeMail(mail, here.url);

  const secret = link.slice(link.indexOf('#') + 1);
  await page.goto(`${here.url}/reset/password?link=${secret}&lang=de`);
  await page.getByRole('heading', { name: 'Dieser Link ist nicht gültig' }).waitFor();
  expect(page.url()).toBe(`${here.url}/reset/password`);
  requests.length = 0;
  await page.goto(link);
  await page.getByLabel('Neues Passwort', { exact: true }).waitFor();
  expect(page.url()).toBe(`${here.url}/reset/password`);
  const [history, ...sent] = [
    await page.evaluate(() => navigation.entries().map(({ url }) => url)),
    ...requests.filter((request) => request.includes('/reset/password')),
  ];
  expect(history.join()).not.toContain(secret);
  const { pathname, search } = new URL(link);
  expect(sent).toEqual([`GET ${here.url}${pathname}${search} `, `POST ${here.url}/reset/password ${here.url}/`]);
  await page.getByLabel('Neues Passwort', { exact: true }).fill('password1234567');
  await page.getByLabel('Neues Passwort wiederholen').fill('password1234567');
  await page.getByRole('button', { name: 'Passwort speichern' }).click();
  await expect(page.getByRole('alert')).toContainText('gehört zu den häufigsten');
  await page.getByLabel('Neues Passwort', { exact: true }).fill(NEW);
  await page.getByLabel('Neues Passwort wiederholen').fill(NEW);
  // What the eye shows is a password again before it is sent.
  const [eye] = await page.getByRole('button', { name: 'Passwort anzeigen' }).all();
  await eye?.click();
  await expect(page.getByLabel('Neues Passwort', { exact: true })).toHaveAttribute('type', 'text');
  await eye?.click();
  await expect(page.getByLabel('Neues Passwort', { exact: true })).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Passwort speichern' }).click();
  await page.getByRole('heading', { name: 'Ihr Passwort ist festgelegt' }).waitFor();
  await page.goto(link);
  await page.getByRole('heading', { name: 'Dieser Link ist nicht gültig' }).waitFor();

  await widget.locator('#password').fill(NEW);
  await widget.locator('.primary').click();
  await site.evaluate(() => (window as unknown as { result: Promise<unknown> }).result);
});

// The attack: who reads a log of a proxy, a Referer or the history learns who has forgotten a password.
test('the login that was typed is filled in, and no request or history contains it', async () => {
  const login = 'møre & 100%@shop.example';
  const context = await newContext(here.browser, { locale: 'en' });
  const requests: string[] = [];
  context.on('request', (request) => {
    requests.push(decodeURIComponent(`${request.url()} ${request.headers().referer ?? ''}`));
  });
  const site = await context.newPage();
  const script = `Countersign.mount('#here', { resource: '${scene.resource.id}', nonce: '${NONCE}' });`;
  await site.goto(here.host.put(hostPage(here.url, '<div id="here"></div>', script)));
  const widget = site.frameLocator('iframe');
  await widget.locator('#identify').fill(login);
  await widget.locator('.primary').click();
  const [page] = await Promise.all([
    context.waitForEvent('page'),
    widget.getByRole('link', { name: 'Forgot your password?' }).click(),
  ]);
  await expect(page.getByLabel('Login or email')).toHaveValue(login);
  await expectAccessible(page);
  await expect.poll(() => new URL(page.url()).hash).toBe('');
  const history = await page.evaluate(() => navigation.entries().map(({ url }) => url));
  expect(history).toEqual([page.url()]);
  await page.getByRole('button', { name: 'Send password link' }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  expect(requests.filter((request) => request.includes('/reset'))).toHaveLength(2);
  // The browser's tools show the fragment, which is not sent.
  expect(requests.map((request) => request.replace(/#\S*/, '')).join()).not.toContain('møre');
  expect(decodeURIComponent(here.log())).not.toContain('møre');
  // In the first tab, the sign-in goes on with the same login.
  await expect(widget.locator('#who')).toHaveValue(login);
});

describe('after the new password', () => {
  /** The user forgets the password on this page; the mailed link opens in another tab. */
  async function chooseNewPassword(signingIn: Page, page: Page): Promise<void> {
    await widgetIn(signingIn).identify('alice');
    const [asking] = await Promise.all([
      signingIn.context().waitForEvent('page'),
      signingIn.getByRole('link', { name: 'Forgot your password?' }).click(),
    ]);
    await asking.getByRole('button', { name: 'Send password link' }).click();
    await asking.getByRole('heading', { name: 'Check your email' }).waitFor();
    await asking.close();
    await expect.poll(() => here.ports.courier.sent.length).toBe(1);
    await page.goto(here.mailedLink());
    await page.getByLabel('New password', { exact: true }).fill(NEW);
    await page.getByLabel('Repeat new password').fill(NEW);
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
  }

  const redirectUri = () => `${here.host.origin}/signed-in`;

  /** A resource whose users sign in on pages of the service, and two tabs of a new browser. */
  async function openPage(resource: FixtureOptions['resource']) {
    const own = await createFixture(here.ports, {
      resource: { name: 'Harbour', passwordReset: true, ...resource },
      user: { email: 'alice@shop.example' },
    });
    const context = await newContext(here.browser, { locale: 'en', viewport: { width: 390, height: 780 } });
    const [signingIn, page] = [await context.newPage(), await context.newPage()];
    const requests: string[] = [];
    page.on('request', (request) => requests.push(`${request.url()} ${request.headers().referer ?? ''}`));
    const signInUrl = async () => {
      const asked = {
        account: own.account,
        resource: own.resource.id,
        nonce: NONCE,
        passwordChecked: false,
        redirectUri: redirectUri(),
      };
      const { loginRequest } = unwrap(await createLoginRequest(here.ports, birth(here.ports, 'flw'), asked));
      return makeSignInUrl(here.url, loginRequest);
    };
    return { own, signingIn, page, requests, signInUrl };
  }
  // The attack: another site learns the login from an address, a Referer or what the browser stores.
  test('leads back to the site, which learns no login; the next hosted page has it filled in, once', async () => {
    const { signingIn, page, requests, signInUrl } = await openPage({
      allowedOrigins: [],
      redirectUris: [redirectUri()],
    });
    await signingIn.goto(await signInUrl());
    await chooseNewPassword(signingIn, page);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Back to Harbour', exact: true }).click();
    await page.waitForURL(`${here.host.origin}/`);
    expect(
      await page.evaluate(() => JSON.stringify([location.href, document.referrer, { ...sessionStorage }])),
    ).not.toContain('alice');
    expect(requests.join()).not.toContain('alice');
    const widget = widgetIn(page);
    await page.goto(await signInUrl());
    await expect(widget.login).toHaveValue('alice');
    await widget.button('Continue').click();
    await widget.givePassword(NEW);
    await page.waitForURL(redirectUri());
    await page.goto(await signInUrl());
    await expect(widget.heading).toHaveText(TITLES.identify);
    await expect(widget.login).toHaveValue('');
  });

  test('leads back to the self-service page, with the login filled in', async () => {
    const selfService = { tokens: true, password: true, details: [], browsers: false };
    const { own, signingIn, page } = await openPage({ allowedOrigins: [here.host.origin], selfService });
    await signingIn.goto(`${here.url}/widget/v1/self?resource=${own.resource.id}&lang=en`);
    await chooseNewPassword(signingIn, page);
    await page.getByRole('link', { name: 'Back to Harbour', exact: true }).click();
    const widget = widgetIn(page);
    await expect(widget.login).toHaveValue('alice');
    await widget.button('Continue').click();
    await widget.givePassword(NEW);
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
  });
});

test('without script the page of a link says what to do', async () => {
  const page = await (await newContext(here.browser, { javaScriptEnabled: false, locale: 'en' })).newPage();
  await page.goto(`${here.url}/reset/password#usr_00000000000.${'A'.repeat(32)}`);
  const note = page.locator('noscript p');
  await note.waitFor();
  await expect(note).toContainText('This page needs JavaScript.');
});

test('the pages are accessible, on a phone too, and solve a puzzle under attack', async () => {
  const page = await (
    await newContext(here.browser, { viewport: { width: 320, height: 640 }, locale: 'en' })
  ).newPage();
  await page.goto(`${here.url}/reset?resource=${scene.resource.id}`);
  await expectAccessible(page);
  await page.getByLabel('Login or email').fill('alice');
  const answers: number[] = [];
  page.on('response', (response) => void (response.request().method() === 'POST' && answers.push(response.status())));
  notePressure(here.ports, `resource/${scene.resource.id}`, 1, here.ports.clock.now());
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  expect(answers).toEqual([428, 200]);
  await expectAccessible(page);
  await expect.poll(() => here.ports.courier.sent.length).toBe(1);
  const mail = here.ports.courier.sent.at(-1);
  if (!mail) throw new Error('no mail');
  await page.goto(composeMail(mail, here.url).link ?? '');
  await expectAccessible(page);
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByLabel('Repeat new password').fill('short');
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByRole('alert').waitFor();
  await expectAccessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(320);
});
