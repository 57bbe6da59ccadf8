import type { BrowserContextOptions, Frame, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { expect } from '../../e2e/harness/expect.ts';
import { createSecretBox } from '../../server/platform/secret-box/secret-box.ts';
import { checkSolution, MIN_GUESSES, newPuzzle, type PuzzleContext } from '../../server/proof-of-work/puzzle.ts';
import { seededRandom } from '../../server/testing/test-ports.ts';
import { LOGIN } from '../testing/fake-service.ts';
import { createWidgetFixture, eventsOf, frameOf, mountScript, type WidgetFixture } from '../testing/fixture.ts';
import { hostPage } from '../testing/host-page.ts';

const PUZZLES = { secrets: createSecretBox(new Uint8Array(32)), random: seededRandom('frame') };
const PUZZLE_OF: PuzzleContext = { purpose: 'name', resource: 'res_00000000001', address: '127.0.0.1' };

let stage: WidgetFixture;
beforeAll(async () => {
  stage = await createWidgetFixture();
});
afterEach(() => stage.service.reset());
afterAll(() => stage?.close());

/** In every frame: the nodes that its script adds to the card or removes, layout shifts, and violations. */
const OBSERVE = `
  window.shifts = []; window.violations = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
    .observe({ type: 'layout-shift', buffered: true });
  addEventListener('securitypolicyviolation', ({ violatedDirective }) => violations.push(violatedDirective));
  window.observeCard = () => {
    window.changes = [];
    const record = ({ addedNodes, removedNodes }) =>
      changes.push(...[...addedNodes, ...removedNodes].map(({ nodeName }) => nodeName));
    new MutationObserver((records) => records.forEach(record)).observe(document.querySelector('.card'),
      { subtree: true, childList: true });
    window.field = document.querySelector('#identify');
  };`;

/** Opens a page whose frame gets no script until `release`. */
async function openHeld(options = '', browser: BrowserContextOptions = {}) {
  const page = await stage.open('about:blank', browser);
  await page.context().addInitScript(OBSERVE);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/assets/frame-*.js', (route) => held.then(() => route.continue()));
  await page.goto(stage.widgetPage(options), { waitUntil: 'commit' });
  await page.locator('iframe').waitFor({ state: 'visible' });
  const element = await page.locator('iframe').elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('No frame.');
  return { page, frame, release };
}

/** Waits until Preact holds the page, by its own mark. */
const isTakenOver = (frame: Frame) => frame.waitForFunction(() => '__k' in document.body);
const begins = () => stage.service.asked.filter(({ path }) => path === 'flows');
const names = () => stage.service.asked.filter(({ path }) => path === 'flow/identify').map(({ body }) => body.login);

describe('before the script', () => {
  test('the form can be seen and typed into, and the script keeps text, selection and focus', async () => {
    const { page, frame, release } = await openHeld();
    await expect(frame.locator('h1')).toHaveText('Sign in');
    await frame.locator('#identify').click();
    await page.keyboard.type(LOGIN);
    await frame.locator('#identify').evaluate((field: HTMLInputElement) => field.setSelectionRange(1, 3));
    await frame.evaluate('observeCard()');
    expect(begins()).toEqual([]);
    release();
    await isTakenOver(frame);
    const kept = await frame.evaluate(() => {
      const { field } = window as unknown as { field: HTMLInputElement };
      return [
        document.activeElement === field,
        field.isConnected,
        field.value,
        field.selectionStart,
        field.selectionEnd,
      ];
    });
    expect(kept).toEqual([true, true, LOGIN, 1, 3]);
    await frame.locator('.primary').click();
    await frame.locator('#password').waitFor();
    expect(await eventsOf(page)).toEqual(['change', 'ready', 'change']);
  });

  test('a name that is sent early is sent once, when the script and the flow are there', async () => {
    const { page, frame, release } = await openHeld();
    await frame.locator('#identify').click();
    await page.keyboard.type(LOGIN);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await frame.locator('.primary').click();
    expect(stage.service.asked).toEqual([]);
    release();
    await frame.locator('#password').waitFor();
    expect(names()).toEqual([LOGIN]);
    // The user navigated by keyboard, so the next field has the focus.
    expect(await frame.evaluate(() => document.activeElement?.id)).toBe('password');
  });

  test('nothing leaves the frame, whatever the user presses', async () => {
    // SR-26: a form without a script is a GET, whose fields end up in addresses and logs.
    const { page, frame } = await openHeld();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const address = frame.url();
    await frame.locator('#identify').click();
    await page.keyboard.type(LOGIN);
    await page.keyboard.press('Enter');
    await frame.locator('.primary').click();
    // Also without the document's own script, the policy stops the form.
    await frame.evaluate(() => {
      window.onsubmit = null;
      document.forms[0]?.submit();
    });
    await frame.waitForFunction(() => (window as unknown as { violations: string[] }).violations.length > 0);
    expect(await frame.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([
      'form-action',
    ]);
    expect(frame.url()).toBe(address);
    expect(requests).toEqual([]);
    await expect(frame.locator('input[type=password]')).toHaveCount(0);
  });
});

describe('the script draws the same screen', () => {
  test.each([
    ['in English', '', {}],
    ['in German, with a close button', "locale: 'de-AT', closable: true,", {}],
    ['in Arabic', "locale: 'ar',", {}],
    ['in Ukrainian, for a test resource', "locale: 'uk',", { isTest: true }],
    ['in a language that the widget lacks', "locale: 'xx',", {}],
    ['with a passkey', '', { hasPasskey: true }],
    ['with a passkey, in German', "locale: 'de',", { hasPasskey: true }],
    ['with a long name', '', { name: 'Harbour & Co. '.repeat(12) }],
  ])('%s, without a layout shift', async (_, options, { name, ...facts }: Record<string, unknown>) => {
    stage.service.facts = facts;
    if (typeof name === 'string') stage.service.resourceName = name;
    const { page, frame, release } = await openHeld(options, { viewport: { width: 360, height: 740 } });
    const state = async () => ({
      // Preact writes some attributes again, in another order and form.
      markup: (await frame.locator('.card').innerHTML())
        .replace('novalidate="true"', 'novalidate=""')
        .match(/[^\s<>]+(?:="[^"]*")?/g)
        ?.sort(),
      lang: await frame.locator('html').getAttribute('lang'),
      direction: await frame.locator('.card').evaluate((card) => getComputedStyle(card).direction),
      box: await page.locator('iframe').boundingBox(),
    });
    const before = await state();
    await frame.evaluate('observeCard()');
    release();
    await isTakenOver(frame);
    await expect.poll(() => begins()).toHaveLength(1);
    await frame.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await state()).toEqual(before);
    expect(await frame.evaluate(() => (window as unknown as { changes: string[] }).changes)).toEqual([]);
    for (const place of [page, frame])
      expect(await place.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([]);
  });

  test.each([
    ['light', '', 'rgb(255, 255, 255)', 'rgb(20, 23, 31)'],
    ['dark', '', 'rgb(20, 22, 27)', 'rgb(238, 240, 245)'],
    ['dark', "theme: 'light',", 'rgb(255, 255, 255)', 'rgb(20, 23, 31)'],
    ['light', "theme: 'dark',", 'rgb(20, 22, 27)', 'rgb(238, 240, 245)'],
    ['dark', "theme: 'contrast',", 'rgb(0, 0, 0)', 'rgb(255, 255, 255)'],
    ['dark', "variables: { background: '#fdf6e3', text: '#073642' },", 'rgb(253, 246, 227)', 'rgb(7, 54, 66)'],
  ] as const)('in the same colours: a %s system, %s', async (colorScheme, options, background, text) => {
    const { frame, release } = await openHeld(options, { colorScheme });
    const colours = () =>
      frame.locator('.card').evaluate((card) => {
        const button = card.querySelector('.primary') ?? card;
        return [card, button].flatMap((one) => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]);
      });
    const before = await colours();
    expect(before.slice(0, 2)).toEqual([background, text]);
    release();
    await isTakenOver(frame);
    expect(await colours()).toEqual(before);
    // The document has the look already.
    expect(
      await frame.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name)),
    ).not.toContainEqual(expect.stringContaining('appearance'));
  });

  test('follows the system when its colours change, with an accent of the site', async () => {
    const { page, frame, release } = await openHeld("variables: { accent: '#1f2a6f' },", { colorScheme: 'light' });
    const mark = () =>
      frame.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--mark').trim());
    expect(await mark()).toBe('#1f2a6f');
    release();
    await isTakenOver(frame);
    await page.emulateMedia({ colorScheme: 'dark' });
    // Hardly visible on the dark card.
    expect(await mark()).toBe('#eef0f5');
    expect(await frame.locator('.card').evaluate((card) => getComputedStyle(card).backgroundColor)).toBe(
      'rgb(20, 22, 27)',
    );
  });
});

