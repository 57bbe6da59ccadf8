import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient, createVerifier } from '../clients/typescript/src/index.ts';
import { closePages, sharedBrowser } from '../e2e/harness/browser.ts';
import { Account, type Person } from './testing/account.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from './testing/built-service.ts';
import { allCodeBlocks, type CodeBlock } from './testing/code-blocks.ts';
import { ExampleValues } from './testing/example-values.ts';
import { type Host, startHost } from './testing/host.ts';
import { signInOn } from './testing/sign-in-on.ts';

const STEPS = ['login', 'password', 'code'] as const;
/** The nonce that the page without a script has in its markup. */
const WRITTEN_NONCE = 'kYp0bN3sV7qLw2XcT9mHf4Zr';

const blocks = allCodeBlocks();
const ofLanguage = (language: string) => blocks.filter((block) => block.language === language);
/**
 * Whole pages of sites. A block that begins with the name of an example's file is a part of it, which
 * `sign-in-guides.test.ts` reads; one with a role is tried elsewhere.
 */
const pages = ofLanguage('html').filter(({ role, text }) => role === '' && !text.startsWith('<!-- '));

/** The one script of that name. */
function script(role: string): CodeBlock {
  const [block, ...others] = ofLanguage('js').filter((one) => one.role === role);
  if (!block || others.length > 0) throw new Error(`There is not one script ${role}.`);
  return block;
}

let place: Place;
let service: BuiltService;
let account: Account;
let key: string;
let resource: string;
let host: Host;
let browser: Browser;
let page: Page;
let complaints: string[];
const values = new ExampleValues();

beforeAll(async () => {
  place = await makePlace();
  key = setUp(place);
  service = await serve(place);
  account = new Account(service.url, key);
  host = await startHost();
  resource = await account.resource({ allowedOrigins: [host.origin] });
  values.set('https://auth.example', service.url);
  values.set('http://localhost:8080', service.url);
  values.set('res_01k8dq9z2mp', resource);
  browser = await sharedBrowser();
});

afterAll(async () => {
  await closePages(browser);
  await host.close();
  await service.stop();
  await place.remove();
});

beforeEach(async () => {
  page = await browser.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});

afterEach(async () => {
  expect(complaints).toEqual([]);
  // Some examples go to another page at the end; a page is not closed in the middle of that.
  await page.goto('about:blank').catch(() => undefined);
  await page.close();
});

/** A page as a reader has it, with the loader, an element, and the script of the example in a file of its own. */
function pageWith(block: CodeBlock, headers: Record<string, string> = {}): string {
  const path = `/script-${block.at.replace(/\W/g, '-')}-${Object.keys(headers).length}.js`;
  host.putScript(path, values.fill(block.text));
  const loader = `<script src="${service.url}/widget/v1/countersign.js"></script>`;
  const script = `<script type="module" src="${path}"></script>`;
  const html = `<!doctype html><html lang="en"><title>Host</title><div id="sign-in"></div>${loader}${script}</html>`;
  return host.put(html, headers);
}

/** The whole way: every step in the widget, and a result that the backend accepts. */
async function expectSignIn(person: Person, nonce: string): Promise<void> {
  const arrives = host.nextResult();
  await signInOn(page, person, STEPS);
  const verifier = createVerifier({ issuer: service.url, resource });
  const claims = await verifier.verifyResult(await arrives, { nonce, origin: host.origin, acr: '2' });
  expect(claims.sub).toBe(person.id);
}

describe('the pages of the documents', () => {
  test.each(pages.map((block) => [block.at, block] as const))('%s: a person signs in on it', async (_at, { text }) => {
    const person = await account.person(resource);
    await page.goto(host.put(values.fill(text)));
    await expectSignIn(person, text.includes(WRITTEN_NONCE) ? WRITTEN_NONCE : host.nonce);
  });

  test('handle a result in one way, which starts again after a refusal of the backend', async () => {
    const scripts = pages.filter(({ text }) => text.includes('onSuccess'));
    const handlers = scripts.map(({ text }) => /onSuccess: .*?\n *\},\n/s.exec(text)?.[0].replaceAll(/^ +/gm, ''));
    expect(new Set(handlers).size).toBe(1);

    const person = await account.person(resource);
    host.refusals = 1;
    await page.goto(host.put(values.fill(scripts[0]?.text ?? '')));
    await signInOn(page, person, STEPS);
    await page.getByRole('alert').waitFor();
    await page.frameLocator('iframe').locator('[autocomplete=username]').waitFor();
    expect(host.refusals).toBe(0);
    // The browser prints the status of the answer.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('403')]);
  });

  test('are as many as there were: README, quickstart, explicit, declared, module, element', () => {
    expect(pages).toHaveLength(6);
  });
});

