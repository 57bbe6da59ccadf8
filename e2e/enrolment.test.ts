import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, FrameLocator, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { sendEnrolmentLink } from '../server/sign-in/enrolment/send-enrolment-link.ts';
import { operatorContext } from '../server/testing/as-operator.ts';
import {
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  PASSWORD,
  unwrap,
  wrongCode,
} from '../server/testing/fixtures.ts';
import { totpApp } from '../server/testing/totp-app.ts';
import { hostPage } from '../widget/testing/host-page.ts';
import { newContext } from './harness/browser.ts';
import { expect } from './harness/expect.ts';
import {
  expectAccessible,
  expectNoScrolling,
  type InProcessService,
  startInProcessService,
} from './harness/in-process-service.ts';
import { type WidgetView, widgetIn } from './harness/widget-view.ts';

let here: InProcessService;
beforeAll(async () => {
  here = await startInProcessService('enrolment-e2e');
});
afterAll(() => here?.close());
beforeEach(() => {
  here.ports.courier.sent.length = 0;
});
afterEach(() => Promise.all(here.browser.contexts().map((context) => context.close())));

const setStage = (options: FixtureOptions = {}) =>
  createFixture(here.ports, {
    ...options,
    resource: {
      name: 'Harbour & Co.',
      enrolment: { kinds: ['totp'], required: true, unlockByMail: true },
      allowedOrigins: [here.host.origin],
      ...options.resource,
    },
    user: { email: 'alice@shop.example', ...options.user },
  });

const EVENTS = `window.heard = [];
for (const name of ['change', 'used', 'success'])
  document.addEventListener('countersign:' + name, ({ detail }) => heard.push([name, detail]));
`;

async function openWidget(
  scene: Fixture,
  options: Record<string, unknown> = {},
  browser: BrowserContextOptions = {},
): Promise<{ page: Page; widget: WidgetView<FrameLocator>; begun: unknown[] }> {
  const mount = JSON.stringify({ resource: scene.resource.id, nonce: NONCE, ...options });
  const context = await newContext(here.browser, { acceptDownloads: true, ...browser });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const started: unknown[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/widget/v1/flows')) started.push(request.postDataJSON());
  });
  const script = `${EVENTS}Countersign.mount('#here', ${mount});`;
  await page.goto(here.host.put(hostPage(here.url, '<h1>Harbour & Co.</h1><div id="here"></div>', script)));
  return { page, widget: widgetIn(page.frameLocator('iframe')), begun: started };
}

async function toEnrol(widget: WidgetView<FrameLocator>): Promise<void> {
  await widget.identify('alice');
  await widget.givePassword(PASSWORD);
  await widget.frame.getByRole('heading', { name: 'Set up your authenticator app' }).waitFor();
}

/** The key on the screen, which can be typed into an app. */
async function readKey(place: FrameLocator | Page) {
  const secret = (await place.locator('.key').textContent())?.replaceAll(' ', '') ?? '';
  return totpApp({ step: 'enrol', enrol: { kind: 'totp', secret } } as Parameters<typeof totpApp>[0]);
}

const heardBy = (page: Page) => page.evaluate(() => (window as unknown as { heard: [string, unknown][] }).heard);

