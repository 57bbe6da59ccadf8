import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { askAxe, WCAG } from './harness/axe.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf } from './harness/fixture.ts';
import { makePersonWithDevice, makeResource, wrongCode } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

describe('by keyboard', () => {
  test('from the page’s first control to the result', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { page, nonce } = await stage.openWidget(resource);
    const { keyboard } = page;
    const widget = widgetOn(page);
    await expect(widget.heading).toHaveText(TITLES.identify);
    // The widget does not take focus by itself.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');

    await keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Help' })).toBeFocused();
    await keyboard.press('Tab');
    await expect(widget.login).toBeFocused();
    await keyboard.press('Enter');
    await expect(widget.alert).toHaveText('Enter your login or email.');
    await expect(widget.login).toBeFocused();
    await keyboard.type(person.login);
    await keyboard.press('Enter');

    await expect(widget.password).toBeFocused();
    await keyboard.type(person.password);
    await keyboard.press('Tab');
    await expect(widget.button('Show password')).toBeFocused();
    await keyboard.press('Space');
    await expect(widget.password).toHaveAttribute('type', 'text');
    await keyboard.press('Tab');
    await expect(widget.button('Sign in')).toBeFocused();
    await keyboard.press('Enter');

    await expect(widget.code).toBeFocused();
    await keyboard.type(wrongCode(person.device));
    await keyboard.press('Enter');
    await expect(widget.alert).toContainText('That code is not right');
    // A wrong input is selected, so typing replaces it.
    await expect(widget.code).toBeFocused();
    await keyboard.type(person.device.code());
    await keyboard.press('Enter');
    await expect(widget.heading).toHaveText(TITLES.done);
    await expect(widget.heading).toBeFocused();
    await stage.service.verifierOf(resource).verifyResult(await resultOf(page), { nonce });
  });
});

describe.each(['light', 'dark'] as const)('axe finds no violations, %s', (colorScheme) => {
  async function scan(page: Page, step: string): Promise<void> {
    const { violations, passes } = await askAxe(page, { ...WCAG, resultTypes: ['violations', 'passes'] });
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    expect(found, step).toEqual([]);
    // Make sure that axe looked into the frame.
    expect(
      passes.some(({ nodes }) => nodes.some(({ target }) => target.length > 1)),
      step,
    ).toBe(true);
  }

  const browser = { colorScheme };

  test('at each step of a sign-in, and at each error', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { page } = await stage.openWidget(resource, { browser, options: { closable: true } });
    const widget = widgetOn(page);
    await expect(widget.heading).toHaveText(TITLES.identify);
    await scan(page, 'identify');
    await widget.identify(person.login);
    await expect(widget.heading).toHaveText(TITLES.password);
    await scan(page, 'password');
    await widget.givePassword('not my password');
    await expect(widget.alert).not.toBeEmpty();
    await scan(page, 'password, wrong');
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.otp);
    await scan(page, 'otp');
    await widget.giveCode(wrongCode(person.device));
    await expect(widget.alert).not.toBeEmpty();
    await scan(page, 'otp, wrong');
    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.done);
    await scan(page, 'done');
  });

  test('at each refusal', async () => {
    const { client } = stage.service;
    const person = await makePersonWithDevice(client, resource);
    await client.tokens.update(person.device.token.id, { locked: true });
    const { page } = await stage.openWidget(resource, { browser });
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.denied);
    await scan(page, 'denied');

    await page.context().route(/\/widget\/v1\/flows$/, (route) => route.abort());
    await widget.button('Start again').click();
    await expect(widget.heading).toHaveText(TITLES.offline);
    await scan(page, 'offline');
  });
});