describe('the scripts of the documents', () => {
  test('events: they arrive, and the looks change at once', async () => {
    const heard: string[] = [];
    page.on('console', (message) => heard.push(message.text()));
    await page.goto(pageWith(script('events')));
    await page.frameLocator('iframe').locator('html[data-tone=dark]').waitFor();
    await page.frameLocator('iframe').getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(heard).toContain('ready');
  });

  test('appearance: colours and language are taken over', async () => {
    await page.goto(pageWith(script('appearance')));
    const root = page.frameLocator('iframe').locator('html[lang=de][data-tone=light]');
    await page.frameLocator('iframe').getByRole('heading', { name: 'Anmelden' }).waitFor();
    const style = await root.evaluate((element) => {
      const computed = getComputedStyle(element);
      return ['accent', 'card', 'text', 'radius', 'font'].map((name) => computed.getPropertyValue(`--${name}`)).join();
    });
    for (const value of ['#1f6f54', '#fffdf7', '#20251f', '6px', 'Georgia, serif']) expect(style).toContain(value);
  });

  test('popup: a button, a window, and the result on the page', async () => {
    const person = await account.person(resource);
    await page.goto(pageWith(script('popup')));
    const arrives = host.nextResult();
    const opens = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Sign in to the shop' }).click();
    const window = await opens;
    for (const [field, value] of [
      ['[autocomplete=username]', person.login],
      ['[type=password]', person.password],
      ['[autocomplete=one-time-code]', person.code()],
    ] as const) {
      await window.locator(field).fill(value);
      // Later than this call, which fails if the window closes before the call ends.
      await window.locator(field).evaluate((input: HTMLInputElement) => setTimeout(() => input.form?.requestSubmit()));
    }
    const verifier = createVerifier({ issuer: service.url, resource });
    const claims = await verifier.verifyResult(await arrives, { nonce: host.nonce, origin: host.origin });
    expect(claims.sub).toBe(person.id);
  });

  test('enrolment: after the sign-in, and the page keeps which way was used', async () => {
    const person = await account.person(resource);
    const client = createClient({ url: service.url, apiKey: key });
    await client.resources.update(resource, { enrolment: { kinds: ['totp'], required: false } });
    await page.goto(pageWith(script('enrolment')));
    await signInOn(page, person, STEPS);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'Set up your authenticator app' }).waitFor();
    await frame.getByRole('button', { name: 'Later' }).click();
    await frame.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await expect.poll(() => page.evaluate(() => localStorage.getItem('sign-in-with'))).toBe('code');
    await client.resources.update(resource, { enrolment: null });
  });

  test('self-service: after the sign-in, and no result comes of it', async () => {
    const person = await account.person(resource);
    const client = createClient({ url: service.url, apiKey: key });
    await client.resources.update(resource, { selfService: { password: true } });
    await page.goto(pageWith(script('self-service')));
    await signInOn(page, person, STEPS);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'Your account' }).waitFor();
    await frame.getByRole('button', { name: 'Change password' }).waitFor();
    await client.resources.update(resource, { selfService: null });
  });

  test('second factor: the code alone', async () => {
    const person = await account.person(resource);
    host.beginConfirmation = async () => {
      const client = createClient({ url: service.url, apiKey: key });
      const input = { user: person.login, resource, nonce: host.nonce, passwordChecked: true };
      const { loginRequest } = await client.createLoginRequest(input);
      return { nonce: host.nonce, loginRequest };
    };
    await page.goto(pageWith(script('second-factor')));
    const arrives = host.nextResult();
    await signInOn(page, person, ['code']);
    const verifier = createVerifier({ issuer: service.url, resource });
    const claims = await verifier.verifyResult(await arrives, { nonce: host.nonce, requireOtp: true });
    expect(claims).toMatchObject({ sub: person.id, amr: ['otp'], acr: '1' });
  });

  test.each(ofLanguage('http').map((block) => [block.at, block] as const))(
    'work on a page with the headers of %s',
    async (_at, { text }) => {
      const headers = values
        .fill(text)
        .trim()
        .split('\n')
        .map((line) => line.split(': ', 2));
      await page.goto(pageWith(script('appearance'), Object.fromEntries(headers)));
      await page.frameLocator('iframe').getByRole('heading', { name: 'Anmelden' }).waitFor();
    },
  );
});