describe('at the first sign-in', () => {
  test('a user sets up an app and saves the recovery codes, by keyboard', async () => {
    const scene = await setStage();
    const { page, widget } = await openWidget(scene);
    await toEnrol(widget);
    const app = await readKey(widget.frame);
    await widget.frame.getByLabel('Code from the app').focus();
    await page.keyboard.type(app.code(here.ports.clock.now()));
    await page.keyboard.press('Enter');
    const heading = widget.frame.getByRole('heading', { name: 'Save your recovery codes' });
    await heading.waitFor();
    await expect(heading).toBeFocused();
    await expect(widget.frame.getByRole('listitem')).toHaveCount(10);

    // Only after the user confirms.
    await widget.button('Continue').click();
    await expect(widget.alert).toContainText('Tick this when you have saved them');
    await expect(widget.frame.getByRole('checkbox')).toBeFocused();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await widget.frame.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await expect.poll(async () => (await heardBy(page)).map(([name]) => name).slice(-2)).toEqual(['used', 'success']);
    expect((await heardBy(page)).at(-2)).toEqual(['used', { factor: 'code' }]);
  });

  test('the codes can be copied, downloaded and printed', async () => {
    const { page, widget } = await openWidget(await setStage());
    await toEnrol(widget);
    const app = await readKey(widget.frame);
    await widget.frame.getByLabel('Code from the app').fill(app.code(here.ports.clock.now()));
    await widget.button('Confirm').click();
    await widget.button('Copy').click();
    await widget.button('Copied').waitFor();
    const codes = await widget.frame.getByRole('listitem').allTextContents();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'));

    const [download] = await Promise.all([page.waitForEvent('download'), widget.button('Download').click()]);
    expect(download.suggestedFilename()).toBe('recovery-codes.txt');
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toContain('Recovery codes for Harbour & Co.');
    for (const code of codes) expect(text).toContain(code);

    const frame = page.frames().at(-1);
    await frame?.evaluate(() => {
      window.addEventListener('beforeprint', () => document.documentElement.setAttribute('data-printed', ''));
    });
    await widget.button('Print').click();
    await expect.poll(() => frame?.evaluate(() => 'printed' in document.documentElement.dataset)).toBe(true);
  });

  test('a reloaded phone shows the same key', async () => {
    const { page, widget } = await openWidget(await setStage());
    await toEnrol(widget);
    const key = (await widget.frame.locator('.key').textContent()) ?? '';
    await page.reload();
    await widget.frame.getByRole('heading', { name: 'Set up your authenticator app' }).waitFor();
    await expect(widget.frame.locator('.key')).toHaveText(key);
  });

  test('the QR code contains the key, and is drawn of shapes', async () => {
    const { widget } = await openWidget(await setStage());
    await toEnrol(widget);
    const qr = widget.frame.getByRole('img', { name: 'QR code with the key of your new token' });
    expect(await qr.evaluate((element) => element.tagName)).toBe('svg');
    await widget.main.getByText('No camera?').click();
    const uri = await widget.frame.getByRole('link', { name: 'Open in an app on this device' }).getAttribute('href');
    const key = (await widget.frame.locator('.key').textContent())?.replaceAll(' ', '');
    expect(uri).toBe(
      `otpauth://totp/Harbour%20%26%20Co.:alice?secret=${key}&issuer=Harbour%20%26%20Co.&algorithm=SHA1&digits=6&period=30`,
    );
  });

  test('a wrong code is reported and keeps everything; so is one of another time step', async () => {
    const { widget } = await openWidget(await setStage());
    await toEnrol(widget);
    const app = await readKey(widget.frame);
    const field = widget.frame.getByLabel('Code from the app');
    await field.fill(app.code(here.ports.clock.now() - 90_000));
    await widget.button('Confirm').click();
    await expect(widget.alert).toContainText('Your device’s clock is wrong.');
    await expect(field).toBeFocused();
    await field.fill(app.code(here.ports.clock.now()));
    await widget.button('Confirm').click();
    await widget.frame.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
  });

  test('optional enrolment can be postponed', async () => {
    const until = here.ports.clock.now() + 7 * 86_400_000;
    const enrolment = { kinds: ['totp' as const], required: true, postponableUntil: until };
    const { widget } = await openWidget(await setStage({ resource: { enrolment } }));
    await toEnrol(widget);
    await widget.main.getByText('You can put this off until').waitFor();
    await widget.button('Later').click();
    await widget.frame.getByRole('heading', { name: 'You are signed in' }).waitFor();
  });
});

test.each([
  ['light', 'en', 320],
  ['dark', 'de', 320],
  ['contrast', 'ar', 400],
] as const)('in %s and %s at %i px there are no violations in any step', async (theme, locale, width) => {
  const scene = await setStage();
  const { page, widget } = await openWidget(scene, { theme, locale }, { viewport: { width, height: 800 } });
  await widget.frame.locator('#identify').fill('alice');
  await widget.frame.locator('.primary').click();
  await widget.frame.locator('#password').fill(PASSWORD);
  await widget.frame.locator('.primary').click();
  await widget.frame.locator('.qr').waitFor();
  await widget.frame.locator('summary').click();
  await expectAccessible(page);
  await expectNoScrolling(page);
  const app = await readKey(widget.frame);
  await widget.frame.locator('#enrol').fill(app.code(here.ports.clock.now()));
  await widget.frame.locator('.primary').click();
  await widget.frame.locator('.code-list').waitFor();
  await widget.frame.locator('.primary').click();
  await widget.frame.locator('.error').waitFor();
  await expectAccessible(page);
  await expectNoScrolling(page);
});

