import type { FlowView } from '@countersign/protocol/flow';
import type { BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { SoftwareAuthenticator } from '../server/testing/software-authenticator.ts';
import { axeViolations } from './harness/axe.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf } from './harness/fixture.ts';
import { startHostSite } from './harness/host-site.ts';
import {
  assignPasskeys,
  attachAuthenticator,
  makeOwner,
  type PasskeyOwner,
  registerPasskey,
} from './harness/passkeys.ts';
import { makePersonWithDevice, makeResource, PASSWORD } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/** Passkeys in a browser, after a password and alone. */
let stage: E2eFixture;
let resource: string;
let owner: PasskeyOwner;
let other: PasskeyOwner;

const SIGN_IN = 'Sign in with a passkey';
const IN_WINDOW = 'Try in a separate window';
const NOT_ACCEPTED = 'This passkey was not accepted';
const NOTHING = 'Nothing was confirmed';
/** A page that forbids passkeys to its frames. */
const FORBIDS = { 'permissions-policy': 'publickey-credentials-get=()' };

beforeAll(async () => {
  stage = await createE2eFixture();
  const { service, host } = stage;
  resource = (await makeResource(service.client, host.origin, { passkeySignIn: true })).id;
  [owner, other] = [await makeOwner(service.client), await makeOwner(service.client)];
  await service.whileDown(async (ports) => {
    await registerPasskey(ports, service.url, owner);
    await registerPasskey(ports, service.url, owner, new SoftwareAuthenticator({ signCount: 3 }));
    const key = new SoftwareAuthenticator({ verifies: false, transport: 'usb' });
    await registerPasskey(ports, service.url, owner, key);
    await registerPasskey(ports, service.url, other);
  });
  await assignPasskeys(service.client, resource, owner);
  await assignPasskeys(service.client, resource, other);
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

const [FIRST, SECOND, KEY] = [0, 1, 2];
const passkey = (at: number, of = owner) => of.passkeys.slice(at, at + 1);

/** The started widget. In browsers with passkey autofill, a virtual authenticator answers without a prompt. */
function openWidget(opening: Parameters<E2eFixture['openWidget']>[1] = {}) {
  return stage.openWidget(resource, {
    ...opening,
    async before(context) {
      await context.addInitScript(() => {
        PublicKeyCredential.isConditionalMediationAvailable = async () => false;
      });
      await opening.before?.(context);
    },
  });
}

/** The widget at the step of the second factor. */
async function toSecondFactor(login = owner.login, opening: Parameters<E2eFixture['openWidget']>[1] = {}) {
  const opened = await openWidget(opening);
  const widget = widgetOn(opened.page);
  await widget.identify(login);
  await widget.givePassword(PASSWORD);
  await expect(widget.heading).toHaveText(TITLES.passkey);
  return { ...opened, widget };
}

async function claimsOf(page: Page, nonce: string) {
  await expect(widgetOn(page).heading).toHaveText(TITLES.done);
  return stage.service.verifierOf(resource).verifyResult(await resultOf(page), { nonce, origin: stage.host.origin });
}

/** Changes of a modified page to the service's request. */
async function rewriteAnswers(context: BrowserContext, path: RegExp, change: (view: FlowView) => void) {
  await context.route(path, async (route) => {
    const answer = await route.fetch();
    const view = (await answer.json()) as FlowView;
    change(view);
    await route.fulfill({ response: answer, json: view });
  });
}

describe('after a password', () => {
  test('a security key without discoverable credentials is the second factor', async () => {
    const { page, nonce, widget } = await toSecondFactor();
    await attachAuthenticator(page, passkey(KEY), { verifies: false, discoverable: false });
    await widget.button('Continue').click();
    expect(await claimsOf(page, nonce)).toMatchObject({ sub: owner.user.id, amr: ['pwd', 'hwk', 'mfa'], acr: '2' });
  });

  test('either of two methods', async () => {
    for (const at of [FIRST, SECOND]) {
      const { page, nonce, widget } = await toSecondFactor();
      await attachAuthenticator(page, passkey(at));
      await widget.button('Continue').click();
      expect(await claimsOf(page, nonce)).toMatchObject({ amr: ['pwd', 'hwk', 'user', 'mfa'] });
    }
  });

  test('a missing confirmation is reported, and the user can try again or use another method', async () => {
    const { client } = stage.service;
    const person = await makePersonWithDevice(client, resource);
    const both = { ...other, user: other.user, login: other.login };
    await client.tokens.update(person.device.token.id, { owner: both.user.id });
    await client.assignments.create({ resource, user: both.user.id, token: person.device.token.id });

    const { page, widget } = await toSecondFactor(both.login);
    // This one has none of the user's passkeys.
    const { session, id } = await attachAuthenticator(page, []);
    await widget.button('Continue').click();
    await expect(widget.alert).toContainText(NOTHING);
    await expect(widget.button(IN_WINDOW)).toBeVisible();
    await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id });
    await attachAuthenticator(page, passkey(FIRST, other));
    await widget.button('A code from your app or device').click();
    await expect(widget.heading).toHaveText(TITLES.otp);
    await widget.main.getByText('Another way', { exact: true }).click();
    await widget.button('A passkey or security key').click();
    await widget.button('Continue').click();
    await expect(widget.heading).toHaveText(TITLES.done);
  });

  // SR-61
  test('SR-61: another user’s passkey is refused, also if a page requests it', async () => {
    const { page, widget } = await toSecondFactor(owner.login, {
      before: (context) =>
        rewriteAnswers(context, /\/widget\/v1\/flow\/password$/, (view) => {
          for (const one of view.passkey?.allowCredentials ?? []) one.id = other.passkeys[0]?.device.id ?? '';
        }),
    });
    await attachAuthenticator(page, passkey(FIRST, other));
    await widget.button('Continue').click();
    await expect(widget.alert).toContainText(NOT_ACCEPTED);
    await expect(widget.heading).toHaveText(TITLES.passkey);
  });
});

describe('instead of name, password and code', () => {
  test('a passkey signs its owner in; the browser names the embedding page, and the service checks it', async () => {
    const { page, nonce } = await openWidget();
    await attachAuthenticator(page, passkey(FIRST));
    const sent = page.waitForRequest(/\/flow\/passkey$/);
    await widgetOn(page).button(SIGN_IN).click();
    const { response } = (await sent).postDataJSON() as { response: { response: { clientDataJSON: string } } };
    const clientData = JSON.parse(Buffer.from(response.response.clientDataJSON, 'base64url').toString());
    expect(clientData).toMatchObject({
      type: 'webauthn.get',
      origin: stage.service.url,
      crossOrigin: true,
      topOrigin: stage.host.origin,
    });
    expect(await claimsOf(page, nonce)).toMatchObject({ sub: owner.user.id, amr: ['hwk', 'user', 'mfa'], acr: '2' });
  });

  test('is offered by autofill in the login field, in browsers that support it', async () => {
    const { page, nonce } = await stage.openWidget(resource);
    await expect(widgetOn(page).login).toHaveAttribute('autocomplete', 'username webauthn');
    // A virtual authenticator accepts the offer immediately, as a user would by selecting it.
    await attachAuthenticator(page, passkey(FIRST));
    await page.reload();
    expect(await claimsOf(page, nonce)).toMatchObject({ sub: owner.user.id, acr: '2' });
  });

  // SR-61
  test('SR-61: an authenticator without user verification does not, even on a page that would allow it', async () => {
    const asked = await openWidget();
    await attachAuthenticator(asked.page, passkey(KEY), { verifies: false });
    await widgetOn(asked.page).button(SIGN_IN).click();
    await expect(widgetOn(asked.page).alert.filter({ hasText: NOTHING })).toBeVisible();

    const { page } = await openWidget({
      before: (context) =>
        rewriteAnswers(context, /\/widget\/v1\/flows$/, (view) => {
          if (!view.passkey) return;
          const id = owner.passkeys[KEY]?.device.id ?? '';
          const allowCredentials = [{ type: 'public-key', id, transports: ['usb'] } as const];
          Object.assign(view.passkey, { userVerification: 'discouraged', allowCredentials });
        }),
    });
    await attachAuthenticator(page, passkey(KEY), { verifies: false });
    await widgetOn(page).button(SIGN_IN).click();
    await expect(widgetOn(page).alert.filter({ hasText: NOT_ACCEPTED })).toBeVisible();
    await expect(widgetOn(page).heading).toHaveText(TITLES.identify);
  });

  test('after cancelling, the user can try again or enter a name', async () => {
    const { page } = await openWidget();
    const { session, id } = await attachAuthenticator(page, passkey(FIRST));
    await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false });
    const widget = widgetOn(page);
    await widget.button(SIGN_IN).click();
    await expect(widget.alert.filter({ hasText: NOTHING })).toBeVisible();
    // It is not an error of the field.
    await expect(widget.login).not.toHaveAttribute('aria-invalid', 'true');
    await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true });
    await widget.button(SIGN_IN).click();
    await expect(widget.heading).toHaveText(TITLES.done);
  });

  // SR-61
  test('SR-61: a recorded response opens no second sign-in', async () => {
    const first = await openWidget();
    await attachAuthenticator(first.page, passkey(FIRST));
    const sent = first.page.waitForRequest(/\/flow\/passkey$/);
    await widgetOn(first.page).button(SIGN_IN).click();
    const { response } = (await sent).postDataJSON() as { response: unknown };
    await expect(widgetOn(first.page).heading).toHaveText(TITLES.done);

    const { page } = await openWidget({
      before: (context) =>
        context.route(/\/flow\/passkey$/, (route) => {
          const { seq } = route.request().postDataJSON() as { seq: number };
          return route.continue({ postData: JSON.stringify({ seq, response }) });
        }),
    });
    await attachAuthenticator(page, passkey(FIRST));
    await widgetOn(page).button(SIGN_IN).click();
    await expect(widgetOn(page).alert.filter({ hasText: NOT_ACCEPTED })).toBeVisible();
  });

  // SR-61
  test('SR-61: a response from another page is refused', async () => {
    // Both pages may embed the widget; the second forwards its visitor's response to a sign-in of the first.
    const elsewhere = await startHostSite();
    try {
      const { client, url } = stage.service;
      await client.resources.update(resource, { allowedOrigins: [stage.host.origin, elsewhere.origin] });
      const started = await fetch(`${url}/widget/v1/flows`, {
        method: 'POST',
        headers: { origin: url, 'content-type': 'application/json' },
        body: JSON.stringify({ resource, nonce: 'nonce-of-the-attacker', origin: stage.host.origin }),
      });
      const flow = (await started.json()) as FlowView & { handle: string };
      const { page } = await openWidget({
        before: (context) =>
          rewriteAnswers(context, /\/widget\/v1\/flows$/, (view) => {
            if (flow.passkey) view.passkey = flow.passkey;
          }),
        on: elsewhere,
      });
      await attachAuthenticator(page, passkey(FIRST));
      const sent = page.waitForRequest(/\/flow\/passkey$/);
      await widgetOn(page).button(SIGN_IN).click();
      const { response } = (await sent).postDataJSON() as { response: unknown };
      const passedOn = await fetch(`${url}/widget/v1/flow/passkey`, {
        method: 'POST',
        headers: { origin: url, 'content-type': 'application/json', 'countersign-flow': flow.handle },
        body: JSON.stringify({ seq: flow.seq, response }),
      });
      expect(await passedOn.json()).toMatchObject({ step: 'identify', error: { code: 'INVALID_CREDENTIALS' } });
    } finally {
      await elsewhere.close();
    }
  });
});

