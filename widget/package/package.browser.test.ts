import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { builtPath } from '../../e2e/harness/built-service.ts';
import { expect } from '../../e2e/harness/expect.ts';
import { LOGIN, RESOURCE, RESULT } from '../testing/fake-service.ts';
import { createWidgetFixture, frameOf, NONCE, type WidgetFixture } from '../testing/fixture.ts';

let stage: WidgetFixture;
beforeAll(async () => {
  stage = await createWidgetFixture();
});
afterEach(() => stage.service.reset());
afterAll(() => stage?.close());

interface Opened {
  page: Page;
  thrown: string[];
  printed: string[];
  asked: string[];
}

/** A page with the modules of the package below `/package/`, as a bundler would put them there. */
async function open(html: string): Promise<Opened> {
  const opened: Opened = { page: await stage.open('about:blank'), thrown: [], printed: [], asked: [] };
  const { page } = opened;
  page.on('pageerror', (error) => opened.thrown.push(error.message));
  page.on('console', (message) => message.type() === 'error' && opened.printed.push(message.text()));
  page.on('request', (request) => request.resourceType() === 'script' && opened.asked.push(request.url()));
  await page.route('**/package/**', async (route) => {
    const path = new URL(route.request().url()).pathname.slice('/package/'.length);
    const body = await readFile(join(builtPath('widget-package'), path), 'utf8');
    await route.fulfill({ contentType: 'text/javascript', body });
  });
  await page.goto(stage.host.put(`<!doctype html><html lang="en"><title>Host</title>${html}</html>`));
  return opened;
}

const folderOf = (isDevelopment: boolean) => (isDevelopment ? 'development/' : '');
/** Mounts with these options, as the text of code. */
const mounting = (isDevelopment: boolean, options: string, target = "'#here'") => `<div id="here"></div>
  <script type="module">
    import { mount } from '/package/${folderOf(isDevelopment)}pure.mjs';
    try { window.handle = mount(${target}, { loadTimeoutMs: 400, ${options} }) }
    catch (error) { window.fault = { name: error.name, code: error.code, link: error.link, message: error.message } }
  </script>`;
const outcome = (page: Page) =>
  page.evaluate(() => {
    const { handle, fault } = window as unknown as {
      handle?: object | null;
      fault?: { message: string; link: string };
    };
    return { handle, fault };
  });
const good = () => `service: '${stage.service.url}', resource: '${RESOURCE}', nonce: '${NONCE}'`;

describe('a build for development throws what a developer did wrong', () => {
  test.each([
    ['no target', "'#there'", () => good(), 'TARGET_INVALID', /No element matches "#there"/],
    ['no resource', "'#here'", () => good().replace(RESOURCE, ''), 'OPTIONS_INVALID', /resource is missing/],
    ['a name for an id', "'#here'", () => good().replace(RESOURCE, 'shop'), 'RESOURCE_UNKNOWN', /"shop" is not the id/],
    ['no nonce', "'#here'", () => `${good()}, nonce: undefined`, 'NONCE_INVALID', /nonce is missing/],
    ['a short nonce', "'#here'", () => `${good()}, nonce: 'short'`, 'NONCE_INVALID', /nonce is not 16 to 256/],
    ['a wrong service', "'#here'", () => good().replace(/http/, 'htp'), 'OPTIONS_INVALID', /service does not begin/],
    ['no service', "'#here'", () => `${good()}, service: undefined`, 'OPTIONS_INVALID', /service does not begin/],
  ])('%s', async (_, target, options, code, text) => {
    const { page } = await open(mounting(true, options(), target));
    await expect.poll(() => outcome(page)).toMatchObject({ fault: { name: 'CountersignFault', code } });
    const { fault = { message: '', link: '' } } = await outcome(page);
    expect(fault.message).toMatch(text);
    if (!_.includes('service')) {
      expect(fault.message.endsWith(fault.link)).toBe(true);
      expect(fault.link.startsWith(`${stage.service.url}/widget/v1/help?resource=`)).toBe(true);
      expect(fault.link.endsWith(`#${code}`)).toBe(true);
    }
    await expect(page.locator('iframe')).toHaveCount(0);
  });

  test('an origin that is not allowed, once the service has said so', async () => {
    stage.service.allowedOrigins.delete(stage.host.origin);
    const { page, thrown, asked } = await open(mounting(true, good()));
    await expect.poll(() => thrown).toEqual([expect.stringContaining('Countersign ORIGIN_NOT_ALLOWED: ')]);
    stage.service.allowedOrigins.add(stage.host.origin);
    expect(await page.evaluate(() => 'fault' in window)).toBe(false);
    // SR-11: the package runs no code of the service.
    expect(asked.filter((url) => url.startsWith(stage.service.url))).toEqual([]);
  });

  test('the element throws as an uncaught error, and recovers when the attribute is there', async () => {
    const { page, thrown } = await open(`<countersign-sign-in service="${stage.service.url}" nonce="${NONCE}">
      </countersign-sign-in><script type="module" src="/package/development/element.mjs"></script>`);
    await expect.poll(() => thrown).toEqual([expect.stringContaining('Countersign OPTIONS_INVALID: ')]);
    await page.locator('countersign-sign-in').evaluate((node, id) => node.setAttribute('resource', id), RESOURCE);
    await frameOf(page);
    expect(thrown).toHaveLength(1);
  });
});

