import { CSRF_HEADER } from '@countersign/protocol/session';
import { describe, test } from 'vitest';
import { MINUTE_MS } from '../server/kernel/time.ts';
import { addAdministrator } from '../server/testing/administrators.ts';
import { authenticate } from '../server/testing/as-operator.ts';
import { giveRecoveryCodes } from '../server/testing/devices/recovery-device.ts';
import { addResource, addUser, type Fixture, NONCE, overwrite, PASSWORD } from '../server/testing/fixtures.ts';
import { totpApp } from '../server/testing/totp-app.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { userDocument } from '../server/users/documents.ts';
import { hostPage } from '../widget/testing/host-page.ts';
import { newContext } from './harness/browser.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { widgetIn } from './harness/widget-view.ts';

const visits = openConsoleSessions('console user status');
const { enter } = visits;

const pathOf = ({ user }: Fixture) => `/console/users/${user.id}`;
const tokenOf = ({ tokens: [token] }: Fixture) => {
  if (!token) throw new Error('no token');
  return token;
};
const lockBy = (scene: Fixture, reason: 'otp-failures' | 'administrator') =>
  overwrite(visits.ports, tokenDocument.key(tokenOf(scene).id), { lock: { reason, at: visits.ports.clock.now() } });

describe('the state of a user', () => {
  test('is what a sign-in finds, says why, and is lifted on the page', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const scene = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' }, tokens: [{}] });
    const view = await enter(who, pathOf(scene));
    const state = view.page.getByRole('region', { name: 'State' });
    await expect(state.locator('.state').first()).toHaveText('Can sign in');
    await expect(view.button('Why can maria not sign in?')).toHaveCount(0);
    await lockBy(scene, 'administrator');
    await view.page.reload();
    await expect(state.locator('.state').first()).toHaveText('Token locked');
    await expect(state).toContainText(/is locked by an administrator, since/);
    await view.button('Why can maria not sign in?').click();
    await expect(state.getByRole('listitem')).toContainText(/Shop.*An administrator has locked the token\./);
    await lockBy(scene, 'otp-failures');
    await view.page.reload();
    await expect(state).toContainText(/is locked after too many wrong codes, since/);
    await view.button('Unlock phone').click();
    await expect(view.toast('phone is unlocked.')).toBeVisible();
    await expect(state.locator('.state').first()).toHaveText('Can sign in');
    expect((await tokenOf(scene).stored()).lock).toBeUndefined();
  });

  test('of one who lost a required token and cannot set up another says so, as the sign-in does', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, {
      name: 'Shop',
      enrolment: { kinds: ['totp'], required: true },
    });
    const scene = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' } });
    const view = await enter(who, pathOf(scene));
    const state = view.page.getByRole('region', { name: 'State' });
    await expect(state.locator('.state').first()).toHaveText('Can sign in');
    await overwrite(visits.ports, userDocument.key(scene.user.id), { hadToken: true });
    await view.page.reload();
    await expect(state.locator('.state').first()).toHaveText('Cannot sign in');
    await view.button('Why can maria not sign in?').click();
    await expect(state.getByRole('listitem')).toContainText(
      'A token is required there, and this user cannot set one up',
    );
  });

  // SR-27. The attack: an administrator who may not unlock sends the request that the button would send.
  test('SR-27: who may not unlock sees no button, and is refused', async () => {
    const ada = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, ada.account, { name: 'Shop' });
    const scene = await addUser(visits.ports, ada.account, shop, { user: { login: 'maria' }, tokens: [{}] });
    await lockBy(scene, 'otp-failures');
    const reader = await addAdministrator(visits.ports, ada.account, {
      email: `reader-of-${ada.id}@acme.example`,
      grants: [{ resource: shop.id, allowed: true }],
      role: 'read-only',
    });
    const view = await enter(reader, pathOf(scene));
    const state = view.page.getByRole('region', { name: 'State' });
    await expect(state.locator('.state').first()).toHaveText('Token locked');
    await expect(state).toContainText(/is locked after too many wrong codes, since/);
    await expect(view.button('Unlock phone')).toHaveCount(0);
    await expect(view.button('Report lost device')).toHaveCount(0);
    const session = await view.page.request.get(`${visits.stage.url}/v1/session`);
    const answer = await view.page.request.patch(`${visits.stage.url}/v1/tokens/${tokenOf(scene).id}`, {
      headers: { [CSRF_HEADER]: (await session.json()).csrf, origin: visits.stage.url },
      data: { locked: false },
    });
    expect(answer.status()).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'FORBIDDEN' });
    expect((await tokenOf(scene).stored()).lock).toBeDefined();
  });

  test('names the password that was locked, and unlocks it', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const scene = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' } });
    for (let at = 0; at < 100; at++) {
      await authenticate(visits.ports, {
        account: who.account,
        resource: shop.id,
        user: 'maria',
        method: 'password',
        password: `guess ${at}`,
        address: '198.51.100.1',
      });
      visits.ports.clock.advance(MINUTE_MS);
    }
    const view = await enter(who, pathOf(scene));
    const state = view.page.getByRole('region', { name: 'State' });
    await expect(state.locator('.state').first()).toHaveText('Password locked');
    await view.button('Unlock the password').click();
    await expect(view.toast('The password is unlocked.')).toBeVisible();
    await expect(state.locator('.state').first()).toHaveText('Can sign in');
  });
});

