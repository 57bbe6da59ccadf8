import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { expect } from '../../e2e/harness/expect.ts';
import { type HostSite, startHostSite } from '../../e2e/harness/host-site.ts';
import { LOGIN, RESOURCE, RESULT } from '../testing/fake-service.ts';
import { createWidgetFixture, frameOf, NONCE, type WidgetFixture } from '../testing/fixture.ts';

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

const NAMES = ['ready', 'change', 'used', 'success', 'error', 'expire', 'timeout', 'close', 'loaderror'];
const OPTIONS = `resource="${RESOURCE}" nonce="${NONCE}"`;

/** Address of a page with the element's script, which records events and violations; `script` runs last. */
function pageWith(body: string, script = '', headers: Record<string, string> = {}): string {
  const html = `<!doctype html><html lang="en"><title>Host</title><script nonce="host-nonce">
    window.events = []; window.broken = [];
    for (const name of ${JSON.stringify(NAMES)})
      document.addEventListener(name, (event) => event.target.localName === 'countersign-sign-in' && events.push(name), true);
    addEventListener('securitypolicyviolation', (event) => broken.push(event.violatedDirective));</script>
    <main>${body}</main><script src="${stage.service.url}/widget/v1/element.js"></script>
    <script nonce="host-nonce">${script}</script></html>`;
  return stage.host.put(html, headers);
}

const open = (body: string, script?: string, headers?: Record<string, string>) =>
  stage.open(pageWith(body, script, headers));

/** Signs in at the first step. */
async function signIn(page: Page): Promise<void> {
  stage.service.intercept = ({ path }) =>
    path === 'flow/identify' ? { view: { step: 'done', seq: 1, result: RESULT } } : undefined;
  const frame = await frameOf(page);
  await frame.locator('#identify').fill(LOGIN);
  await frame.locator('.primary').click();
}

const eventsOf = (page: Page) => page.evaluate(() => (window as unknown as { events: string[] }).events);
const flowsOf = () => stage.service.asked.filter(({ path }) => path === 'flows');
const element = 'countersign-sign-in';

