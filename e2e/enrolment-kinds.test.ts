import { mkdir } from 'node:fs/promises';
import { ENROLMENT_KINDS } from '@countersign/protocol/tokens';
import type { BrowserContextOptions, FrameLocator, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { sendEnrolmentLink } from '../server/sign-in/enrolment/send-enrolment-link.ts';
import { operatorContext } from '../server/testing/as-operator.ts';
import { anotherCode, freshAddress } from '../server/testing/devices/sent-device.ts';
import {
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  PASSWORD,
  read,
  unwrap,
} from '../server/testing/fixtures.ts';
import { tokenDocument, tokenIndexes } from '../server/tokens/documents.ts';
import type { Token } from '../server/tokens/token.ts';
import { hostPage } from '../widget/testing/host-page.ts';
import { newContext } from './harness/browser.ts';
import { expect } from './harness/expect.ts';
import {
  expectAccessible,
  expectNoScrolling,
  type InProcessService,
  startInProcessService,
} from './harness/in-process-service.ts';
import { attachAuthenticator } from './harness/passkeys.ts';
import { type WidgetView, widgetIn } from './harness/widget-view.ts';

let here: InProcessService;
beforeAll(async () => {
  here = await startInProcessService('enrolment-kinds-e2e');
});
afterAll(() => here?.close());
beforeEach(() => {
  here.ports.codes.channels = ['sms', 'email'];
  here.ports.codes.down = false;
});
afterEach(() => Promise.all(here.browser.contexts().map((context) => context.close())));

/** A page that forbids its frames to create passkeys. */
const FORBIDS = { 'permissions-policy': 'publickey-credentials-create=()' };
const NOTHING = 'No passkey was created';
const CREATE = 'Create a passkey';
const TITLES = {
  choice: 'Protect your sign-in',
  passkey: 'Set up a passkey',
  sms: 'Set up codes by text message',
  email: 'Set up codes by email',
  app: 'Set up your authenticator app',
  codes: 'Save your recovery codes',
  done: 'You are signed in',
};

/** A user with a password, an email address, and no token. */
const setStage = ({ resource, user, ...options }: FixtureOptions = {}) =>
  createFixture(here.ports, {
    ...options,
    resource: {
      name: 'Harbour & Co.',
      enrolment: { kinds: [...ENROLMENT_KINDS], required: true },
      tokenKinds: ['webauthn', 'totp', 'sms', 'email', 'recovery'],
      allowedOrigins: [here.host.origin],
      ...resource,
    },
    user: { email: freshAddress('email'), ...user },
  });

interface Opened {
  page: Page;
  widget: WidgetView<FrameLocator>;
}

async function openWidget(
  scene: Fixture,
  options: Record<string, unknown> = {},
  { headers = {}, ...browser }: BrowserContextOptions & { headers?: Record<string, string> } = {},
): Promise<Opened> {
  const mount = JSON.stringify({ resource: scene.resource.id, nonce: NONCE, ...options });
  const page = await (await newContext(here.browser, browser)).newPage();
  const script = `Countersign.mount('#here', ${mount});`;
  const html = hostPage(here.url, '<h1>Harbour & Co.</h1><div id="here"></div>', script, options.theme === 'dark');
  await page.goto(here.host.put(html, headers));
  return { page, widget: widgetIn(page.frameLocator('iframe')) };
}

async function toEnrol(scene: Fixture, ...opening: [Record<string, unknown>?, Parameters<typeof openWidget>[2]?]) {
  const opened = await openWidget(scene, ...opening);
  const { frame } = opened.widget;
  await frame.locator('#identify').fill('alice');
  await frame.locator('.primary').click();
  await frame.locator('#password').fill(PASSWORD);
  await frame.locator('.primary').click();
  await frame.locator('form.enrol').waitFor();
  return opened;
}

const titleOf = ({ heading }: WidgetView) => expect.poll(() => heading.textContent());
const tokensOf = async ({ account, user }: Fixture): Promise<Token[]> => {
  const entries = await here.ports.store.range(tokenIndexes.ofOwner(account, user.id), { limit: 20 });
  return Promise.all(entries.map(({ id }) => read(here.ports, tokenDocument.key(id as Token['id']))));
};
const kindsOf = async (scene: Fixture) => (await tokensOf(scene)).map(({ factor }) => factor.kind).sort();

/** From the recovery codes to the end. */
async function keepCodes({ frame, ...widget }: WidgetView<FrameLocator>): Promise<void> {
  await titleOf({ frame, ...widget }).toBe(TITLES.codes);
  await frame.getByRole('checkbox').check();
  await widget.button('Continue').click();
  await titleOf({ frame, ...widget }).toBe(TITLES.done);
}

describe('the choice', () => {
  test('comes first, by keyboard, and another method leads back to it', async () => {
    const scene = await setStage();
    const { page, widget } = await toEnrol(scene);
    await titleOf(widget).toBe(TITLES.choice);
    const ways = widget.frame.getByRole('listitem').getByRole('button');
    await expect(ways).toContainText([
      'Passkey or security keyRecommended',
      'Authenticator app',
      'Code by email',
      'Code by text message',
    ]);
    await expect.poll(() => widget.heading.evaluate((one) => one === document.activeElement)).toBe(true);
    for (let at = 0; at < 2; at++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await titleOf(widget).toBe(TITLES.app);
    await widget.button('Another way').click();
    await titleOf(widget).toBe(TITLES.choice);
    await ways.nth(2).click();
    await titleOf(widget).toBe(TITLES.email);
    // A reloaded phone continues where it was.
    await page.reload();
    await titleOf(widget).toBe(TITLES.email);
  });

  test('without any of the required methods, it says so and refuses', async () => {
    here.ports.codes.channels = [];
    const scene = await setStage({ resource: { enrolment: { kinds: ['sms'], required: true } } });
    const { page, widget } = await toEnrol(scene);
    await titleOf(widget).toBe('There is nothing to set up here');
    await expect(widget.frame.locator('form').getByRole('button')).toHaveCount(0);
    await expectAccessible(page);
  });
});

/** The error of a browser when the user cancels. */
function refuseOnce(): void {
  const { create } = navigator.credentials;
  navigator.credentials.create = () => {
    navigator.credentials.create = create;
    return Promise.reject(new DOMException('no', 'NotAllowedError'));
  };
}

describe('a passkey', () => {
  const onlyPasskeys: FixtureOptions = { resource: { enrolment: { kinds: ['webauthn'], required: true } } };

  test('is created in the frame, and signs the user in from then on', async () => {
    const scene = await setStage(onlyPasskeys);
    const { page, widget } = await toEnrol(scene);
    await attachAuthenticator(page, []);
    const sent = page.waitForRequest(/\/flow\/enrol\/passkey$/);
    await widget.button(CREATE).click();
    const { response } = (await sent).postDataJSON() as { response: { response: { clientDataJSON: string } } };
    const clientData = JSON.parse(Buffer.from(response.response.clientDataJSON, 'base64url').toString());
    expect(clientData).toMatchObject({
      type: 'webauthn.create',
      origin: here.url,
      crossOrigin: true,
      topOrigin: here.host.origin,
    });
    await keepCodes(widget);
    expect(await kindsOf(scene)).toEqual(['recovery', 'webauthn']);

    await page.reload();
    await widget.identify('alice');
    await widget.givePassword(PASSWORD);
    await titleOf(widget).toBe('Use your passkey');
    await widget.button('Continue').click();
    await titleOf(widget).toBe(TITLES.done);
  });

  test('works with a plain security key', async () => {
    const scene = await setStage(onlyPasskeys);
    const { page, widget } = await toEnrol(scene);
    await attachAuthenticator(page, [], { verifies: false, discoverable: false });
    await widget.button(CREATE).click();
    await keepCodes(widget);
    expect((await tokensOf(scene)).map(({ factor }) => factor)).toContainEqual(
      expect.objectContaining({ kind: 'webauthn', discoverable: false }),
    );
  });

  test('without confirmation is not created; the user can try again', async () => {
    const scene = await setStage(onlyPasskeys);
    const { page, widget } = await toEnrol(scene);
    await page.frames().at(-1)?.evaluate(refuseOnce);
    await widget.button(CREATE).click();
    await expect(widget.alert).toContainText(NOTHING);
    await expectAccessible(page);
    await attachAuthenticator(page, []);
    await widget.button(CREATE).click();
    await titleOf(widget).toBe(TITLES.codes);
  });

  test('is created in a window of the service if the page forbids it in the frame', async () => {
    const scene = await setStage(onlyPasskeys);
    const { page, widget } = await toEnrol(scene, {}, { headers: FORBIDS });
    // As browsers do that require a click in the window itself.
    await page.context().addInitScript(refuseOnce);
    const opening = page.context().waitForEvent('page');
    await widget.button(CREATE).click();
    const opened = await opening;
    await opened.getByRole('heading', { name: TITLES.passkey }).waitFor();
    await expect(opened.getByRole('alert')).toContainText(NOTHING);
    await expectAccessible(opened);
    if (SHOTS) await opened.screenshot({ path: `${SHOTS}/passkey-window.png` });
    await attachAuthenticator(opened, []);
    await opened.getByRole('button', { name: CREATE }).click();
    await keepCodes(widget);
    expect(await kindsOf(scene)).toEqual(['recovery', 'webauthn']);
    await expect.poll(() => opened.isClosed()).toBe(true);
  });

  test('in a closed window counts as cancelled', async () => {
    const { page, widget } = await toEnrol(await setStage(onlyPasskeys), {}, { headers: FORBIDS });
    const opening = page.context().waitForEvent('page');
    await widget.button(CREATE).click();
    await (await opening).close();
    await expect(widget.alert).toContainText(NOTHING);
  });

  test('on the page of a mailed link, without a frame', async () => {
    const scene = await setStage(onlyPasskeys);
    unwrap(
      await sendEnrolmentLink(here.ports, operatorContext(scene.account), scene.user.id, {
        resource: scene.resource.id,
        language: 'en',
      }),
    );
    const page = await (await newContext(here.browser)).newPage();
    await page.goto(here.mailedLink());
    const own = widgetIn(page);
    await own.givePassword(PASSWORD);
    await page.getByRole('heading', { name: TITLES.passkey }).waitFor();
    await attachAuthenticator(page, []);
    await own.button(CREATE).click();
    await page.getByRole('checkbox').check();
    await own.button('Continue').click();
    await page.getByRole('heading', { name: 'You are all set' }).waitFor();
    // A user may have another authenticator: none is the only one.
    const next = 'You can close this page. The next time you sign in, you can use what you have set up.';
    await expect(page.getByRole('main')).toContainText(next);
    expect(await kindsOf(scene)).toEqual(['recovery', 'webauthn']);
  });
});

describe('delivered codes', () => {
  test('by SMS: a typo is reported, another number can be entered, the right code finishes', async () => {
    const scene = await setStage();
    const { widget } = await toEnrol(scene);
    await widget.button(/^Code by text message/).click();
    await titleOf(widget).toBe(TITLES.sms);
    const field = widget.frame.getByLabel('Phone number');
    await field.fill('0151 1234567');
    await widget.button('Send the code').click();
    await expect(widget.alert).toContainText('Enter the number with the country code');
    const [wrong, phone] = [freshAddress('sms'), freshAddress('sms')];
    await field.fill(wrong);
    await widget.button('Send the code').click();
    await expect.poll(() => widget.code.evaluate((one) => one === document.activeElement)).toBe(true);
    await widget.button('Use another number').click();
    await field.fill(phone.replace('+49', '0049 ').replace(/(\d{3})$/, '-$1'));
    await widget.button('Send the code').click();
    await widget.main
      .getByText(`We sent a code to •••${phone.slice(-2)}.`)
      .first()
      .waitFor();
    const { code, origin } = here.ports.codes.last(phone);
    expect(origin).toBe(here.host.origin);
    await widget.giveCode(anotherCode(code));
    await expect(widget.alert).toContainText('That code is not right');
    await widget.giveCode(code);
    await keepCodes(widget);
    expect((await tokensOf(scene)).map(({ factor }) => factor)).toContainEqual({ kind: 'sms', to: phone });
  });

  test('by SMS to the number on record, which is masked and cannot be changed', async () => {
    const phone = freshAddress('sms');
    const scene = await setStage({ user: { phone } });
    const { widget } = await toEnrol(scene);
    await widget.button(/^Code by text message/).click();
    await widget.main.getByText(`A code will go to •••${phone.slice(-2)}.`).waitFor();
    await expect(widget.frame.getByLabel('Phone number')).toHaveCount(0);
    await widget.button('Send the code').click();
    await widget.code.waitFor();
    await expect(widget.button('Use another number')).toHaveCount(0);
    await widget.giveCode(here.ports.codes.last(phone).code);
    await keepCodes(widget);
  });

  test('by email, after a failed delivery', async () => {
    const scene = await setStage();
    const { widget } = await toEnrol(scene);
    await widget.button(/^Code by email/).click();
    here.ports.codes.down = true;
    await widget.button('Send the code').click();
    await expect(widget.alert).toContainText('The code could not be sent');
    here.ports.codes.down = false;
    await widget.button('Send the code').click();
    await widget.code.waitFor();
    await widget.giveCode(here.ports.codes.last(scene.user.email ?? '').code);
    await keepCodes(widget);
    expect(await kindsOf(scene)).toEqual(['email', 'recovery']);
  });
});

const SHOTS = process.env.COUNTERSIGN_SHOTS;

test.each([
  ['light', 'en', 320],
  ['dark', 'de', 320],
  ['contrast', 'ar', 400],
  ['dark', 'en', 1000],
  ['light', 'ar', 390],
] as const)('in %s and %s at %i px there are no violations with any kind', async (theme, locale, width) => {
  const scene = await setStage({
    resource: { enrolment: { kinds: [...ENROLMENT_KINDS], required: true, postponableUntil: Date.UTC(2027, 5, 1) } },
  });
  const { page, widget } = await toEnrol(scene, { theme, locale }, { viewport: { width, height: 900 } });
  const look = async (name: string) => {
    await expectAccessible(page);
    await expectNoScrolling(page);
    if (!SHOTS) return;
    await mkdir(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}-${theme}-${locale}-${width}.png`, fullPage: true });
  };
  const kinds = widget.frame.locator('.kind');
  const back = widget.frame.locator('.later .link').first();
  await kinds.first().waitFor();
  await look('choice');
  for (const [at, name] of ['passkey', 'app', 'email', 'sms'].entries()) {
    await kinds.nth(at).click();
    await back.waitFor();
    await kinds.first().waitFor({ state: 'detached' });
    await look(name);
    if (name === 'sms') {
      await widget.frame.locator('#phone').fill('12');
      await widget.frame.locator('.primary').click();
      await widget.frame.locator('.error').waitFor();
      await look('sms-wrong');
      await widget.frame.locator('#phone').fill(freshAddress('sms'));
    }
    if (name === 'sms' || name === 'email') {
      await widget.frame.locator('.primary').click();
      await widget.frame.locator('#enrol').waitFor();
      await look(`${name}-sent`);
    }
    await back.click();
    await kinds.first().waitFor();
  }
});
