import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf } from './harness/fixture.ts';
import { hostPage, mountScript } from './harness/host-page.ts';
import { makePerson, makePersonWithDevice, makeResource, type Person } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/** A site whose backend knows the signed-in user, requires more, and compares browsers. */
let stage: E2eFixture;
beforeAll(async () => {
  stage = await createE2eFixture();
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

/** A page of the site for a login request of its backend. */
async function ask(resource: string, asked: { user: string; acr?: '1' | '2'; maxAgeMs?: number; previous?: string }) {
  const nonce = newNonce();
  const { loginRequest } = await stage.service.client.createLoginRequest({ ...asked, resource, nonce });
  const script = mountScript('here', { resource, nonce, loginRequest });
  return {
    nonce,
    url: stage.host.put(hostPage({ service: stage.service.url, body: '<div id="here"></div>', script })),
  };
}

async function signIn(resource: string, person: Person): Promise<string> {
  const { page, nonce } = await stage.openWidget(resource);
  const widget = widgetOn(page);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  const result = await resultOf(page);
  return (await stage.service.client.consumeResult({ result, resource, nonce })).jti;
}

describe('a user who signed in with the password', () => {
  test('enters only the code, then nothing, then both', async () => {
    const { client } = stage.service;
    const settings = { methodPolicy: 'password', rememberMs: 3_600_000 } as const;
    const { id: resource } = await makeResource(client, stage.host.origin, settings);
    const person = await makePersonWithDevice(client, resource);
    const jti = await signIn(resource, person);

    const up = await ask(resource, { user: person.login, acr: '2', previous: jti });
    const page = await stage.open(up.url);
    const widget = widgetOn(page);
    await expect(widget.heading).toHaveText(TITLES.otp);
    await expect(widget.frame.getByLabel('Signing in as')).toHaveValue(person.login);
    await widget.giveCode(person.device.code());
    const result = await resultOf(page);
    const verifier = stage.service.verifierOf(resource);
    const claims = await verifier.verifyResult(result, { nonce: up.nonce, acr: '2', maxAgeMs: 3_600_000 });
    expect(claims).toMatchObject({ sub: person.user.id, amr: ['pwd', 'otp', 'mfa'] });
    await client.consumeResult({ result, resource, nonce: up.nonce });

    const still = await ask(resource, { user: person.login, acr: '2', previous: claims.jti });
    const silent = await stage.open(still.url);
    await expect(widgetOn(silent).heading).toHaveText(TITLES.done);

    const renewed = await ask(resource, { user: person.login, acr: '2', maxAgeMs: 0, previous: claims.jti });
    const asked = widgetOn(await stage.open(renewed.url));
    await expect(asked.heading).toHaveText(TITLES.password);
    await expect(asked.frame.getByLabel('Signing in as')).toHaveValue(person.login);
    await asked.givePassword(person.password);
    await expect(asked.heading).toHaveText(TITLES.otp);
    await asked.giveCode(person.device.code(1));
    await expect(asked.heading).toHaveText(TITLES.done);
  });

  test('without a second factor is refused before a page asks for one', async () => {
    const { client } = stage.service;
    const { id: resource } = await makeResource(client, stage.host.origin);
    const person = await makePerson(client, resource);
    const asked = ask(resource, { user: person.login, acr: '2' });
    await expect(asked).rejects.toMatchObject({ code: 'LEVEL_UNREACHABLE' });
  });
});

describe('an unknown browser', () => {
  const OWN = { locale: 'en-GB', timezoneId: 'Europe/London', viewport: { width: 1280, height: 720 } };
  const THIEF = { locale: 'pt-BR', timezoneId: 'America/Manaus', screen: { width: 800, height: 600 } };

  test('is refused with the user’s password, and the user’s own browser is not', async () => {
    const { client } = stage.service;
    const environment = { action: 'refuse', threshold: 90 } as const;
    const { id: resource } = await makeResource(client, stage.host.origin, { environment });
    const person = await makePerson(client, resource);
    for (const [browser, title] of [
      [OWN, TITLES.done],
      [THIEF, TITLES.denied],
      [OWN, TITLES.done],
    ] as const) {
      const { page } = await stage.openWidget(resource, { browser, options: { locale: 'en' } });
      const widget = widgetOn(page);
      await widget.identify(person.login);
      await widget.givePassword(person.password);
      await expect(widget.heading).toHaveText(title);
      if (browser === THIEF) await expect(widget.main.getByText('This browser differs from those')).toBeVisible();
    }
    expect((await client.users.environments(person.user.id)).count).toBe(1);
    await client.users.forgetEnvironments(person.user.id);
    expect((await client.users.environments(person.user.id)).count).toBe(0);
  });
});