describe('a build for production', () => {
  test.each([
    ['no target', "'#there'", () => good(), 'TARGET_INVALID'],
    ['no resource', "'#here'", () => good().replace(RESOURCE, ''), 'OPTIONS_INVALID'],
    ['no service', "'#here'", () => `${good()}, service: undefined`, 'OPTIONS_INVALID'],
    ['no nonce', "'#here'", () => `${good()}, nonce: undefined`, 'NONCE_INVALID'],
  ])('throws nothing, and prints one line: %s', async (_, target, options, code) => {
    const { page, thrown, printed } = await open(mounting(false, options(), target));
    await expect.poll(() => printed).toEqual([expect.stringContaining(`Countersign ${code}: `)]);
    expect((await outcome(page)).fault).toBeUndefined();
    expect(thrown).toEqual([]);
  });

  test('has its popup in itself, and runs no code of the service', async () => {
    const { page, asked } = await open(mounting(false, `${good()}, mode: 'popup'`));
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(asked.filter((url) => url.startsWith(stage.service.url))).toEqual([]);
  });

  test('the module without a name mounts declared widgets', async () => {
    const { page } = await open(`<div data-countersign data-service="${stage.service.url}" data-resource="${RESOURCE}"
      data-nonce="${NONCE}"></div><script type="module" src="/package/index.mjs"></script>`);
    await frameOf(page);
  });

  test('two copies define one element', async () => {
    const element = `<countersign-sign-in service="${stage.service.url}" resource="${RESOURCE}" nonce="${NONCE}">
      </countersign-sign-in>`;
    const { page, thrown } = await open(`${element}<script type="module" src="/package/element.mjs"></script>
      <script type="module" src="/package/development/element.mjs"></script>`);
    await frameOf(page);
    await expect(page.locator('iframe')).toHaveCount(1);
    expect(thrown).toEqual([]);
  });
});

describe('the component for React, in strict mode', () => {
  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      define: { 'process.env.NODE_ENV': '"development"', 'import.meta.env.DEV': 'true' },
      build: {
        outDir: stage.dist,
        emptyOutDir: false,
        rolldownOptions: {
          input: resolve(import.meta.dirname, '../testing/react-page.ts'),
          output: { format: 'es', entryFileNames: 'react-page.js', codeSplitting: false },
        },
      },
    });
  });
  const openReact = (nonce: string) =>
    open(`<div id="root" data-service="${stage.service.url}" data-nonce="${nonce}"></div>
      <script type="module" src="${stage.service.url}/widget/v1/react-page.js"></script>`);

  test('mounts one widget, calls the newest callback, follows its props, and leaves nothing', async () => {
    stage.service.intercept = ({ path }) =>
      path === 'flow/identify' ? { view: { step: 'done', seq: 1, result: RESULT } } : undefined;
    const { page, thrown } = await openReact(NONCE);
    const frame = await frameOf(page);
    await expect(page.locator('countersign-sign-in.sign-in iframe')).toHaveCount(1);
    expect(stage.service.asked.filter(({ path }) => path === 'flows')).toHaveLength(1);
    await page.getByRole('button').click();
    await frame.locator('html[data-tone=dark]').waitFor();
    const before = stage.host.posted.length;
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await page.waitForFunction(() => document.title === 'success in render 2');
    // There is a form around it, but the page takes the result itself.
    expect(stage.host.posted).toHaveLength(before);
    await page.getByRole('button').click();
    await expect(page.locator('iframe')).toHaveCount(0);
    expect(thrown).toEqual([]);
  });

  test('throws a fault to the error boundary of a developer', async () => {
    const { page } = await openReact('');
    await expect(page.locator('body')).toContainText('Countersign NONCE_INVALID: ');
  });
});
