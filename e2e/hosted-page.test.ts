import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { beginAppSignIn, newNonce } from '../clients/typescript/src/index.ts';
import { askAxe, WCAG } from './harness/axe.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { type HostSite, startHostSite } from './harness/host-site.ts';
import { makePerson, makePersonWithDevice, makeResource, type Person } from './harness/people.ts';
import { TITLES, type WidgetView, widgetIn, widgetOn } from './harness/widget-view.ts';

/** An app on the device, by a scheme that no program of this machine opens. */
const SCHEME = 'com.example.harbour:/signed-in';

let stage: E2eFixture;
let hostile: HostSite;
let resource: string;
let back: string;
let person: Person;

beforeAll(async () => {
  stage = await createE2eFixture();
  hostile = await startHostSite();
  back = `${stage.host.origin}/signed-in?from=countersign`;
  const addresses = { redirectUris: [back], appRedirectUris: [SCHEME, 'http://127.0.0.1/app'] };
  resource = (await makeResource(stage.service.client, stage.host.origin, addresses)).id;
  person = await makePerson(stage.service.client, resource);
});
beforeEach(() => {
  stage.host.posted.length = 0;
  hostile.posted.length = 0;
});
afterEach(() => stage.clear());
afterAll(async () => {
  await hostile?.close();
  await stage?.close();
});

/** The site's backend starts a sign-in. */
async function send(redirectUri = back) {
  const nonce = newNonce();
  return { nonce, ...(await stage.service.client.createRedirect({ resource, nonce, redirectUri })) };
}

async function signIn(widget: WidgetView, { login, password }: Person): Promise<void> {
  await widget.identify(login);
  await widget.givePassword(password);
}

const ended = (page: Page) => page.getByRole('main').getByText('This request has been used or has expired');

describe('a user sent to the hosted page', () => {
  test('signs in there and is posted back with a result for that site', async () => {
    const { signInUrl, nonce } = await send();
    const page = await stage.open(signInUrl);
    const widget = widgetIn(page);
    await expect(widget.heading).toHaveText(TITLES.identify);
    await expect(page.getByRole('main').getByText(`to continue to ${new URL(back).host}`)).toBeVisible();
    // The secret is in no address, history or referrer.
    await expect.poll(() => new URL(page.url()).hash).toBe('');
    await signIn(widget, person);
    await page.waitForURL(back);
    const [posted] = stage.host.posted;
    expect([...(posted?.keys() ?? [])]).toEqual(['countersign_result']);
    const result = posted?.get('countersign_result') ?? '';
    const expected = { nonce, origin: stage.host.origin };
    const claims = await stage.service.verifierOf(resource).verifyResult(result, expected);
    expect(claims).toMatchObject({ sub: person.user.id });
    expect(await stage.service.client.consumeResult({ result, resource, ...expected })).toMatchObject({
      jti: claims.jti,
    });
  });

  test('continues after a reload, and can use another account', async () => {
    const { signInUrl } = await send();
    const page = await stage.open(signInUrl);
    const widget = widgetIn(page);
    await widget.identify('somebody else');
    await expect(widget.heading).toHaveText(TITLES.password);
    await widget.button('Not you?').click();
    await widget.identify(person.login);
    await expect(widget.heading).toHaveText(TITLES.password);
    await page.reload();
    await expect(widget.heading).toHaveText(TITLES.password);
    await widget.givePassword(person.password);
    await page.waitForURL(back);
  });

  test('named by the site only enters the code', async () => {
    const { client } = stage.service;
    const known = await makePersonWithDevice(client, resource);
    const nonce = newNonce();
    const input = { resource, nonce, redirectUri: back, user: known.login, passwordChecked: true };
    const page = await stage.open((await client.createRedirect(input)).signInUrl);
    const widget = widgetIn(page);
    await expect(widget.heading).toHaveText(TITLES.otp);
    await expect(widget.button('Not you?')).toHaveCount(0);
    await widget.giveCode(known.device.code());
    await page.waitForURL(back);
    const result = stage.host.posted[0]?.get('countersign_result');
    const claims = await stage.service.verifierOf(resource).verifyResult(result, { nonce, requireOtp: true });
    expect(claims).toMatchObject({ sub: known.user.id, amr: ['otp'] });
  });
});