describe('if the page does not let the frame ask', () => {
  /** The window, delayed until it has an authenticator. */
  async function openWindow(page: Page, open: () => Promise<void>, passkeys = passkey(FIRST)) {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.context().route(/passkey-window-.*\.js$/, async (route) => {
      await held;
      await route.continue();
    });
    const opening = page.context().waitForEvent('page');
    await open();
    const opened = await opening;
    await opened.waitForURL(/\/widget\/v1\/passkey$/, { waitUntil: 'commit' });
    const authenticator = await attachAuthenticator(opened, passkeys);
    letGo();
    return { opened, authenticator };
  }

  test('a window of the service asks, and closes by itself', async () => {
    const { page, nonce } = await openWidget({ headers: FORBIDS });
    const { opened } = await openWindow(page, () => widgetOn(page).button(SIGN_IN).click());
    await opened.waitForEvent('close').catch(() => undefined);
    expect(await claimsOf(page, nonce)).toMatchObject({ sub: owner.user.id, acr: '2' });
  });

  test('the window reports an error and asks again; closing it cancels', async () => {
    const { page } = await openWidget({ headers: FORBIDS });
    const { opened } = await openWindow(page, () => widgetOn(page).button(SIGN_IN).click(), []);
    await expect(opened.getByRole('heading', { level: 1 })).toHaveText(TITLES.passkey);
    await expect(opened.getByRole('alert')).toContainText(NOTHING);
    expect(await axeViolations(opened)).toEqual([]);
    await opened.close();
    await expect(widgetOn(page).alert.filter({ hasText: NOTHING })).toBeVisible();
  });

  test('opened by another page, it asks for nothing and sends nothing', async () => {
    const script = `window.said = []; onmessage = ({ data }) => said.push(data);
      document.querySelector('button').onclick = () => { window.opened = open(${JSON.stringify(`${stage.service.url}/widget/v1/passkey`)}); };
      setInterval(() => window.opened?.postMessage({ type: 'countersign:passkey-request', request: {}, words: {} }, '*', [new MessageChannel().port2]), 50);`;
    const page = await stage.open(
      stage.host.put(`<title>Hostile</title><button>Open</button><script>${script}</script>`),
    );
    const opening = page.context().waitForEvent('page');
    await page.getByRole('button').click();
    const opened = await opening;
    await expect(
      opened.getByRole('main').getByText('This window belongs to a sign-in that is no longer open'),
    ).toBeVisible();
    await opened.waitForLoadState('networkidle');
    await expect(opened.getByRole('button')).toHaveCount(0);
    expect(await page.evaluate(() => (window as unknown as { said: unknown[] }).said)).toEqual([]);
  });

  test('the window cannot be framed', async () => {
    const answer = await fetch(`${stage.service.url}/widget/v1/passkey`);
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});

describe('accessibility', () => {
  test('axe finds no violations at either step', async () => {
    const { page, widget } = await toSecondFactor();
    await attachAuthenticator(page, []);
    await widget.button('Continue').click();
    await expect(widget.alert).toContainText(NOTHING);
    expect(await axeViolations(page)).toEqual([]);
    const named = await openWidget();
    await expect(widgetOn(named.page).button(SIGN_IN)).toBeVisible();
    await expect(widgetOn(named.page).login).toHaveAttribute('autocomplete', 'username webauthn');
    expect(await axeViolations(named.page)).toEqual([]);
  });
});