describe('<countersign-sign-in>', () => {
  test('signs in from its attributes, tells each event once, and posts nothing without a form', async () => {
    const page = await open(
      `<${element} ${OPTIONS} theme="dark" locale="de" title="Members" closable variables='{"radius":"3px"}'></${element}>`,
      `document.querySelector('${element}').addEventListener('success', ({ detail }) => { window.result = detail.result })`,
    );
    await signIn(page);
    await page.waitForFunction((result) => (window as unknown as { result: string }).result === result, RESULT);
    expect(await eventsOf(page)).toEqual(['change', 'ready', 'change', 'success']);
    const frame = await frameOf(page);
    await expect(frame.locator('html')).toHaveAttribute('data-tone', 'dark');
    await expect(frame.locator('html')).toHaveAttribute('lang', 'de');
    expect(await frame.locator('.card').evaluate((card) => getComputedStyle(card).borderRadius)).toBe('3px');
    await expect(page.locator('iframe')).toHaveAttribute('title', 'Members');
    expect(stage.host.posted).toEqual([]);
  });

  test('takes properties, among them a function for the nonce, and keeps the markup inside', async () => {
    const page = await open(
      '<p data-late></p>',
      `const late = document.createElement('${element}');
       Object.assign(late, { resource: '${RESOURCE}', nonce: async () => '${NONCE}', theme: 'light' });
       late.innerHTML = '<b data-countersign-fallback hidden>Call us</b>';
       document.querySelector('[data-late]').append(late);`,
    );
    await frameOf(page);
    await expect.poll(() => flowsOf().map(({ body }) => body.nonce)).toEqual([NONCE]);
    await expect(page.locator(`${element} b`)).toHaveCount(1);
  });

  test('is upgraded late, with the properties that were set before', async () => {
    const page = await stage.open(stage.host.put(`<!doctype html><title>Host</title><${element}></${element}>`));
    await page.evaluate((resource) => {
      const early = document.querySelector('countersign-sign-in');
      Object.assign(early ?? {}, { resource });
      early?.setAttribute('nonce', 'nonce-of-the-session-0001');
    }, RESOURCE);
    await page.addScriptTag({ url: `${stage.service.url}/widget/v1/element.js` });
    await frameOf(page);
    await expect.poll(() => flowsOf().length).toBe(1);
  });

  test('what a server has rendered waits for its properties', async () => {
    const page = await open(`<${element} deferred></${element}>`);
    await expect(page.locator('iframe')).toHaveCount(0);
    await page.evaluate(
      ([resource, nonce]) => Object.assign(document.querySelector('countersign-sign-in') ?? {}, { resource, nonce }),
      [RESOURCE, NONCE],
    );
    await frameOf(page);
    expect(await eventsOf(page)).not.toContain('loaderror');
  });

  test('follows its attributes: a new look in place, another resource in another frame', async () => {
    const page = await open(`<${element} ${OPTIONS}></${element}>`);
    const frame = await frameOf(page);
    await page.locator(element).evaluate((node) => node.setAttribute('theme', 'dark'));
    await frame.locator('html[data-tone=dark]').waitFor();
    expect(flowsOf()).toHaveLength(1);
    await page.locator(element).evaluate((node) => node.setAttribute('resource', 'res_01k8dq9z2mq'));
    await expect.poll(() => flowsOf().map(({ body }) => body.resource)).toEqual([RESOURCE, 'res_01k8dq9z2mq']);
    await expect(page.locator('iframe')).toHaveCount(1);
  });

  test('goes on when it is moved, ends when it is removed, and starts again when it is back', async () => {
    const page = await open(`<${element} ${OPTIONS}></${element}><section></section>`);
    await frameOf(page);
    await page.evaluate(() => {
      const node = document.querySelector('countersign-sign-in');
      document.querySelector('section')?.append(node ?? '');
    });
    const moved = await frameOf(page);
    await moved.locator('#identify').fill(LOGIN);
    await expect(page.locator('section iframe')).toHaveCount(1);
    await page.evaluate(() => {
      const node = document.querySelector('countersign-sign-in');
      Object.assign(window, { node });
      node?.remove();
    });
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { node: Element }).node.childElementCount))
      .toBe(0);
    await page.evaluate(() => document.body.append((window as unknown as { node: Element }).node));
    await signIn(page);
    await expect.poll(() => eventsOf(page)).toContain('success');
    expect((await eventsOf(page)).filter((name) => name === 'success')).toHaveLength(1);
  });

  test('reset starts over, and focus goes to the form', async () => {
    const page = await open(`<${element} ${OPTIONS}></${element}>`);
    await frameOf(page);
    await page.evaluate(() => document.querySelector('countersign-sign-in')?.reset());
    await expect.poll(() => flowsOf().length).toBe(2);
    const frame = await frameOf(page);
    await frame.locator('#identify').waitFor();
    await page.evaluate(() => document.querySelector('countersign-sign-in')?.focus());
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe('iframe');
    await frame.locator('input:focus').waitFor();
  });

  test('shows what is inside it if the widget does not load', async () => {
    stage.service.isFrameDown = true;
    const page = await open(
      `<${element} ${OPTIONS} load-timeout-ms="200"><p data-countersign-fallback hidden>Call us</p></${element}>`,
    );
    await page.getByRole('main').getByText('Call us').waitFor({ state: 'visible' });
    expect(await eventsOf(page)).toEqual(['loaderror']);
  });

  test('works under a strict CSP, which hides the attribute nonce', async () => {
    const { url } = stage.service;
    const page = await open(`<${element} ${OPTIONS}></${element}>`, '', {
      'content-security-policy': `default-src 'none'; script-src ${url} 'nonce-host-nonce'; frame-src ${url}; require-trusted-types-for 'script'; trusted-types 'none'`,
      'cross-origin-embedder-policy': 'require-corp',
    });
    await expect(page.locator(element)).toHaveAttribute('nonce', '');
    await signIn(page);
    await expect.poll(() => eventsOf(page)).toContain('success');
    expect(flowsOf().map(({ body }) => body.nonce)).toEqual([NONCE]);
    expect(await page.evaluate(() => (window as unknown as { broken: string[] }).broken)).toEqual([]);
  });
});

describe('the result is posted', () => {
  const posted = () => stage.host.posted.at(-1);

  test('with the form around the element', async () => {
    const page = await open(
      `<form action="/sign-in"><input type="hidden" name="next" value="/a"><${element} ${OPTIONS}></${element}></form>`,
    );
    await signIn(page);
    await page.waitForURL('**/sign-in');
    expect([...(posted() ?? [])]).toEqual([
      ['next', '/a'],
      ['countersign_result', RESULT],
    ]);
  });

  test('to its own action, without the fields around it', async () => {
    const page = await open(
      `<form action="/other"><input name="next" value="/a"><${element} ${OPTIONS} action="/login"></${element}></form>`,
    );
    await signIn(page);
    await page.waitForURL('**/login');
    expect([...(posted() ?? [])]).toEqual([['countersign_result', RESULT]]);
  });

  test('unless a listener prevents it; the form keeps no button and no result', async () => {
    const page = await open(
      `<form action="/sign-in"><${element} ${OPTIONS}></${element}></form>`,
      `document.querySelector('${element}').addEventListener('success', (event) => event.preventDefault())`,
    );
    const before = stage.host.posted.length;
    await signIn(page);
    await expect.poll(() => eventsOf(page)).toContain('success');
    await expect(page.locator('form button, form input')).toHaveCount(0);
    expect(stage.host.posted).toHaveLength(before);
  });

  test('once for a page that submits by itself and starts over', async () => {
    const page = await open(
      `<form action="/sign-in"><${element} ${OPTIONS}></${element}></form>`,
      `window.sent = []; document.forms[0].addEventListener('submit', (event) => {
        event.preventDefault();
        sent.push([...new FormData(event.target, event.submitter)].join());
        document.querySelector('${element}').reset();
      });`,
    );
    await signIn(page);
    await expect.poll(() => flowsOf().length).toBe(2);
    await signIn(page);
    const sent = () => page.evaluate(() => (window as unknown as { sent: string[] }).sent);
    await expect.poll(sent).toEqual([`countersign_result,${RESULT}`, `countersign_result,${RESULT}`]);
  });
});

