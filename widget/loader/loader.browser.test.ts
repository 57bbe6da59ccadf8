import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { expect } from '../../e2e/harness/expect.ts';
import { type HostSite, startHostSite } from '../../e2e/harness/host-site.ts';
import { LOGIN, RESOURCE, RESULT } from '../testing/fake-service.ts';
import { createWidgetFixture, eventsOf, frameOf, mountScript, NONCE, type WidgetFixture } from '../testing/fixture.ts';
import { hostPage } from '../testing/host-page.ts';

let stage: WidgetFixture;
let elsewhere: HostSite;

beforeAll(async () => {
  stage = await createWidgetFixture();
  elsewhere = await startHostSite();
});
afterEach(() => stage.service.reset());
afterAll(async () => {
  await elsewhere?.close();
  await stage?.close();
});

/** Makes the service accept the user at the first step. */
const letIn = () => {
  stage.service.intercept = ({ path }) =>
    path === 'flow/identify' ? { view: { step: 'done', seq: 1, result: RESULT } } : undefined;
};

describe('mounting', () => {
  test('returns the same handle when mounted twice on one element, with one frame', async () => {
    const page = await stage.openWidget();
    await frameOf(page);
    const isSame = await page.evaluate(
      ([resource, nonce]) => {
        const { Countersign, widget } = window as unknown as { Countersign: Window['Countersign']; widget: unknown };
        return Countersign?.mount('#here', { resource: resource ?? '', nonce: nonce ?? '' }) === widget;
      },
      [RESOURCE, NONCE],
    );
    expect(isSame).toBe(true);
    await expect(page.locator('iframe')).toHaveCount(1);
  });

  test('destroy removes everything, can be called twice, and allows mounting again', async () => {
    const page = await stage.openWidget();
    await frameOf(page);
    const rejected = await page.evaluate(async () => {
      const { widget } = window as unknown as { widget: { destroy(): void; result(): Promise<string> } };
      const waiting = widget.result().catch((error: { code: string }) => error.code);
      widget.destroy();
      widget.destroy();
      return [await waiting, document.querySelectorAll('iframe').length];
    });
    expect(rejected).toEqual(['DESTROYED', 0]);
    await page.evaluate(mountScript());
    const frame = await frameOf(page);
    await expect(frame.locator('h1')).toHaveText('Sign in');
    await expect(page.locator('iframe')).toHaveCount(1);
  });

  test('several widgets on a page have separate flows', async () => {
    const mounts = `for (const id of ['a', 'b']) window[id + 'Widget'] =
      Countersign.mount('#' + id, { resource: '${RESOURCE}', nonce: '${NONCE}' });`;
    const page = await stage.open(
      stage.host.put(hostPage(stage.service.url, '<div id="a"></div><div id="b"></div>', mounts)),
    );
    const [first, second] = [await frameOf(page, 0), await frameOf(page, 1)];
    await second.locator('#identify').fill(LOGIN);
    await second.locator('.primary').click();
    await second.locator('#password').waitFor();
    await expect(first.locator('#identify')).toHaveCount(1);
    expect(stage.service.asked.filter(({ path }) => path === 'flows')).toHaveLength(2);
  });

  test('the frame has a title, a sandbox without top navigation, permissions for the service and a real address', async () => {
    const page = await stage.openWidget("title: 'Members sign in',");
    await frameOf(page);
    const frame = page.locator('iframe');
    await expect(frame).toHaveAttribute('title', 'Members sign in');
    expect(await frame.getAttribute('sandbox')).not.toContain('top-navigation');
    // Without an origin a permission applies to the frame's own (Permissions Policy, 6.2).
    await expect(frame).toHaveAttribute(
      'allow',
      'publickey-credentials-get;publickey-credentials-create;otp-credentials;clipboard-write',
    );
    expect(await frame.getAttribute('allow')).not.toContain('*');
    const [address, look = ''] = (await frame.getAttribute('src'))?.split('&look=') ?? [];
    expect(address).toBe(`${stage.service.url}/widget/v1/frame?resource=${RESOURCE}&origin=${stage.host.origin}`);
    // What the document needs for its first screen; no secret is in an address.
    expect(JSON.parse(decodeURIComponent(look))).toEqual({
      // Without a theme of its own, the page has the one that is saved at the resource.
      theme: '',
      locale: 'en',
      closable: false,
      variables: { given: false },
    });
  });

  test('result, callback and DOM event report one success; the flow has the origin and no cookies', async () => {
    letIn();
    const page = await stage.openWidget('onSuccess: ({ result }) => { window.called = result },');
    const frame = await frameOf(page);
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    const result = await page.evaluate(() => (window as unknown as { widget: { result(): unknown } }).widget.result());
    expect(result).toBe(RESULT);
    expect(await page.evaluate(() => (window as unknown as { called: string }).called)).toBe(RESULT);
    expect(await eventsOf(page)).toEqual(['change', 'ready', 'change', 'success']);
    const begun = stage.service.asked.find(({ path }) => path === 'flows');
    expect(begun).toMatchObject({
      body: { resource: RESOURCE, nonce: NONCE, origin: stage.host.origin },
      cookie: undefined,
    });
  });

  test('calls the latest callback, and applies a new look at once', async () => {
    letIn();
    const page = await stage.openWidget('onSuccess: () => { window.called = "old" },');
    const frame = await frameOf(page);
    await page.evaluate(() => {
      const { widget } = window as unknown as { widget: { update(options: object): void } };
      widget.update({
        theme: 'dark',
        locale: 'de',
        variables: { radius: '3px' },
        onSuccess: () => Object.assign(window, { called: 'new' }),
      });
    });
    await frame.locator('h1', { hasText: 'Anmelden' }).waitFor();
    await expect(frame.locator('html')).toHaveAttribute('data-tone', 'dark');
    await expect(frame.locator('html')).toHaveAttribute('lang', 'de');
    expect(await frame.locator('.card').evaluate((card) => getComputedStyle(card).borderRadius)).toBe('3px');
    expect(await page.locator('iframe').evaluate((iframe) => getComputedStyle(iframe).colorScheme)).toBe('dark');
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await page.waitForFunction(() => (window as unknown as { called?: string }).called === 'new');
  });

  test('calls a nonce function late and again for each sign-in', async () => {
    const page = await stage.openWidget(
      "nonce: async () => 'fresh-nonce-number-' + (window.count = (window.count ?? 0) + 1),",
    );
    const frame = await frameOf(page);
    await page.evaluate(() => (window as unknown as { widget: { reset(): void } }).widget.reset());
    await expect.poll(() => stage.service.asked.filter(({ path }) => path === 'flows')).toHaveLength(2);
    await frame.locator('#identify').waitFor();
    expect(stage.service.asked.map(({ body }) => body.nonce)).toEqual(['fresh-nonce-number-1', 'fresh-nonce-number-2']);
  });

  test.each([
    ['throws', "() => { throw new Error('session over') }", 'NONCE_FAILED'],
    ['is malformed', "'short'", 'NONCE_INVALID'],
  ])('a nonce that %s is an error for the page and a retry for the user', async (_, nonce, code) => {
    const page = await stage.openWidget(`nonce: ${nonce},`);
    const frame = await frameOf(page);
    await frame.locator('h1', { hasText: 'Sign-in could not start' }).waitFor();
    await page.waitForFunction(
      (expected) =>
        (window as unknown as { events: [string, { code: string }][] }).events.some(
          ([name, detail]) => name === 'error' && detail.code === expected,
        ),
      code,
    );
    await expect(frame.locator('.primary')).toHaveText('Try again');
    expect(stage.service.asked).toEqual([]);
  });
});

