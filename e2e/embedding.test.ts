import type { Page, Route } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, eventsOf, resultOf } from './harness/fixture.ts';
import { hostPage, mountScript } from './harness/host-page.ts';
import { makePerson, makePersonWithDevice, makeResource, type Person } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;
let ada: Person;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
  ada = await makePerson(stage.service.client, resource);
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

async function signIn(page: Page, person: Person, within = 'body'): Promise<void> {
  const widget = widgetOn(page, within);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
}

describe('several widgets on one page', () => {
  test('each gets its own result, and each continues after a reload', async () => {
    const { client } = stage.service;
    const bob = await makePersonWithDevice(client, resource);
    const other = await makeResource(client, stage.host.origin, { name: 'Harbour staff' });
    const eve = await makePerson(client, other.id);
    const mounts = [
      { id: 'first', resource, nonce: newNonce() },
      { id: 'second', resource, nonce: newNonce() },
      { id: 'third', resource: other.id, nonce: newNonce() },
    ];
    const html = hostPage({
      service: stage.service.url,
      body: mounts.map(({ id }) => `<div id="${id}"></div>`).join(''),
      script: mounts.map(({ id, ...options }) => mountScript(id, options)).join(''),
    });
    const page = await stage.open(stage.host.put(html));
    // All three must be visible: a frame that is mostly cut off does not submit.
    await page.setViewportSize({ width: 1280, height: 1800 });
    // While one widget still grows, those below move, and a click may miss the button.
    for (const { id } of mounts) await expect(widgetOn(page, `#${id}`).heading).toHaveText(TITLES.identify);
    await signIn(page, bob, '#second');
    await expect(widgetOn(page, '#second').heading).toHaveText(TITLES.otp);
    await expect(widgetOn(page, '#first').heading).toHaveText(TITLES.identify);
    await page.reload();
    await expect(widgetOn(page, '#second').heading).toHaveText(TITLES.otp);
    await expect(widgetOn(page, '#first').heading).toHaveText(TITLES.identify);
    await expect(widgetOn(page, '#third').heading).toHaveText(TITLES.identify);

    await signIn(page, eve, '#third');
    await expect(widgetOn(page, '#third').heading).toHaveText(TITLES.done);
    await signIn(page, ada, '#first');
    await expect(widgetOn(page, '#first').heading).toHaveText(TITLES.done);
    await widgetOn(page, '#second').giveCode(bob.device.code());
    const signedIn = [];
    for (const { id, resource, nonce } of mounts) {
      const claims = await stage.service.verifierOf(resource).verifyResult(await resultOf(page, id), { nonce });
      signedIn.push(claims.sub);
    }
    expect(signedIn).toEqual([ada.user.id, bob.user.id, eve.user.id]);
    const successes = (await eventsOf(page)).filter(([name]) => name === 'success').map(([, , id]) => id);
    expect(successes.toSorted()).toEqual(['first', 'second', 'third']);
  });
});

