import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, eventsOf, resultOf, waitForLastEvent } from './harness/fixture.ts';
import { type HostSite, startHostSite } from './harness/host-site.ts';
import { makePerson, makeResource, type Person } from './harness/people.ts';
import { TITLES, widgetIn } from './harness/widget-view.ts';

let stage: E2eFixture;
let hostile: HostSite;
let resource: string;
let person: Person;

beforeAll(async () => {
  stage = await createE2eFixture();
  hostile = await startHostSite();
});
beforeEach(async () => {
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
  person = await makePerson(stage.service.client, resource);
});
afterEach(() => stage.clear());
afterAll(async () => {
  await hostile?.close();
  await stage?.close();
});

const options = { mode: 'popup', title: 'Sign in to the harbour' };

/** Presses the button on the page; returns the opened window. */
async function press(page: Page): Promise<Page> {
  const opens = page.waitForEvent('popup');
  await page.getByRole('button', { name: options.title }).click();
  return opens;
}

const address = (origin: string) => `${stage.service.url}/widget/v1/popup?resource=${resource}&origin=${origin}`;

describe('a sign-in in a separate window', () => {
  test('passes its result to the page that opened it, and closes', async () => {
    const { page, nonce } = await stage.openWidget(resource, { options });
    await expect(page.locator('iframe')).toHaveCount(0);
    const window = await press(page);
    const widget = widgetIn(window);
    await expect(widget.main.getByText(`to continue to ${new URL(stage.host.origin).host}`)).toBeVisible();
    await widget.identify(person.login);
    const closes = window.waitForEvent('close');
    await widget.givePassword(person.password);
    await closes;
    const expected = { nonce, origin: stage.host.origin };
    const claims = await stage.service.verifierOf(resource).verifyResult(await resultOf(page), expected);
    expect(claims.sub).toBe(person.user.id);
    expect((await eventsOf(page)).map(([name]) => name)).toEqual(['change', 'ready', 'change', 'change', 'success']);
  });

  test('closed by the user, is reported, and can be opened again; destroyed, it disappears with its button', async () => {
    const { page } = await stage.openWidget(resource, { options });
    const window = await press(page);
    await expect(widgetIn(window).heading).toHaveText(TITLES.identify);
    await window.close();
    await waitForLastEvent(page, 'close');
    const again = await press(page);
    await expect(widgetIn(again).heading).toHaveText(TITLES.identify);
    const closes = again.waitForEvent('close');
    await page.evaluate(() => (window as unknown as { widgets: { here: { destroy(): void } } }).widgets.here.destroy());
    await closes;
    await expect(page.locator('#here')).toBeEmpty();
  });

  test('cut off by the page’s own COOP, reports that to the page and the user', async () => {
    const headers = { 'cross-origin-opener-policy': 'same-origin' };
    const { page } = await stage.openWidget(resource, { options, headers });
    const window = await press(page);
    await expect(window.getByRole('main')).toContainText('works only on the site');
    expect(await waitForLastEvent(page, 'error')).toMatchObject({ code: 'POPUP_UNREACHABLE', retryable: true });
  });

  test('that the browser does not open is an error with a code', async () => {
    const { page } = await stage.openWidget(resource, {
      options,
      before: (context) => context.addInitScript('window.open = () => null'),
    });
    await page.getByRole('button', { name: options.title }).click();
    expect(await waitForLastEvent(page, 'error')).toMatchObject({ code: 'POPUP_BLOCKED', retryable: true });
  });
});

// SR-11, SR-12. The attack: a page that the resource does not list opens the window, or replaces the opener.
describe('a window with a hostile opener', () => {
  test('sends nothing to it: messages go to the listed origin only', async () => {
    const eavesdrop = `window.overheard = [];
      addEventListener('message', ({ data }) => overheard.push(data));
      const listen = window.addEventListener;
      window.addEventListener = (...what) => {
        if (what[0] === 'message') window.listening = true;
        return listen.apply(window, what);
      };`;
    const page = await stage.open('about:blank', { before: (context) => context.addInitScript(eavesdrop) });
    const asked: string[] = [];
    page.context().on('request', (request) => /\/flows$/.test(request.url()) && asked.push(request.url()));
    const script = `window.lure = () => { window.opened = open(${JSON.stringify(address(stage.host.origin))}, '_blank') }`;
    await page.goto(hostile.put(`<button onclick="lure()">Win</button><script>${script}</script>`));
    const opens = page.waitForEvent('popup');
    await page.getByRole('button').click();
    const window = await opens;
    // It listens and has sent its message; later messages arrive after that one.
    await window.waitForFunction(() => 'listening' in globalThis);
    await window.evaluate(() => opener.postMessage('marker', '*'));
    await page.waitForFunction(() => (globalThis as unknown as { overheard: unknown[] }).overheard.length > 0);
    // It connects back, as the loader would.
    await page.evaluate((service) => {
      const { opened } = globalThis as unknown as { opened: Window };
      const { port2 } = new MessageChannel();
      const look = { theme: 'auto', locale: '', closable: false, variables: {} };
      opened.postMessage({ v: 1, mount: '1-2-3-4567', type: 'connect', slot: 0, ...look }, service, [port2]);
    }, stage.service.url);
    await page.evaluate((service) => {
      (globalThis as unknown as { opened: Window }).opened.postMessage('marker', service);
    }, stage.service.url);
    await window.waitForFunction(() =>
      (globalThis as unknown as { overheard: unknown[] }).overheard.includes('marker'),
    );
    await expect(window.locator('input')).toHaveCount(0);
    expect(await page.evaluate(() => (globalThis as unknown as { overheard: unknown[] }).overheard)).toEqual([
      'marker',
    ]);
    expect(asked).toEqual([]);
  });

  test('is not shown to an origin outside the list, and cannot be framed', async () => {
    const refused = await fetch(address(hostile.origin));
    expect(refused.status).toBe(403);
    const shown = await fetch(address(stage.host.origin));
    expect(shown.status).toBe(200);
    for (const answer of [refused, shown]) {
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
  });

  test('passes no result to a page that replaced its opener', async () => {
    const { page } = await stage.openWidget(resource, { options });
    const window = await press(page);
    const widget = widgetIn(window);
    await widget.identify(person.login);
    await expect(widget.heading).toHaveText(TITLES.password);
    const spy = `window.heard = []; addEventListener('message', ({ data }) => heard.push(data));`;
    await page.goto(hostile.put(`<title>Trap</title><script>${spy}</script>`));
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.done);
    expect(await eventsOf(page)).toEqual([]);
  });

  test('forged messages of another window have no effect', async () => {
    const nonce = newNonce();
    const { page } = await stage.openWidget(resource, { options: { ...options, nonce } });
    const window = await press(page);
    await expect(widgetIn(window).heading).toHaveText(TITLES.identify);
    const connects = await page.evaluate((service) => {
      let ports = 0;
      class Counted extends MessageChannel {
        constructor() {
          super();
          ports++;
        }
      }
      Object.assign(globalThis, { MessageChannel: Counted });
      dispatchEvent(
        new MessageEvent('message', { source: globalThis.window, origin: service, data: { v: 1, type: 'knock' } }),
      );
      dispatchEvent(new MessageEvent('message', { origin: service, data: { v: 1, type: 'knock' } }));
      return ports;
    }, stage.service.url);
    expect(connects).toBe(0);
  });
});