describe('hostile markup', () => {
  // SR-11. The attack: fields called like members of a form hide them, so a check of `form.action` reads a field, and
  // `form.method = 'post'` sets nothing: the result would go into the address of a GET.
  const FIELDS = ['action', 'method', 'submit', 'requestSubmit', 'append', 'getAttribute', 'closest', 'querySelector'];
  const hiding = FIELDS.map((name) => `<input type="hidden" name="${name}" value="">`).join('');

  test('fields that hide the members of the form do not change where the result goes', async () => {
    const page = await open(`<form action="/sign-in">${hiding}<${element} ${OPTIONS}></${element}></form>`);
    await signIn(page);
    await page.waitForURL('**/sign-in');
    expect(stage.host.posted.at(-1)?.get('countersign_result')).toBe(RESULT);
    expect(page.url()).not.toContain('countersign_result');
  });

  test.each([
    ['a form of another origin', (to: string) => `<form action="${to}" method="post">${hiding}@</form>`],
    ['a form that fields hide', (to: string) => `<form action="${to}"><input name="action" value="/login">@</form>`],
    ['a base of another origin', (to: string) => `<base href="${to}"><form action="sign-in">@</form>`],
    ['an origin that begins alike', (to: string) => `<form action="${to}">@</form>`],
    ['a javascript: address', () => '<form action="javascript:parent.stolen=1">@</form>'],
  ])('%s gets no result', async (_, markup) => {
    const node = `<${element} ${OPTIONS} service="${stage.service.url}"></${element}>`;
    const to = _.includes('alike') ? `${stage.host.origin}.${new URL(elsewhere.origin).host}/` : `${elsewhere.origin}/`;
    const page = await open(markup(to).replace('@', node));
    const before = stage.host.posted.length;
    const refused = page.waitForEvent('pageerror');
    await signIn(page);
    await refused;
    expect(elsewhere.posted).toEqual([]);
    expect(stage.host.posted).toHaveLength(before);
    await expect(page.locator('form button')).toHaveCount(0);
    expect(await page.evaluate(() => 'stolen' in window)).toBe(false);
  });

  test('an action of another origin gets no result', async () => {
    const page = await open(`<${element} ${OPTIONS} action="${elsewhere.origin}/login"></${element}>`);
    const refused = page.waitForEvent('pageerror');
    await signIn(page);
    await refused;
    expect(elsewhere.posted).toEqual([]);
  });

  test.each(['javascript:void(parent.stolen=1)//x', ' javascript:1', 'data:text/html,<b>'])(
    'the service %s gets no frame',
    async (service) => {
      // SR-30: markup from users may hold an element with any attribute.
      const page = await open(`<${element} ${OPTIONS} service="${service}"></${element}>`);
      await expect.poll(() => eventsOf(page)).toEqual(['loaderror']);
      await expect(page.locator('iframe')).toHaveCount(0);
      expect(await page.evaluate(() => 'stolen' in window)).toBe(false);
    },
  );

  test.each(['popup', 'inline'])(
    'the service of an attacker runs none of its code in the page, mode %s',
    async (mode) => {
      // SR-30. The code of a popup comes from the service.
      const page = await stage.open('about:blank');
      const asked: string[] = [];
      await page.route(`${elsewhere.origin}/**`, async (route) => {
        asked.push(new URL(route.request().url()).pathname);
        const body = 'window.stolen = true; export const offerPopup = () => {};';
        await route.fulfill({ contentType: 'text/javascript', headers: { 'access-control-allow-origin': '*' }, body });
      });
      await page.goto(
        pageWith(
          `<${element} ${OPTIONS} mode="${mode}" service="${elsewhere.origin}" load-timeout-ms="200"></${element}>`,
        ),
      );
      await expect.poll(() => eventsOf(page)).toEqual(['loaderror']);
      expect([...new Set(asked)]).toEqual(['/widget/v1/frame']);
      expect(await page.evaluate(() => 'stolen' in window)).toBe(false);
    },
  );

  test('no attribute becomes markup or script', async () => {
    // SR-30
    const evil = `"'><img src=x onerror=parent.stolen=1>`;
    const attributes = [
      'title',
      'theme',
      'locale',
      'variables',
      'prefer',
      'purpose',
      'login-request',
      'mode',
      'action',
    ];
    const page = await open(`<${element} ${OPTIONS}></${element}>`);
    await page.locator(element).evaluate(
      (node, [names, value]) => {
        for (const name of names) node.setAttribute(name, value);
        node.setAttribute('variables', JSON.stringify({ accent: value, __proto__: { polluted: value } }));
      },
      [attributes, evil] as const,
    );
    await frameOf(page);
    for (const place of page.frames()) {
      await expect(place.locator('img')).toHaveCount(0);
      expect(await place.evaluate(() => ['stolen' in window, 'polluted' in {}])).toEqual([false, false]);
    }
    await expect(page.locator('iframe')).toHaveAttribute('title', evil);
  });
});