describe('declared widgets', () => {
  const declared = (action: string) =>
    `<div data-countersign data-resource="${RESOURCE}" data-nonce="${NONCE}" data-action="${action}"></div>`;

  test('posts the result as a form field to data-action, and scans the element once', async () => {
    letIn();
    const page = await stage.open(
      stage.host.put(hostPage(stage.service.url, declared('/login'), 'Countersign.scan()')),
    );
    const frame = await frameOf(page);
    await page.evaluate(() => window.Countersign?.scan());
    await expect(page.locator('iframe')).toHaveCount(1);
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await page.waitForURL('**/login');
    expect(stage.host.posted.at(-1)?.get('countersign_result')).toBe(RESULT);
  });

  test('sends nothing to a data-action of another origin', async () => {
    // SR-11: injected markup must not send the result elsewhere.
    letIn();
    const page = await stage.open(stage.host.put(hostPage(stage.service.url, declared(`${elsewhere.origin}/login`))));
    const refused = page.waitForEvent('pageerror');
    const frame = await frameOf(page);
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await refused;
    expect(elsewhere.posted).toEqual([]);
  });
});

describe('failures', () => {
  const withFallback = '<div id="here"><p data-countersign-fallback hidden>Call us</p></div>';
  const open = (options: string) =>
    stage.open(stage.host.put(hostPage(stage.service.url, withFallback, mountScript(options))));

  test('a frame that does not load is retried once, then the error and the fallback appear; reset retries', async () => {
    stage.service.isFrameDown = true;
    const page = await open('loadTimeoutMs: 400,');
    await page.locator('[data-countersign-fallback]').waitFor({ state: 'visible' });
    expect(
      await page.evaluate(() =>
        (window as unknown as { events: [string, object][] }).events.find(([n]) => n === 'loaderror'),
      ),
    ).toEqual(['loaderror', expect.objectContaining({ code: 'LOAD_FAILED', retryable: true, requestId: '' })]);
    await expect(page.locator('#here iframe')).toHaveCount(0);

    stage.service.isFrameDown = false;
    await page.evaluate(() => {
      const { widget } = window as unknown as { widget: { update(options: object): void; reset(): void } };
      // Now it must load, however busy the machine is.
      widget.update({ loadTimeoutMs: 60_000 });
      widget.reset();
    });
    await frameOf(page);
    await page.locator('[data-countersign-fallback]').waitFor({ state: 'hidden' });
  });

  test('an origin that the resource does not allow gets no frame and no message', async () => {
    // SR-13
    const page = await stage.open(
      elsewhere.put(hostPage(stage.service.url, withFallback, mountScript('loadTimeoutMs: 400,'))),
    );
    await page.locator('[data-countersign-fallback]').waitFor({ state: 'visible' });
    expect(stage.service.asked).toEqual([]);
    expect(await eventsOf(page)).toEqual(['loaderror']);
  });

  test('a frame whose script does not load is retried, then the error and the fallback appear', async () => {
    const page = await stage.open('about:blank');
    await page.route('**/assets/frame-*.js', (route) => route.abort());
    await page.goto(stage.host.put(hostPage(stage.service.url, withFallback, mountScript('loadTimeoutMs: 400,'))));
    await page.locator('[data-countersign-fallback]').waitFor({ state: 'visible' });
    expect(await eventsOf(page)).toEqual(['loaderror']);
    await expect(page.locator('#here iframe')).toHaveCount(0);
  });

  test('rejects unusable options at once', async () => {
    const page = await open("resource: '',");
    await page.locator('[data-countersign-fallback]').waitFor({ state: 'visible' });
    expect(await eventsOf(page)).toEqual(['loaderror']);
  });
});