describe('the life of a widget', () => {
  test('destroyed, it leaves nothing; mounted again, it signs in', async () => {
    const { page } = await stage.openWidget(resource);
    await expect(widgetOn(page).heading).toHaveText(TITLES.identify);
    const waited = await page.evaluate(async () => {
      const { widgets } = window as unknown as {
        widgets: { here: { destroy(): void; result(): Promise<string> } };
      };
      const outcome = widgets.here.result().catch((error: { code: string }) => error.code);
      widgets.here.destroy();
      widgets.here.destroy();
      return outcome;
    });
    expect(waited).toBe('DESTROYED');
    await expect(page.locator('iframe')).toHaveCount(0);
    await expect(page.locator('#here')).toBeEmpty();

    const nonce = newNonce();
    await page.evaluate(mountScript('here', { resource, nonce }));
    await signIn(page, ada);
    await stage.service.verifierOf(resource).verifyResult(await resultOf(page), { nonce });
    await expect(page.locator('iframe')).toHaveCount(1);
  });

  test('destroyed while a request is pending, it gets no result', async () => {
    const { page } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    await widget.identify(ada.login);
    await widget.password.fill(ada.password);
    // The service has accepted the sign-in, and the widget is gone before the response arrives.
    let release = () => {};
    const gone = new Promise<void>((resolve) => {
      release = resolve;
    });
    const answered = new Promise<string>((resolve, reject) => {
      const hold = async (route: Route) => {
        const response = await route.fetch();
        resolve((await response.json()).step);
        await gone;
        // The browser decides whether to deliver the response.
        await route.fulfill({ response }).catch(() => undefined);
      };
      page
        .context()
        .route(/\/flow\/password$/, hold)
        .catch(reject);
    });
    await widget.button('Sign in').click();
    expect(await answered).toBe('done');
    await page.evaluate(() => (window as unknown as { widgets: { here: { destroy(): void } } }).widgets.here.destroy());
    release();
    await page.evaluate(mountScript('here', { resource, nonce: newNonce() }));
    await expect(widget.heading).toHaveText(TITLES.identify);
    expect((await eventsOf(page)).map(([name]) => name)).not.toContain('success');
  });
});

describe('declared in the markup', () => {
  test('the result is submitted with the form around it', async () => {
    const nonce = newNonce();
    const body = `<form method="post" action="/login"><input type="hidden" name="next" value="/basket">
      <div id="here" data-countersign data-resource="${resource}" data-nonce="${nonce}"></div></form>`;
    const page = await stage.open(stage.host.put(hostPage({ service: stage.service.url, body })));
    await signIn(page, ada);
    await page.waitForURL('**/login');
    const posted = stage.host.posted.at(-1);
    expect([...(posted?.keys() ?? [])]).toEqual(['next', 'countersign_result']);
    const result = posted?.get('countersign_result');
    const claims = await stage.service.verifierOf(resource).verifyResult(result, { nonce, origin: stage.host.origin });
    expect(claims.sub).toBe(ada.user.id);
  });
});

describe('a page with its own policies', () => {
  test('strict CSP, Trusted Types, COEP and COOP: signs in without a violation on either side', async () => {
    const { url } = stage.service;
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { page, nonce } = await stage.openWidget(resource, {
      page: { cspNonce: 'host-nonce-0001' },
      headers: {
        'content-security-policy': [
          "default-src 'none'",
          `script-src ${url} 'nonce-host-nonce-0001'`,
          `frame-src ${url}`,
          "base-uri 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'",
        ].join('; '),
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      },
      before: async (context) => {
        await context.addInitScript(`window.violations = [];
          addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));`);
      },
    });
    const widget = widgetOn(page);
    await signIn(page, person);
    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.done);
    await stage.service.verifierOf(resource).verifyResult(await resultOf(page), { nonce });
    for (const frame of page.frames()) {
      const violations = await frame.evaluate(() => (window as unknown as { violations: string[] }).violations);
      expect(violations, frame.url()).toEqual([]);
    }
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('a widget too small to be seen sends nothing', async () => {
    // Clickjacking: a sliver of the form under the pointer.
    const { page } = await stage.openWidget(resource, { page: { body: '<div id="here"></div>' } });
    const widget = widgetOn(page);
    await widget.identify(ada.login);
    await widget.password.fill(ada.password);
    await page.evaluate(() => {
      const here = document.querySelector<HTMLElement>('#here');
      if (here) here.style.cssText = 'width: 150px; height: 60px; overflow: hidden';
    });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await widget.password.press('Enter');
    await expect(widget.alert).toContainText('make the whole form visible');
    expect(asked).toEqual([]);

    await page.evaluate(() => document.querySelector<HTMLElement>('#here')?.removeAttribute('style'));
    await widget.button('Sign in').click();
    await expect(widget.heading).toHaveText(TITLES.done);
  });
});