// RFC 9700 4.1, SR-11. The attack: a result is sent to an address that the site did not name.
describe('a return address', () => {
  test.each([
    (uri: string) => `${uri}&x=1`,
    (uri: string) => uri.replace('/signed-in', '/signed-in/'),
    (uri: string) => uri.replace('/signed-in', '/signed-in/../other'),
    (uri: string) => uri.replace('?', '/more?'),
    (uri: string) => uri.replace(/:\d+/, ':1'),
    (uri: string) => uri.replace('http://', 'http://shop@'),
    (uri: string) => `${uri}#x`,
    () => `${hostile.origin}/signed-in?from=countersign`,
    () => 'javascript:alert(1)',
  ])('outside the list is refused to the backend: %s', async (change) => {
    await expect(send(change(back))).rejects.toMatchObject({ code: 'REDIRECT_URI_NOT_ALLOWED' });
  });

  test('cannot be changed in a forwarded link', async () => {
    const { signInUrl } = await send();
    const bent = `&redirectUri=${encodeURIComponent(hostile.origin)}&return=${hostile.origin}/`;
    const page = await stage.open(signInUrl.replace('#', `${bent}#`));
    await signIn(widgetIn(page), person);
    await page.waitForURL(back);
    expect(hostile.posted).toEqual([]);
    expect(stage.host.posted).toHaveLength(1);
  });

  test('is the only target of forms on the hosted page', async () => {
    const page = await stage.open((await send()).signInUrl);
    await expect(widgetIn(page).heading).toHaveText(TITLES.identify);
    const broken = page.evaluate(
      (target) =>
        new Promise<string>((resolve) => {
          addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective));
          const form = Object.assign(document.createElement('form'), { method: 'post', action: target });
          document.body.append(form);
          form.submit();
        }),
      `${hostile.origin}/`,
    );
    expect(await broken).toBe('form-action');
    expect(hostile.posted).toEqual([]);
  });

  test('removed from the list meanwhile gets nothing', async () => {
    const { client } = stage.service;
    const own = await makeResource(client, stage.host.origin, { redirectUris: [back] });
    const { signInUrl } = await client.createRedirect({ resource: own.id, nonce: newNonce(), redirectUri: back });
    await client.resources.update(own.id, { redirectUris: [] });
    const page = await stage.open(signInUrl);
    await expect(ended(page)).toBeVisible();
    // Only the site can start again.
    await expect(page.getByRole('button')).toHaveCount(0);
    expect(stage.host.posted).toEqual([]);
  });
});

describe('a login request for the hosted page', () => {
  test('gives one result: neither the link nor going back gives a second', async () => {
    // SR-10
    const { signInUrl } = await send();
    const page = await stage.open(signInUrl);
    await signIn(widgetIn(page), person);
    await page.waitForURL(back);
    const result = stage.host.posted[0]?.get('countersign_result') ?? '';
    await page.goto('about:blank');
    // Another holder of the address gets nothing, although the result has not been consumed yet.
    await expect(ended(await stage.open(signInUrl))).toBeVisible();
    const { nonce } = JSON.parse(atob(result.split('.')[1] ?? ''));
    await stage.service.client.consumeResult({ result, resource, nonce, origin: stage.host.origin });
    await expect(ended(await stage.open(signInUrl))).toBeVisible();
    expect(stage.host.posted).toHaveLength(1);
  });

  test('opens no widget on a page of the site, and one for a widget opens no page', async () => {
    const { nonce, loginRequest } = await send();
    const { page } = await stage.openWidget(resource, { options: { nonce, loginRequest } });
    await expect(widgetOn(page).main).toContainText('This request has been used or has expired');

    const named = await makePersonWithDevice(stage.service.client, resource);
    const input = { user: named.login, resource, nonce: newNonce(), passwordChecked: true };
    const other = await stage.service.client.createLoginRequest(input);
    const [, id = '', secret = ''] = /^lrq\.(\w+)\.(.+)$/.exec(other.loginRequest) ?? [];
    const opened = await stage.open(`${stage.service.url}/widget/v1/sign-in?request=${id}#${secret}`);
    await expect(ended(opened)).toBeVisible();
  });

  test('is worthless without its secret, and the secret fits no other request', async () => {
    const [one, other] = [new URL((await send()).signInUrl), new URL((await send()).signInUrl)];
    for (const hash of ['', '#', other.hash, `${one.hash.slice(0, -1)}${one.hash.endsWith('A') ? 'B' : 'A'}`]) {
      const page = await stage.open(one.origin + one.pathname + one.search + hash);
      await expect(ended(page)).toBeVisible();
    }
  });

  test('of an attacker, opened by another user: neither can use the result', async () => {
    // Login CSRF, in both directions: the nonce belongs to the browser that started the sign-in.
    const attacker = await send();
    const victim = { nonce: newNonce() };
    const page = await stage.open(attacker.signInUrl);
    await signIn(widgetIn(page), person);
    await page.waitForURL(back);
    const result = stage.host.posted[0]?.get('countersign_result');
    await expect(
      stage.service.verifierOf(resource).verifyResult(result, { nonce: victim.nonce }),
    ).rejects.toMatchObject({ code: 'RESULT_NONCE_WRONG' });
  });
});

