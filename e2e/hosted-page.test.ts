import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { type HostSite, startHostSite } from './harness/host-site.ts';
import { makePerson, makePersonWithDevice, makeResource, type Person } from './harness/people.ts';
import { TITLES, type WidgetView, widgetIn } from './harness/widget-view.ts';

let stage: E2eFixture;
let hostile: HostSite;
let resource: string;
let back: string;
let person: Person;

beforeAll(async () => {
  stage = await createE2eFixture();
  hostile = await startHostSite();
  back = `${stage.host.origin}/signed-in?from=countersign`;
  resource = (await makeResource(stage.service.client, stage.host.origin, { redirectUris: [back] })).id;
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

/** What the site's backend does when somebody wants in. */
async function send(redirectUri = back) {
  const nonce = newNonce();
  return { nonce, ...(await stage.service.client.createRedirect({ resource, nonce, redirectUri })) };
}

async function signIn(widget: WidgetView, { login, password }: Person): Promise<void> {
  await widget.identify(login);
  await widget.givePassword(password);
}

const ended = (page: Page) => page.getByText('This request has been used or has expired');

describe('a person sent to our own page', () => {
  test('signs in there and is posted back with a result of that site', async () => {
    const { signInUrl, nonce } = await send();
    const page = await stage.open(signInUrl);
    const widget = widgetIn(page);
    await expect(widget.heading).toHaveText(TITLES.identify);
    await expect(page.getByText(`to continue to ${new URL(back).host}`)).toBeVisible();
    // The secret is out of the address, the history and whatever the page tells others.
    expect(new URL(page.url()).hash).toBe('');
    await signIn(widget, person);
    await page.waitForURL(back);
    const [posted] = stage.host.posted;
    expect([...(posted?.keys() ?? [])]).toEqual(['countersign_result']);
    const result = posted?.get('countersign_result') ?? '';
    const expected = { nonce, origin: stage.host.origin };
    const claims = await stage.service.verifierOf(resource).verifyResult(result, expected);
    expect(claims).toMatchObject({ sub: person.user.id });
    expect(await stage.service.client.consumeResult({ result, resource, nonce })).toMatchObject({ jti: claims.jti });
  });

  test('goes on where they were after a reload, and may say that they are somebody else', async () => {
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

  test('whom the site has named is asked for the code alone', async () => {
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

// RFC 9700 4.1, SR-11: the attack: a result goes where the site did not say.
describe('an address to go back to', () => {
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
  ])('that is not on the list is refused to the backend: %s', async (change) => {
    await expect(send(change(back))).rejects.toMatchObject({ code: 'REDIRECT_URI_NOT_ALLOWED' });
  });

  test('cannot be changed by whoever passes the link on', async () => {
    const { signInUrl } = await send();
    const bent = `&redirectUri=${encodeURIComponent(hostile.origin)}&return=${hostile.origin}/`;
    const page = await stage.open(signInUrl.replace('#', `${bent}#`));
    await signIn(widgetIn(page), person);
    await page.waitForURL(back);
    expect(hostile.posted).toEqual([]);
    expect(stage.host.posted).toHaveLength(1);
  });

  test('is the only one that a form on our own page can go to', async () => {
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

  test('taken off the list meanwhile gets nothing', async () => {
    const { client } = stage.service;
    const own = await makeResource(client, stage.host.origin, { redirectUris: [back] });
    const { signInUrl } = await client.createRedirect({ resource: own.id, nonce: newNonce(), redirectUri: back });
    await client.resources.update(own.id, { redirectUris: [] });
    const page = await stage.open(signInUrl);
    await expect(ended(page)).toBeVisible();
    // Only the site can ask anew.
    await expect(page.getByRole('button')).toHaveCount(0);
    expect(stage.host.posted).toEqual([]);
  });
});

describe('a login request for our own page', () => {
  test('serves one result: neither the link nor the way back brings a second', async () => {
    // SR-10
    const { signInUrl } = await send();
    const page = await stage.open(signInUrl);
    await signIn(widgetIn(page), person);
    await page.waitForURL(back);
    const result = stage.host.posted[0]?.get('countersign_result') ?? '';
    await page.goto('about:blank');
    // Whoever else has the address may have passed it on: they get nothing, although nobody has used the result yet.
    await expect(ended(await stage.open(signInUrl))).toBeVisible();
    const { nonce } = JSON.parse(atob(result.split('.')[1] ?? ''));
    await stage.service.client.consumeResult({ result, resource, nonce });
    await expect(ended(await stage.open(signInUrl))).toBeVisible();
    expect(stage.host.posted).toHaveLength(1);
  });

  test('opens no widget on a page of the site, and one for a widget opens no page', async () => {
    const { nonce, loginRequest } = await send();
    const { page } = await stage.openWidget(resource, { options: { nonce, loginRequest } });
    await expect(page.frameLocator('iframe').getByText('This request has been used or has expired')).toBeVisible();

    const named = await makePersonWithDevice(stage.service.client, resource);
    const input = { user: named.login, resource, nonce: newNonce(), passwordChecked: true };
    const other = await stage.service.client.createLoginRequest(input);
    const [, id = '', secret = ''] = /^lrq\.(\w+)\.(.+)$/.exec(other.loginRequest) ?? [];
    const opened = await stage.open(`${stage.service.url}/widget/v1/sign-in?request=${id}#${secret}`);
    await expect(ended(opened)).toBeVisible();
  });

  test('without its secret is worth nothing, and the secret fits no other request', async () => {
    const [one, other] = [new URL((await send()).signInUrl), new URL((await send()).signInUrl)];
    for (const hash of ['', '#', other.hash, `${one.hash.slice(0, -1)}${one.hash.endsWith('A') ? 'B' : 'A'}`]) {
      const page = await stage.open(one.origin + one.pathname + one.search + hash);
      await expect(ended(page)).toBeVisible();
    }
  });

  test('of an attacker, opened by somebody else: their result is of no use to either', async () => {
    // Login CSRF, both ways round: the nonce belongs to the browser in which the sign-in was begun.
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

test('our own page is framed by nobody, listed or not', async () => {
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
