import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { type RunningShop, startShop } from '../demo-site/shop/start-shop.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, eventsOf, resultOf } from './harness/fixture.ts';
import { makePerson, makeResource, type Person } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/**
 * The attack: an attacker signs in and slips their own genuine result into another user's page (so that the user acts
 * in the wrong account), or replays another user's result in their own session.
 */
let stage: E2eFixture;
let shop: RunningShop;
let resource: string;
let visitor: Person;
let attacker: Person;

beforeAll(async () => {
  stage = await createE2eFixture();
  const { client } = stage.service;
  resource = (await makeResource(client, stage.host.origin)).id;
  [visitor, attacker] = await Promise.all([makePerson(client, resource), makePerson(client, resource)]);
  const { url: service, apiKey } = stage.service;
  shop = await startShop({ port: 0, service, resource, apiKey });
  await client.resources.update(resource, { allowedOrigins: [stage.host.origin, shop.url] });
});
afterEach(() => stage.clear());
afterAll(async () => {
  await shop?.close();
  await stage?.close();
});

async function signIn(page: Page, person: Person, within = 'body'): Promise<void> {
  const widget = widgetOn(page, within);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
}

/** A genuine, unused result of the attacker's own sign-in. */
async function resultOfAttacker(): Promise<{ result: string; nonce: string }> {
  const { page, nonce } = await stage.openWidget(resource);
  await signIn(page, attacker);
  return { result: await resultOf(page), nonce };
}

/** Puts the result into the shop's own form with its token, as if it came from the widget. */
async function slipIn(page: Page, result: string): Promise<void> {
  await Promise.all([
    page.waitForURL(/sign-in/),
    page.evaluate((text) => {
      const field = document.querySelector<HTMLInputElement>('input[name=countersign_result]');
      if (!field?.form) throw new Error('The shop has no such form.');
      field.value = text;
      field.form.submit();
    }, result),
  ]);
}

describe('in the shop', () => {
  let page: Page;
  beforeEach(async () => {
    page = await stage.open(`${shop.url}/sign-in`);
  });

  test('the visitor’s own result signs them in', async () => {
    await signIn(page, visitor, '#countersign');
    await page.waitForURL(`${shop.url}/account`);
    await expect(page.locator('main')).toContainText(visitor.login);
  });

  test('a genuine result of another session is refused, and the session stays signed out', async () => {
    await expect(widgetOn(page).heading).toHaveText(TITLES.identify);
    const { result } = await resultOfAttacker();
    await slipIn(page, result);
    await expect(page.locator('main')).toContainText('RESULT_NONCE_WRONG');
    await page.goto(`${shop.url}/account`);
    await expect(page).toHaveURL(`${shop.url}/sign-in`);
  });

  test('the visitor’s own result does not work in a second session', async () => {
    await signIn(page, visitor, '#countersign');
    const posted = page.waitForRequest((request) => request.method() === 'POST' && request.url().startsWith(shop.url));
    const result = new URLSearchParams((await posted).postData() ?? '').get('countersign_result') ?? '';
    await page.waitForURL(`${shop.url}/account`);

    const thief = await stage.open(`${shop.url}/sign-in`);
    await expect(widgetOn(thief).heading).toHaveText(TITLES.identify);
    await slipIn(thief, result);
    await expect(thief.locator('main')).toContainText('RESULT_NONCE_WRONG');
  });
});

describe('in the page', () => {
  test('a result posted at the page is not taken for the widget’s', async () => {
    // SR-12
    const { result } = await resultOfAttacker();
    const { page, nonce } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    await expect(widget.heading).toHaveText(TITLES.identify);
    const settled = await page.evaluate((foreign) => {
      const { widgets } = window as unknown as { widgets: { here: { result(): Promise<string> } } };
      for (const mount of ['', 'here', '0']) {
        window.postMessage(
          { v: 1, mount, type: 'success', result: foreign, expiresAt: Date.now() + 60_000 },
          location.origin,
        );
      }
      // Two tasks later the messages have been delivered.
      const later = new Promise((resolve) => setTimeout(() => setTimeout(() => resolve('nothing'))));
      return Promise.race([widgets.here.result(), later]);
    }, result);
    expect(settled).toBe('nothing');
    await signIn(page, visitor);
    const own = await resultOf(page);
    expect(own).not.toBe(result);
    const claims = await stage.service.verifierOf(resource).verifyResult(own, { nonce });
    expect(claims.sub).toBe(visitor.user.id);
    expect((await eventsOf(page)).filter(([name]) => name === 'success')).toHaveLength(1);
  });

  test('backend and service refuse it for another nonce, another page, another resource', async () => {
    // SR-9, SR-10
    const { client } = stage.service;
    const { result, nonce } = await resultOfAttacker();
    const verifier = stage.service.verifierOf(resource);
    const other = await makeResource(client, stage.host.origin);
    const stranger = 'a-nonce-of-another-session';
    const { origin } = stage.host;
    const refused = (code: string) => expect.objectContaining({ code });

    await expect(verifier.verifyResult(result, { nonce: stranger })).rejects.toEqual(refused('RESULT_NONCE_WRONG'));
    await expect(verifier.verifyResult(result, { nonce, origin: shop.url })).rejects.toEqual(
      refused('RESULT_ORIGIN_WRONG'),
    );
    await expect(stage.service.verifierOf(other.id).verifyResult(result, { nonce })).rejects.toEqual(
      refused('RESULT_AUDIENCE_WRONG'),
    );
    await expect(client.consumeResult({ result, resource, nonce: stranger, origin })).rejects.toEqual(
      refused('RESULT_INVALID'),
    );
    await expect(client.consumeResult({ result, resource: other.id, nonce })).rejects.toEqual(
      refused('RESULT_INVALID'),
    );
    // SR-80: the shop is a page of the same resource, and the attacker's result is of another one.
    await expect(client.consumeResult({ result, resource, nonce, origin: shop.url })).rejects.toEqual(
      refused('RESULT_ORIGIN'),
    );
    await expect(client.consumeResult({ result, resource, nonce })).rejects.toEqual(refused('ORIGIN_REQUIRED'));
    // None of these attempts consumed it.
    expect(await client.consumeResult({ result, resource, nonce, origin })).toMatchObject({ sub: attacker.user.id });
  });
});
