import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf, waitForLastEvent } from './harness/fixture.ts';
import { hostPage, mountScript } from './harness/host-page.ts';
import { makePersonWithDevice, makeResource, wrongCode } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/** A host that has identified the user, and has the widget ask only for the code. */
let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

/** The host's backend before it shows the page; returns the address of the page, too. */
async function ask(user: string, passwordChecked = true) {
  const nonce = newNonce();
  const { loginRequest } = await stage.service.client.createLoginRequest({ user, resource, nonce, passwordChecked });
  const script = mountScript('here', { resource, nonce, loginRequest });
  const url = stage.host.put(hostPage({ service: stage.service.url, body: '<div id="here"></div>', script }));
  return { nonce, url, loginRequest };
}

describe('a login request', () => {
  test('asks that user only for the code', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { nonce, url } = await ask(person.login);
    const page = await stage.open(url);
    const widget = widgetOn(page);
    await expect(widget.heading).toHaveText(TITLES.otp);
    await expect(widget.frame.getByLabel('Signing in as')).toHaveValue(person.login);
    // The host chooses the user.
    await expect(widget.button('Not you?')).toHaveCount(0);
    await widget.giveCode(wrongCode(person.device));
    await expect(widget.alert).toContainText('That code is not right');
    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.done);
    const result = await resultOf(page);
    const claims = await stage.service.verifierOf(resource).verifyResult(result, { nonce, origin: stage.host.origin });
    // The host checked the password, so the result names one factor.
    expect(claims).toMatchObject({ sub: person.user.id, amr: ['otp'], acr: '1', otp: 'verified' });
  });

  test('skips the code for a deactivated token if the host has checked the password, and says so', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    await stage.service.client.tokens.update(person.device.token.id, { enabled: false });
    const checked = await ask(person.login);
    const page = await stage.open(checked.url);
    await expect(widgetOn(page).heading).toHaveText(TITLES.done);
    const claims = await stage.service
      .verifierOf(resource)
      .verifyResult(await resultOf(page), { nonce: checked.nonce });
    expect(claims).toMatchObject({ amr: [], otp: 'skipped' });

    const unchecked = await stage.open((await ask(person.login, false)).url);
    await expect(widgetOn(unchecked).heading).toHaveText(TITLES.denied);
  });

  test('survives a reload at the code, and gives one result', async () => {
    // SR-5, SR-10
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { nonce, url } = await ask(person.login);
    const page = await stage.open(url);
    await expect(widgetOn(page).heading).toHaveText(TITLES.otp);
    await page.reload();
    await widgetOn(page).giveCode(person.device.code());
    const result = await resultOf(page);
    await stage.service.client.consumeResult({ result, resource, nonce });

    const again = await stage.open(url);
    await expect(widgetOn(again).heading).toHaveText(TITLES.denied);
    await expect(widgetOn(again).main.getByText('This request has been used or has expired')).toBeVisible();
    // Only the host can start again.
    await expect(widgetOn(again).frame.getByRole('button')).toHaveCount(0);
    expect(await waitForLastEvent(again, 'error')).toMatchObject({ code: 'LOGIN_REQUEST_INVALID', retryable: false });
  });

  test('is worthless with another nonce or on another resource', async () => {
    const { client } = stage.service;
    const person = await makePersonWithDevice(client, resource);
    const { loginRequest, nonce } = await ask(person.login);
    const other = await makeResource(client, stage.host.origin);
    const bodies = [
      { resource, nonce: newNonce(), loginRequest },
      { resource: other.id, nonce, loginRequest },
      { resource, nonce, loginRequest: `${loginRequest.slice(0, -1)}${loginRequest.endsWith('A') ? 'B' : 'A'}` },
    ];
    for (const mount of bodies) {
      const { page } = await stage.openWidget(mount.resource, { options: mount });
      await expect(widgetOn(page).main.getByText('This request has been used or has expired')).toBeVisible();
    }
  });
});