describe('hostile pages', () => {
  test('the browser refuses a page that claims an allowed origin in the address', async () => {
    // SR-12, SR-13
    const address = `${stage.service.url}/widget/v1/frame?resource=${RESOURCE}&origin=${stage.host.origin}`;
    const page = await stage.open(elsewhere.put(`<iframe src="${address}"></iframe>`));
    await page.waitForLoadState('load');
    const frame = await (await page.locator('iframe').elementHandle())?.contentFrame();
    expect(await frame?.locator('form').count()).toBe(0);
    expect(stage.service.asked).toEqual([]);
  });

  test('drops a connect from another frame, of another shape or a second one, and ignores forged results', async () => {
    // SR-12
    letIn();
    const connect = `{ v: 1, mount: 'evil-mount-0000-0000', type: 'connect', slot: 0, theme: 'light', locale: '', closable: false, variables: {} }`;
    const attack = `addEventListener('message', () => {}); window.heard = [];
      const strike = (target) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = (event) => heard.push(event.data);
        target.postMessage(MESSAGE, '*', [channel.port2]);
      };`;
    const evil = elsewhere.put(
      `<script>${attack.replace('MESSAGE', connect)}
        setInterval(() => { strike(parent.frames[1]); parent.postMessage({ v: 1, mount: '', type: 'success', result: 'a.b.c', expiresAt: 1 }, '*') }, 5)</script>`,
    );
    const malformed = connect.replace('closable: false', "closable: 'no'");
    const page = await stage.open(
      stage.host.put(
        hostPage(
          stage.service.url,
          `<iframe src="${evil}" id="evil"></iframe><div id="here"></div>`,
          `${mountScript()} ${attack.replace('MESSAGE', malformed)} setInterval(() => strike(frames[1]), 5)`,
        ),
      ),
    );
    const frame = await frameOf(page, 1);
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await frame.locator('h1', { hasText: 'You are signed in' }).waitFor();

    const evilFrame = page.frames().find((one) => one.url() === evil);
    expect(await evilFrame?.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
    expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
    await expect.poll(() => eventsOf(page)).toEqual(['change', 'ready', 'change', 'success']);
    expect(
      await page.evaluate(
        () => (window as unknown as { events: [string, { result?: string }][] }).events.at(-1)?.[1].result,
      ),
    ).toBe(RESULT);
  });

  test('a knock from another frame, or with another shape, shows and connects nothing', async () => {
    // SR-12: a sibling frame would get the port of a sign-in.
    const knock = `{ v: 1, type: 'knock', height: 1500 }`;
    const evil = elsewhere.put(
      `<script>window.ports = 0; addEventListener('message', ({ ports }) => { window.ports += ports.length });
        setInterval(() => parent.postMessage(${knock}, '*'), 5)</script>`,
    );
    // The page itself has the right window for no frame, and the service's frame sends no other shape.
    const forged = `setInterval(() => {
      const { contentWindow: source } = document.querySelector('#here iframe') ?? {};
      for (const data of [{ ...${knock}, v: 2 }, { ...${knock}, type: 'hello' }, null, 'knock'])
        dispatchEvent(new MessageEvent('message', { source, origin: '${stage.service.url}', data }));
      dispatchEvent(new MessageEvent('message', { source, origin: '${elsewhere.origin}', data: ${knock} }));
      dispatchEvent(new MessageEvent('message', { source: window, origin: '${stage.service.url}', data: ${knock} }));
    }, 5);`;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const page = await stage.open('about:blank');
    await page.route(/\/widget\/v1\/frame\?/, (route) => held.then(() => route.continue()));
    await page.goto(
      stage.host.put(
        hostPage(stage.service.url, `<iframe src="${evil}"></iframe><div id="here"></div>`, mountScript() + forged),
      ),
      // It is not loaded while the widget's frame is held.
      { waitUntil: 'domcontentloaded' },
    );
    await expect.poll(() => page.frames().map((one) => one.url())).toContain(evil);
    const evilFrame = page.frames().find((one) => one.url() === evil);
    await evilFrame?.waitForLoadState();
    // Long enough for each forged message to have arrived many times.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100))));
    const [visibility, height] = await page
      .locator('#here iframe')
      .evaluate((frame) => [getComputedStyle(frame).visibility, getComputedStyle(frame).height]);
    expect([visibility, height]).toEqual(['hidden', '348px']);
    release();
    await (await frameOf(page, 1)).locator('#identify').fill(LOGIN);
    expect(await evilFrame?.evaluate(() => (window as unknown as { ports: number }).ports)).toBe(0);
  });

  test.each([
    'javascript:void(parent.stolen=document.cookie)//x',
    'JavaScript:void(parent.stolen=1)',
    'data:text/html,<b>',
    ' javascript:1',
  ])('markup with the service %s gets no frame', async (service) => {
    // SR-30: data attributes pass many filters of user-written HTML.
    const declared = `<div data-countersign data-resource="${RESOURCE}" data-nonce="${NONCE}" data-service="${service}"></div>`;
    const script = `window.codes = [];
        document.addEventListener('countersign:loaderror', (event) => codes.push(event.detail.code));`;
    const page = await stage.open(stage.host.put(hostPage(stage.service.url, declared, script)));
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { codes: string[] }).codes))
      .toEqual(['OPTIONS_INVALID']);
    await expect(page.locator('iframe')).toHaveCount(0);
    expect(await page.evaluate(() => 'stolen' in window)).toBe(false);
  });

  test('keeps the result out of addresses, even with a form without a method', async () => {
    // SR-26: a form without a method is a GET, whose fields end up in logs, histories and referrers.
    letIn();
    const form = `<form action="/sign-in"><div data-countersign data-resource="${RESOURCE}" data-nonce="${NONCE}"></div></form>`;
    const page = await stage.open(stage.host.put(hostPage(stage.service.url, form)));
    const frame = await frameOf(page);
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await page.waitForURL('**/sign-in*');
    expect(page.url()).not.toContain('countersign_result');
    expect(stage.host.posted.at(-1)?.get('countersign_result')).toBe(RESULT);
  });

  test('works under a strict CSP with Trusted Types and COEP, without a violation', async () => {
    letIn();
    const html = hostPage(stage.service.url, '<div id="here"></div>', mountScript()).replace(
      '<script>',
      `<script nonce="host-nonce">window.broken = []; addEventListener('securitypolicyviolation', (event) => broken.push(event.violatedDirective));`,
    );
    const { url } = stage.service;
    const page = await stage.open(
      stage.host.put(html, {
        'content-security-policy': `default-src 'none'; script-src ${url} 'nonce-host-nonce'; frame-src ${url}; require-trusted-types-for 'script'; trusted-types 'none'`,
        'cross-origin-embedder-policy': 'require-corp',
      }),
    );
    const frame = await frameOf(page);
    await frame.evaluate(() => {
      const seen: string[] = [];
      addEventListener('securitypolicyviolation', (event) => seen.push(event.violatedDirective));
      Object.assign(window, { seen });
    });
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await frame.locator('h1', { hasText: 'You are signed in' }).waitFor();
    expect(await page.evaluate(() => (window as unknown as { broken: string[] }).broken)).toEqual([]);
    expect(await frame.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
  });
});
