import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type HostSite, startHostSite } from '../../e2e/harness/host-site.ts';
import { RESOURCE } from '../testing/fake-service.ts';
import { createWidgetFixture, eventsOf, frameOf, mountScript, type WidgetFixture } from '../testing/fixture.ts';
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

const DIV = '<div id="here"></div>';
const FAST = 'loadTimeoutMs: 400,';
const AT_LOADERROR =
  "document.addEventListener('countersign:loaderror', () => { document.querySelector('[data-failed]').hidden = false })";

/** Collects what the loader says to developers, and which of its late files the page fetched. */
async function openBroken(url: string): Promise<{ page: Page; lines: string[]; fetched: string[] }> {
  const page = await stage.open('about:blank');
  const lines: string[] = [];
  const fetched: string[] = [];
  page.on('console', (message) => message.text().startsWith('Countersign') && lines.push(message.text()));
  page.on('request', (request) => request.url().includes('/explain-') && fetched.push(request.url()));
  await page.goto(url);
  return { page, lines, fetched };
}

/** The line for a code, as the service of the test has it. */
function lineOf(code: string, text: string, { resource = RESOURCE, origin = stage.host.origin } = {}): string {
  return `Countersign ${code}: ${text}${stage.service.url}/widget/v1/help?resource=${resource}&origin=${origin}#${code}`;
}

async function expectLine(url: string, line: string, lastEvent?: string): Promise<void> {
  const { page, lines } = await openBroken(url);
  await expect.poll(() => lines).toEqual([line]);
  if (lastEvent) await expect.poll(async () => (await eventsOf(page)).at(-1)).toBe(lastEvent);
  expect(lines).toEqual([line]);
}

const pageOf = (script: string, headers?: Record<string, string>) =>
  stage.host.put(hostPage(stage.service.url, DIV, script), headers);

describe('one line says what is wrong', () => {
  test('the origin is not allowed', async () => {
    const { origin } = elsewhere;
    const text = `${stage.service.url} has no resource ${RESOURCE} that allows the origin ${origin}. Add exactly this origin to the resource. `;
    const url = elsewhere.put(hostPage(stage.service.url, DIV, mountScript(FAST)));
    await expectLine(url, lineOf('ORIGIN_NOT_ALLOWED', text, { origin }), 'loaderror');
  });

  test('a refused page learns it long before the time for loading is over, after one frame', async () => {
    const { page } = await openBroken('about:blank');
    const frames: string[] = [];
    page.on('request', (request) => request.url().includes('/widget/v1/frame?') && frames.push(request.url()));
    await page.goto(elsewhere.put(hostPage(stage.service.url, DIV, mountScript('loadTimeoutMs: 3_600_000,'))));
    await expect.poll(() => eventsOf(page)).toEqual(['loaderror']);
    expect(frames).toHaveLength(1);
  });

  test('the resource is none', async () => {
    const { origin } = elsewhere;
    const text = '"shop" is not the id of a resource, such as res_01k8dq9z2mp. ';
    const url = elsewhere.put(hostPage(stage.service.url, DIV, mountScript(`${FAST} resource: 'shop',`)));
    await expectLine(url, lineOf('RESOURCE_UNKNOWN', text, { origin, resource: 'shop' }), 'loaderror');
  });

  test('an option is missing', async () => {
    const text = 'The option resource is missing. ';
    await expectLine(
      pageOf(mountScript('resource: undefined,')),
      lineOf('OPTIONS_INVALID', text, { resource: '' }),
      'loaderror',
    );
  });

  test('the nonce is missing', async () => {
    await expectLine(
      pageOf(mountScript('nonce: undefined,')),
      lineOf('NONCE_INVALID', 'The option nonce is missing. '),
      'error',
    );
  });

  test('the nonce is malformed, and is not shown', async () => {
    const text = 'The function nonce returned something other than 16 to 256 characters of A-Z a-z 0-9 _ . ~ -. ';
    await expectLine(pageOf(mountScript("nonce: () => 'sh0rt-secret',")), lineOf('NONCE_INVALID', text), 'error');
  });

  test('the nonce function fails, and its reason is not shown', async () => {
    const text = 'The function nonce or loginRequest failed. The message of the event error has the reason. ';
    const nonce = "nonce: () => { throw new Error('session of ada@example.com') },";
    await expectLine(pageOf(mountScript(nonce)), lineOf('NONCE_FAILED', text), 'error');
  });

  test('there is no element', async () => {
    const text = 'No element matches "#there". Call mount after the element is in the page. ';
    const script = `window.handle = Countersign.mount('#there', { resource: '${RESOURCE}', nonce: 'x' })`;
    await expectLine(pageOf(script), lineOf('TARGET_INVALID', text));
  });

  test('the policy of the page blocks the frame', async () => {
    const { url } = stage.service;
    const text = `The CSP of this page blocks the sign-in. Add ${url} to frame-src. `;
    const policy = `script-src ${url} 'unsafe-inline'; frame-src 'self'`;
    const page = pageOf(mountScript(FAST), { 'content-security-policy': policy });
    await expectLine(page, lineOf('FRAME_BLOCKED', text), 'loaderror');
  });

  test('a policy that only reports is not the cause', async () => {
    stage.service.isFrameDown = true;
    const { url } = stage.service;
    const text = `The frame of ${url} did not answer within 0.4 s. Is it blocked on its way? `;
    const page = pageOf(mountScript(FAST), { 'content-security-policy-report-only': "frame-src 'self'" });
    const { lines } = await openBroken(page);
    await expect.poll(() => lines).toEqual([lineOf('LOAD_FAILED', text)]);
  });

  test('the script of the frame does not arrive', async () => {
    const { url } = stage.service;
    const text = `The frame of ${url} is there, but its script did not answer within 0.4 s. `;
    const { page, lines } = await openBroken('about:blank');
    await page.route('**/assets/frame-*.js', (route) => route.abort());
    await page.goto(pageOf(mountScript(FAST)));
    await expect.poll(() => lines).toEqual([lineOf('LOAD_FAILED', text)]);
  });
});