describe('a first step that the document cannot know', () => {
  test('with a login request is not guessed', async () => {
    const { frame, release } = await openHeld("loginRequest: 'login-request-secret',");
    await expect(frame.locator('.loading')).toHaveCount(1);
    await expect(frame.locator('input')).toHaveCount(0);
    release();
    await frame.locator('#otp').waitFor();
  });

  test('of a sign-in that resumes is hidden', async () => {
    const page: Page = await stage.openWidget();
    const frame = await frameOf(page);
    await frame.locator('#identify').fill(LOGIN);
    await frame.locator('.primary').click();
    await frame.locator('#password').waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/assets/frame-*.js', (route) => held.then(() => route.continue()));
    await page.reload({ waitUntil: 'commit' });
    await page.locator('iframe').waitFor({ state: 'visible' });
    const again = page.frameLocator('iframe');
    await again.locator('.card').waitFor();
    await expect(again.locator('form')).toBeHidden();
    release();
    await again.locator('#password').waitFor();
    expect(begins()).toHaveLength(1);
  });

  test('is replaced by the refusal of a sign-in that is off, and the typed name is not sent', async () => {
    stage.service.intercept = ({ path }) => (path === 'flows' ? { refuse: 'RESOURCE_DISABLED' } : undefined);
    const { page, frame, release } = await openHeld();
    await frame.locator('#identify').click();
    await page.keyboard.type(LOGIN);
    await page.keyboard.press('Enter');
    release();
    await frame.locator('h1', { hasText: 'Sign-in is not possible' }).waitFor();
    expect(names()).toEqual([]);
  });
});