describe('a native app', () => {
  const begin = (redirectUri: string, nonce = newNonce()) =>
    beginAppSignIn({ url: stage.service.url, resource, redirectUri, nonce });

  test('on loopback gets a code that gives the result once; going back sends nothing', async () => {
    const nonce = newNonce();
    const app = await begin(`${stage.host.origin}/app`, nonce);
    const page = await stage.open(app.address);
    await signIn(widgetIn(page), person);
    await page.waitForURL((url) => url.pathname === '/app');
    expect([...new URL(page.url()).searchParams.keys()]).toEqual(['code', 'state', 'iss']);
    const { result } = await app.finish(page.url());
    const verifier = stage.service.verifierOf(resource);
    const claims = await verifier.verifyResult(result, { nonce, origin: stage.service.url, app: true });
    expect(claims).toMatchObject({ sub: person.user.id, app: true });
    // SR-80: to a site it is no result, whatever else the site demands.
    for (const expected of [{ nonce }, { nonce, origin: stage.service.url }]) {
      await expect(verifier.verifyResult(result, expected)).rejects.toMatchObject({ code: 'RESULT_APP_UNEXPECTED' });
    }
    // The sign-in has left the history.
    await page.goBack();
    expect(page.url()).toBe('about:blank');
  });

  test('with a scheme is opened at once, and again by a link; declining is an answer too', async () => {
    const page = await stage.open((await begin(SCHEME)).address);
    const browser = await page.context().newCDPSession(page);
    await browser.send('Page.enable');
    const opened = new Promise<string>((resolve) => {
      browser.on('Page.frameRequestedNavigation', ({ url }) => url.startsWith(SCHEME) && resolve(url));
    });
    const back = page.getByRole('link', { name: 'Back to Harbour & Co.' });
    await expect(back).toHaveAttribute('href', /^com\.example\.harbour:\/signed-in\?error=access_denied&state=/);
    await signIn(widgetIn(page), person);
    const address = await opened;
    expect(address).toMatch(/^com\.example\.harbour:\/signed-in\?code=flw_/);
    await expect(widgetIn(page).heading).toHaveText(TITLES.done);
    await expect(back).toHaveAttribute('href', address);
    await page.setViewportSize({ width: 390, height: 700 });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect((await askAxe(page, WCAG)).violations).toEqual([]);
    }
    // A reload begins again, and has no code.
    await page.reload();
    await expect(widgetIn(page).heading).toHaveText(TITLES.identify);
    await expect(back).toHaveAttribute('href', /error=access_denied/);
  });
});

test('no page can frame the hosted page, listed or not', async () => {
  // SR-13: clickjacking
  const { signInUrl } = await send();
  const answer = await fetch(signInUrl);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain(`form-action ${stage.host.origin}/signed-in;`);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const page = await stage.open('about:blank');
  const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await page.goto(stage.host.put(`<iframe src="${signInUrl.replaceAll('&', '&amp;')}"></iframe>`));
  await refused;
});