describe('a lost device', () => {
  test('is reported in one act, and leads to a new token, with a recovery code, in the widget', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, {
      name: 'Shop',
      enrolment: { kinds: ['totp'], required: true },
      allowedOrigins: [visits.stage.host.origin],
    });
    const scene = await addUser(visits.ports, who.account, shop, {
      user: { login: 'maria', email: 'maria@acme.example' },
      tokens: [{}],
    });
    const { codes } = await giveRecoveryCodes(scene);
    const view = await enter(who, pathOf(scene));
    await view.button('Report lost device').click();
    const dialog = view.page.getByRole('dialog');
    await expect(dialog.getByRole('listitem')).toHaveText([
      '1 token is switched off: phone. Recovery codes still work.',
      'No browser of the user is trusted any more.',
      /^The user may set up a new token/,
      'The user is told by email.',
      'The audit log records it.',
    ]);
    await expect(dialog.getByLabel(/^By signing in/)).toBeChecked();
    await dialog.getByRole('button', { name: 'Report lost device' }).click();
    await expect(view.toast(/^1 token is switched off\. A new one can be set up until/)).toBeVisible();
    expect(await tokenOf(scene).stored()).toMatchObject({ enabled: false });
    await expect
      .poll(() =>
        visits.ports.courier.sent.find(({ kind, to }) => kind === 'security-notice' && to === 'maria@acme.example'),
      )
      .toMatchObject({ facts: { change: 'device-lost' } });
    const state = view.page.getByRole('region', { name: 'State' });
    await expect(state.locator('.state').first()).toHaveText('Can sign in');

    const context = await newContext(visits.stage.browser);
    const page = await context.newPage();
    const mount = JSON.stringify({ resource: shop.id, nonce: NONCE });
    const script = `Countersign.mount('#here', ${mount});`;
    await page.goto(visits.stage.host.put(hostPage(visits.stage.url, '<div id="here"></div>', script)));
    const widget = widgetIn(page.frameLocator('iframe'));
    await widget.identify('maria');
    await widget.givePassword(PASSWORD);
    await expect(widget.heading).toHaveText('Enter a recovery code');
    await widget.frame.getByLabel('Recovery code').fill(codes[0] ?? '');
    await widget.button('Confirm').click();
    await expect(widget.heading).toHaveText('Set up your authenticator app');
    const key = (await widget.frame.locator('.key').textContent())?.replaceAll(' ', '') ?? '';
    const app = totpApp({ step: 'enrol', enrol: { kind: 'totp', secret: key } } as Parameters<typeof totpApp>[0]);
    await widget.frame.getByLabel('Code from the app').fill(app.code(visits.ports.clock.now()));
    await page.keyboard.press('Enter');
    await expect(widget.heading).toHaveText('You are signed in');
    await context.close();
  });

  test('where no token is required, the page says since when the password alone signs in, and sends a link', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, {
      name: 'Shop',
      enrolment: { kinds: ['totp'], required: false },
    });
    const scene = await addUser(visits.ports, who.account, shop, {
      user: { login: 'maria', email: 'maria@acme.example' },
      tokens: [{}],
    });
    const view = await enter(who, pathOf(scene));
    await view.button('Report lost device').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Report lost device' }).click();
    const state = view.page.getByRole('region', { name: 'State' });
    await expect(state.locator('.state').first()).toHaveText('Password alone');
    await expect(state).toContainText(/Signs in on Shop with the password alone since .+/);
    await state.getByRole('button', { name: 'Enrolment link' }).click();
    await view.button('Send').click();
    await expect(view.toast(/^Sent\./)).toBeVisible();
    expect(visits.ports.courier.last('enrolment-link', 'maria@acme.example').site).toBe('Shop');
  });

  test('where no token is required, the list says since when the password alone signs in', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    await addUser(visits.ports, who.account, shop, { user: { login: 'maria' }, tokens: [{}] });
    await addUser(visits.ports, who.account, shop, { user: { login: 'nora' }, tokens: [{}] });
    const view = await enter(who, '/console/users');
    const state = (login: string) =>
      view.page
        .getByRole('row')
        .filter({ has: view.page.getByRole('link', { name: login }) })
        .getByRole('cell')
        .nth(1);
    await expect(state('maria')).toHaveText('Active');
    await view.page.getByRole('link', { name: 'maria' }).click();
    await view.at('maria');
    await view.button('Report lost device').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Report lost device' }).click();
    await expect(view.page.getByRole('region', { name: 'State' }).locator('.state').first()).toHaveText(
      'Password alone',
    );
    await view.page.goBack();
    const since = new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(visits.ports.clock.now());
    await expect(state('maria')).toHaveText(`Signs in with the password alone since ${since}`);
    await expect(state('nora')).toHaveText('Active');
    // The same on a phone.
    await view.page.setViewportSize({ width: 390, height: 844 });
    const card = view.page.getByRole('listitem').filter({ has: view.page.getByRole('link', { name: 'maria' }) });
    await expect(card).toContainText(`Signs in with the password alone since ${since}`);
  });
});

testAccessibility('on the page of a user who cannot sign in', async (size) => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, {
    name: 'A shop with a name that is rather long for a phone, and aword-that-goes-on-and-on',
  });
  const scene = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' }, tokens: [{}] });
  await lockBy(scene, 'otp-failures');
  const view = await enter(who, pathOf(scene), size);
  await view.button('Why can maria not sign in?').click();
  await expectAccessible(view, 'why not');
  await view.button('Report lost device').click();
  await expect(view.page.getByRole('dialog')).toBeVisible();
  await expectAccessible(view, 'lost device');
});