describe('at the page’s request', () => {
  test('a user with a token sets up another after both factors', async () => {
    const scene = await setStage({ tokens: [{}] });
    const { page, widget } = await openWidget(scene, { purpose: 'enrol' });
    await widget.identify('alice');
    await widget.givePassword(PASSWORD);
    await widget.giveCode((await scene.tokens[0]?.code()) ?? '');
    const app = await readKey(widget.frame);
    await widget.frame.getByLabel('Code from the app').fill(app.code(here.ports.clock.now()));
    await widget.button('Confirm').click();
    await widget.frame.getByRole('checkbox').check();
    await widget.button('Continue').click();
    await expect.poll(async () => (await heardBy(page)).at(-1)?.[0]).toBe('success');
  });

  test('a preferred kind comes first', async () => {
    const scene = await setStage({ tokens: [{}] });
    const { widget, begun } = await openWidget(scene, { prefer: 'webauthn' });
    await widget.login.waitFor();
    expect(begun).toMatchObject([{ prefer: 'webauthn' }]);
  });
});

// SR-40
describe('a mailed link', () => {
  const send = ({ account, resource, user }: Fixture) =>
    sendEnrolmentLink(here.ports, operatorContext(account), user.id, { resource: resource.id, language: 'en' });

  test('leads through the password to a token, and survives a reload', async () => {
    const scene = await setStage({ tokens: [{ state: 'locked' }] });
    unwrap(await send(scene));
    const page = await (await newContext(here.browser)).newPage();
    await page.goto(here.mailedLink());
    const own = widgetIn(page);
    await own.givePassword(PASSWORD);
    await page.getByRole('heading', { name: 'Set up your authenticator app' }).waitFor();
    await expectAccessible(page);
    const key = (await page.locator('.key').textContent()) ?? '';
    await page.reload();
    await page.getByRole('heading', { name: 'Set up your authenticator app' }).waitFor();
    await expect(page.locator('.key')).toHaveText(key);
    const app = await readKey(page);
    await page.getByLabel('Code from the app').fill(app.code(here.ports.clock.now()));
    await own.button('Confirm').click();
    await page.getByRole('checkbox').check();
    await own.button('Continue').click();
    await page.getByRole('heading', { name: 'You are all set' }).waitFor();
    await expect.poll(() => new URL(page.url()).hash).toBe('');
  });

  test('that was used, or is invalid, says so', async () => {
    const page = await (await newContext(here.browser)).newPage();
    await page.goto(`${here.url}/widget/v1/enrol#usr_00000000000.${'A'.repeat(32)}`);
    await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
    await expectAccessible(page);
  });
});

// SR-40
test('SR-40: a user unlocks their own token by a mailed link, which no address or history contains', async () => {
  const scene = await setStage({ tokens: [{}] });
  const { page, widget } = await openWidget(scene);
  await widget.identify('alice');
  await widget.givePassword(PASSWORD);
  for (let i = 0; i < 6; i++) {
    await widget.giveCode(await wrongCode(scene, i));
    await widget.frame.locator('.error, .unlock').first().waitFor();
  }
  await widget.button('Email me an unlock link').click();
  await widget.main.getByText('A link is on its way').waitFor();
  await expectAccessible(page);
  const mailed = here.mailedLink();
  const unlocking = await (await newContext(here.browser, { locale: 'en' })).newPage();
  await unlocking.goto(mailed);
  await unlocking.getByRole('button', { name: 'Unlock it' }).waitFor();
  await expect(unlocking).toHaveURL(`${here.url}/unlock`);
  const history = await unlocking.evaluate(() => navigation.entries().map(({ url }) => url));
  expect(history.join()).not.toContain(new URL(mailed).hash.slice(1));
  await unlocking.getByRole('button', { name: 'Unlock it' }).click();
  await unlocking.getByRole('heading', { name: 'Your token is unlocked' }).waitFor();
  expect((await scene.tokens[0]?.stored())?.lock).toBeUndefined();
});