describe('without the texts', () => {
  test('a page whose policy allows the loader alone gets the code and the address', async () => {
    const { url } = stage.service;
    const policy = `script-src ${url}/widget/v1/countersign.js 'unsafe-inline'; frame-src 'self'`;
    const page = pageOf(mountScript(FAST), { 'content-security-policy': policy });
    await expectLine(page, lineOf('LOAD_FAILED', ''), 'loaderror');
  });

  test('a page with its own copy of the loader runs no other code of the service', async () => {
    // SR-11: such a page trusts the service with its frame, not with scripts.
    const html = hostPage(
      stage.service.url,
      DIV,
      mountScript(`${FAST} resource: '', service: '${stage.service.url}',`),
    );
    const { page, lines, fetched } = await openBroken('about:blank');
    await page.route('**/own.js', async (route) =>
      route.fulfill({ response: await route.fetch({ url: `${stage.service.url}/widget/v1/countersign.js` }) }),
    );
    await page.goto(stage.host.put(html.replace(`${stage.service.url}/widget/v1/countersign.js`, '/own.js')));
    await expect.poll(() => lines).toEqual([lineOf('OPTIONS_INVALID', '', { resource: '' })]);
    expect(fetched).toEqual([]);
  });
});

test('a page that works fetches no texts and prints nothing', async () => {
  const { page, lines, fetched } = await openBroken(stage.widgetPage());
  await (await frameOf(page)).locator('#identify').waitFor();
  await expect.poll(() => eventsOf(page)).toContain('ready');
  expect([lines, fetched]).toEqual([[], []]);
});

test.each(['popup', 'inline'])(
  'markup with the service of an attacker runs none of its code, mode %s',
  async (mode) => {
    // SR-30: data attributes pass many filters of user-written HTML, and a popup's code comes from the service.
    const { page, lines } = await openBroken('about:blank');
    const asked: string[] = [];
    await page.route(`${elsewhere.origin}/**`, async (route) => {
      asked.push(new URL(route.request().url()).pathname);
      const body = 'window.stolen = true; export const offerPopup = () => {};';
      await route.fulfill({ contentType: 'text/javascript', headers: { 'access-control-allow-origin': '*' }, body });
    });
    const declared = `<div data-countersign data-resource="${RESOURCE}" data-nonce="x" data-mode="${mode}"
    data-service="${elsewhere.origin}" data-load-timeout-ms="200"></div>`;
    await page.goto(
      stage.host.put(hostPage(stage.service.url, `${declared}<i data-failed hidden>failed</i>`, AT_LOADERROR)),
    );
    await page.locator('[data-failed]').waitFor({ state: 'visible' });
    expect([...new Set(asked)]).toEqual(['/widget/v1/frame']);
    expect(await page.evaluate(() => 'stolen' in window)).toBe(false);
    expect(lines.join()).not.toContain('stolen');
  },
);
