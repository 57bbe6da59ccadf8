import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, eventsOf, resultOf } from './harness/fixture.ts';
import { hostPage, mountScript } from './harness/host-page.ts';
import { type HostSite, startHostSite } from './harness/host-site.ts';
import { makePerson, makeResource } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/** All messages that a document received, and the ports it got. */
interface Overheard {
  data: unknown;
  origin: string;
  ports: number;
}

let stage: E2eFixture;
let hostile: HostSite;
let resource: string;

/** Runs in every document before its own scripts. */
const EAVESDROP = `window.overheard = [];
addEventListener('message', ({ data, origin, ports }) => overheard.push({ data, origin, ports: ports.length }), true);`;
const eavesdrop = {
  before: (context: { addInitScript(script: string): Promise<unknown> }) => context.addInitScript(EAVESDROP),
};

beforeAll(async () => {
  stage = await createE2eFixture();
  hostile = await startHostSite();
});
beforeEach(async () => {
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(async () => {
  await hostile?.close();
  await stage?.close();
});

function overheardBy(target: Pick<Page, 'evaluate'>): Promise<Overheard[]> {
  return target.evaluate(() => (window as unknown as { overheard: Overheard[] }).overheard);
}

function mountPage(site: HostSite): string {
  const script = mountScript('here', { resource, nonce: newNonce(), loadTimeoutMs: 2_000 });
  const body = '<div id="here"><p data-countersign-fallback hidden>Call us</p></div>';
  return site.put(hostPage({ service: stage.service.url, body, script }));
}

/** Requests that start or continue a sign-in. */
function watchFlows(page: Page): string[] {
  const asked: string[] = [];
  page.context().on('request', (request) => /\/widget\/v1\/flow/.test(request.url()) && asked.push(request.url()));
  return asked;
}

const frameAddress = (origin: string) => `${stage.service.url}/widget/v1/frame?resource=${resource}&origin=${origin}`;

describe('a page that the resource does not list', () => {
  test('mounts nothing: the service refuses its origin', async () => {
    // SR-11, SR-13
    const page = await stage.open('about:blank', eavesdrop);
    const asked = watchFlows(page);
    const answered = page.waitForResponse((response) => response.url().startsWith(frameAddress(hostile.origin)));
    await page.goto(mountPage(hostile));
    const answer = await answered;
    expect(answer.status()).toBe(403);
    expect(answer.headers()['content-security-policy']).toContain("frame-ancestors 'none'");

    await expect(page.getByRole('main').getByText('Call us')).toBeVisible();
    expect(await eventsOf(page)).toEqual([['loaderror', expect.objectContaining({ code: 'LOAD_FAILED' }), 'here']]);
    expect(await overheardBy(page)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('that claims the origin of a listed one is refused by the browser', async () => {
    // SR-13: the response for that address is the sign-in, but this page may not frame it.
    const page = await stage.open('about:blank', eavesdrop);
    const asked = watchFlows(page);
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.goto(
      hostile.put(`<iframe id="lure" src="${frameAddress(stage.host.origin).replaceAll('&', '&amp;')}"></iframe>
<script>
  window.loaded = new Promise((resolve) => { lure.onload = resolve });
</script>`),
    );
    await page.evaluate(() => (window as unknown as { loaded: Promise<unknown> }).loaded);
    await refused;
    const inside = page.frames().find((frame) => frame !== page.mainFrame());
    expect(inside?.url()).toContain('chrome-error:');
    expect(await inside?.locator('form, input').count()).toBe(0);
    // The page connects as the loader does, but gets no answer.
    const answers = await page.evaluate((service) => {
      const { port1, port2 } = new MessageChannel();
      const received: unknown[] = [];
      port1.onmessage = ({ data }) => received.push(data);
      const lure = document.querySelector('iframe');
      const look = { theme: 'auto', locale: '', closable: false, variables: {} };
      lure?.contentWindow?.postMessage({ v: 1, mount: '1-2-3-4567', type: 'connect', slot: 0, ...look }, service, [
        port2,
      ]);
      return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(received))));
    }, stage.service.url);
    expect(answers).toEqual([]);
    expect(await overheardBy(page)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('around a listed one gets no sign-in either: every ancestor counts', async () => {
    // SR-13: clickjacking through an intermediate page.
    const page = await stage.open('about:blank', eavesdrop);
    const asked = watchFlows(page);
    const inner = mountPage(stage.host);
    await page.goto(hostile.put(`<iframe src="${inner}"></iframe>`));
    await expect(page.frameLocator('iframe').getByRole('main').getByText('Call us')).toBeVisible();
    expect(await overheardBy(page)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('without an origin (a sandbox) gets none', async () => {
    // SR-11: no `null`.
    const page = await stage.open('about:blank', eavesdrop);
    const asked = watchFlows(page);
    const inner = mountPage(stage.host);
    await page.goto(stage.host.put(`<iframe sandbox="allow-scripts" src="${inner}"></iframe>`));
    await expect(page.frameLocator('iframe').getByRole('main').getByText('Call us')).toBeVisible();
    expect(asked).toEqual([]);
  });
});

describe('a listed page with hostile frames', () => {
  test('sends the port only to the service, wherever the frame has been navigated', async () => {
    // SR-11: the frame is navigated before it has loaded, to a page that knocks as the service's does, and listens. Ask
    // that page itself: when a frame changes its process during a navigation, Playwright may lose it.
    const trap = hostile.put(`<title>Trap</title>
<script>
  addEventListener('message', ({ data, ports }) => data === 'tell' && ports[0].postMessage(overheard));
  for (const message of [{ v: 1, type: 'knock', height: 300 }, 'trapped']) parent.postMessage(message, '*');
</script>`);
    const hijack = `new MutationObserver((_, observer) => {
      const frame = document.querySelector('#here iframe');
      if (frame) { observer.disconnect(); frame.src = ${JSON.stringify(trap)}; }
    }).observe(document, { childList: true, subtree: true });`;
    // Only one attempt is examined; a second would replace the frame.
    const script = hijack + mountScript('here', { resource, nonce: newNonce(), loadTimeoutMs: 600_000 });
    const body = '<div id="here"></div>';
    const page = await stage.open('about:blank', eavesdrop);
    await page.goto(stage.host.put(hostPage({ service: stage.service.url, body, script })));
    await expect.poll(async () => (await overheardBy(page)).map(({ data }) => data)).toContain('trapped');
    // Messages of one sender arrive in order: those to the trap came before the question.
    const told = await page.evaluate((trapOrigin) => {
      const { port1, port2 } = new MessageChannel();
      document.querySelector('iframe')?.contentWindow?.postMessage('tell', trapOrigin, [port2]);
      return new Promise<unknown>((resolve) => {
        port1.onmessage = ({ data }) => resolve(data);
      });
    }, hostile.origin);
    expect(told).toEqual([{ data: 'tell', origin: stage.host.origin, ports: 1 }]);
  });

  test('a hostile frame receives nothing and is ignored', async () => {
    // SR-12: it keeps sending connect messages to the sign-in and forged results to the page.
    const person = await makePerson(stage.service.client, resource);
    const stranger = hostile.put(`<script>
      window.answers = []; window.knocks = 0;
      const look = { theme: 'light', locale: '', closable: false, variables: {} };
      const knock = (target) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => answers.push(data);
        target.postMessage({ v: 1, mount: '1-2-3-4567', type: 'connect', slot: 0, ...look }, '*', [port2]);
      };
      setInterval(() => {
        knocks++;
        for (let index = 0; index < parent.frames.length; index++) knock(parent.frames[index]);
        for (const mount of ['', '1-2-3-4567'])
          parent.postMessage({ v: 1, mount, type: 'success', result: 'forged.by.me', expiresAt: 1 }, '*');
      }, 10);
    </script>`);
    const nonce = newNonce();
    const body = `<iframe id="stranger" src="${stranger}"></iframe><div id="here"></div>`;
    const script = mountScript('here', { resource, nonce });
    const page = await stage.open('about:blank', eavesdrop);
    await page.goto(stage.host.put(hostPage({ service: stage.service.url, body, script })));
    const widget = widgetOn(page, '#here');
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.done);

    const result = await resultOf(page);
    await stage.service.verifierOf(resource).verifyResult(result, { nonce, origin: stage.host.origin });
    const received = await eventsOf(page);
    expect(received.map(([name]) => name)).toEqual(['change', 'ready', 'change', 'change', 'success']);
    expect(received.at(-1)?.[1]).toMatchObject({ result });

    const inside = page.frames().find((frame) => frame.url() === stranger);
    expect(await inside?.evaluate(() => (window as unknown as { knocks: number }).knocks)).toBeGreaterThan(0);
    expect(await inside?.evaluate(() => (window as unknown as { answers: unknown[] }).answers)).toEqual([]);
    // Besides the hostile messages the page received one knock, without a port: the widget uses the page's.
    const knock = { data: { v: 1, type: 'knock', height: expect.any(Number) }, origin: stage.service.url, ports: 0 };
    expect((await overheardBy(page)).filter(({ origin }) => origin !== hostile.origin)).toEqual([knock]);

    // The sign-in frame accepted one connect: from the page, with one port, without a secret.
    const frame = page.frames().find((one) => one.url().startsWith(stage.service.url));
    const connects = frame ? (await overheardBy(frame)).filter(({ origin }) => origin === stage.host.origin) : [];
    expect(connects).toEqual([
      { data: expect.objectContaining({ type: 'connect' }), origin: stage.host.origin, ports: 1 },
    ]);
    expect(JSON.stringify(connects)).not.toContain(nonce);
  });
});

test('every other page of the service refuses to be framed', async () => {
  // SR-13
  for (const path of [
    '/',
    '/v1/openapi.json',
    '/v1/docs',
    '/.well-known/jwks.json',
    '/health/ready',
    '/widget/v1/frame',
  ]) {
    const answer = await fetch(stage.service.url + path);
    expect(answer.headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
  }
});