test('a frame whose load event overtakes its knock is connected once, and again after a reload', async () => {
  // Both are tasks of the page around, from different queues.
  const overtake = `addEventListener('message', (event) => {
    if (!event.isTrusted || event.data?.type !== 'knock') return;
    event.stopImmediatePropagation();
    const replay = () => dispatchEvent(new MessageEvent('message', event));
    document.querySelector('#here iframe').addEventListener('load', replay, { once: true });
  });`;
  const page = await stage.open(
    stage.host.put(hostPage(stage.service.url, '<div id="here"></div>', overtake + mountScript())),
  );
  await expect.poll(() => eventsOf(page)).toEqual(['change', 'ready']);
  await (await frameOf(page)).evaluate(() => location.reload());
  await expect.poll(() => eventsOf(page)).toEqual(['change', 'ready', 'change', 'ready']);
  await (await frameOf(page)).locator('#identify').fill(LOGIN);
});

test('a frame whose address has no look gets it from the loader', async () => {
  const page = await stage.open('about:blank');
  await page.route('**/widget/v1/frame?*', (route) =>
    route.continue({
      url: route
        .request()
        .url()
        .replace(/&look=.*/, ''),
    }),
  );
  await page.goto(stage.widgetPage("theme: 'dark',"));
  const frame = await frameOf(page);
  expect(await frame.locator('.card').evaluate((card) => getComputedStyle(card).backgroundColor)).toBe(
    'rgb(20, 22, 27)',
  );
  await frame.locator('#identify').fill(LOGIN);
  await frame.locator('.primary').click();
  await frame.locator('#password').waitFor();
});

test('respects reduced motion and forced colours', async () => {
  const page = await stage.openWidget('', { reducedMotion: 'reduce', forcedColors: 'active' });
  const frame = await frameOf(page);
  expect(await frame.locator('form').evaluate((form) => getComputedStyle(form).animationName)).toBe('none');
  const border = await frame.locator('.primary').evaluate((button) => getComputedStyle(button).borderTopColor);
  expect(border).not.toBe('rgba(0, 0, 0, 0)');
});

test('does not start a sign-in when opened by itself', async () => {
  const address = `${stage.service.url}/widget/v1/frame?resource=res_01k8dq9z2mp&origin=${stage.host.origin}`;
  const page = await stage.open(address);
  await expect(page.getByRole('main')).toContainText('works only on the site');
  await expect(page.locator('input')).toHaveCount(0);
});

// Under attack: the work is the browser's, so the user and a screen reader meet nothing new.
test('solves a puzzle by itself, in a part that it loads only then', async () => {
  const page = await stage.openWidget();
  const frame = await frameOf(page);
  const loaded: string[] = [];
  page.on('request', (request) => void loaded.push(new URL(request.url()).pathname));
  const puzzle = await newPuzzle(PUZZLES, PUZZLE_OF, MIN_GUESSES, Date.now());
  stage.service.intercept = ({ path, solution }) =>
    path === 'flow/identify' && solution === undefined ? { refuse: 'PUZZLE_NEEDED', puzzle } : undefined;
  await frame.locator('#identify').fill(LOGIN);
  await frame.locator('.primary').click();
  await frame.locator('#password').waitFor();
  const named = stage.service.asked.filter(({ path }) => path === 'flow/identify');
  expect(named.map(({ body }) => body)).toEqual([named[0]?.body, named[0]?.body]);
  expect(checkSolution(PUZZLES, PUZZLE_OF, named[1]?.solution ?? '', Date.now())).toBeDefined();
  expect(loaded.filter((path) => path.includes('/assets/solve-'))).toHaveLength(1);
});
