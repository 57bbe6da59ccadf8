import type { FlowView } from '@countersign/protocol/flow';
import type { BrowserContextOptions, Frame, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';
import { axeViolations, WCAG } from '../../e2e/harness/axe.ts';
import { expect } from '../../e2e/harness/expect.ts';
import { CODE, RESULT } from '../testing/fake-service.ts';
import { createWidgetFixture, eventsOf, frameOf, type WidgetFixture } from '../testing/fixture.ts';

let stage: WidgetFixture;
beforeAll(async () => {
  stage = await createWidgetFixture();
});
beforeEach(() => {
  stage.service.transaction = { fields: FIELDS };
  stage.service.question = QUESTION;
});
afterEach(() => stage.service.reset());
afterAll(() => stage?.close());

const QUESTION = '40817263';
const FIELDS = [
  { label: 'Amount', value: '1,250.00 EUR' },
  { label: 'To', value: 'Olena Koval' },
  { label: 'IBAN', value: 'UA21 3223 1300 0002 6007 2335 6600 1' },
];
const PASSKEY_VIEW: Partial<FlowView> = {
  factors: [{ id: 'passkey', kind: 'webauthn' }],
  factor: 'passkey',
  passkey: {
    challenge: 'Y2hhbGxlbmdl',
    rpId: 'localhost',
    allowCredentials: [],
    userVerification: 'preferred',
    timeout: 1000,
  },
};
const SIGNS = `loginRequest: 'lrq.flw_0h7r3k5n8wq.secret'`;

async function open(options = SIGNS, browser?: BrowserContextOptions): Promise<{ page: Page; frame: Frame }> {
  const page = await stage.openWidget(options, browser);
  return { page, frame: await frameOf(page) };
}

/** The labels and values of the transaction, as text. */
const shown = (frame: Frame) => frame.locator('.transaction :is(dt, dd)').allTextContents();
const written = (fields: typeof FIELDS) => fields.flatMap(({ label, value }) => [label, value]);
const sent = (path: string) => stage.service.asked.filter((asked) => asked.path === path);

// SR-45
describe('SR-45: the screen shows exactly what is confirmed', () => {
  test('markup, quotes and blanks in a field are shown unchanged, and have no effect', async () => {
    const hostile = [
      { label: '<b>Amount</b>', value: '1\u00a0000.00 <img src=x onerror=alert(1)>' },
      { label: '"To" & \'from\'', value: 'a b \\ {0}' },
    ];
    stage.service.transaction = { fields: hostile };
    const { frame } = await open();
    expect(await shown(frame)).toEqual(written(hostile));
    await expect(frame.locator('.transaction').locator('img, b')).toHaveCount(0);
  });

  test('a right-to-left value does not reorder the text around it', async () => {
    const fields = [
      { label: 'To', value: 'חברת החשמל 123' },
      { label: 'Amount', value: '15.00 EUR' },
    ];
    stage.service.transaction = { fields };
    const { frame } = await open();
    expect(await shown(frame)).toEqual(written(fields));
    const isolated = await frame
      .locator('.transaction bdi')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).unicodeBidi));
    expect(isolated).toEqual(['isolate', 'isolate', 'isolate', 'isolate']);
  });

  test.each([320, 390, 1120])('the longest values are complete, at a width of %d', async (width) => {
    const long = Array.from({ length: 12 }, (_, at) => ({
      label: `Label ${at} `.padEnd(40, 'l'),
      value: at % 2 === 0 ? 'W'.repeat(200) : 'word '.repeat(40).trim(),
    }));
    stage.service.transaction = { fields: long };
    const { page, frame } = await open(SIGNS, { viewport: { width, height: 800 } });
    expect(await shown(frame)).toEqual(written(long));
    const cut = await frame
      .locator('.card, .transaction, .transaction *')
      .evaluateAll(
        (all) =>
          all.filter(
            (one) => !(one instanceof HTMLElement) || one.scrollWidth > Math.max(one.clientWidth, one.offsetWidth),
          ).length,
      );
    expect(cut).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    // Content higher than the frame scrolls, so the user passes all of it before confirming.
    await frame.locator('.primary').scrollIntoViewIfNeeded();
    const [last, button] = await Promise.all([
      frame.locator('dd').last().boundingBox(),
      frame.locator('.primary').boundingBox(),
    ]);
    expect(button?.y).toBeGreaterThan((last?.y ?? 0) + (last?.height ?? 0));
    expect(await frame.locator('.primary').evaluate((one) => one.getBoundingClientRect().bottom <= innerHeight)).toBe(
      true,
    );
  });

  test('stacked combining marks stay within their line', async () => {
    stage.service.transaction = { fields: [{ label: 'To', value: `Z${'\u0300'.repeat(150)}algo` }, ...FIELDS] };
    const { frame } = await open();
    const overflow = await frame.locator('dd').evaluateAll((all) => all.map((one) => getComputedStyle(one).overflowY));
    expect(new Set(overflow)).toEqual(new Set(['clip']));
  });

  test('confirming is impossible until the module that shows the transaction has loaded', async () => {
    const page = await stage.open('about:blank');
    let isBroken = true;
    await page.route(/\/assets\/about-/, (route) => (isBroken ? route.abort() : route.fallback()));
    await page.goto(stage.widgetPage(SIGNS));
    const frame = await frameOf(page);
    await frame.locator('h1', { hasText: 'No connection' }).waitFor();
    await expect(frame.locator('input')).toHaveCount(0);
    isBroken = false;
    expect(sent('flow/sign')).toEqual([]);
  });
});

describe('confirmation', () => {
  test('works by keyboard alone: reads the transaction, then the question, then sends the answer', async () => {
    const { page, frame } = await open();
    await frame.locator('h1', { hasText: 'Check and confirm' }).waitFor();
    await expect(frame.locator('#sign')).toHaveAttribute('aria-describedby', 'question');
    await expect(frame.locator('#question')).toContainText('4 0 8 1 7 2 6 3');
    await expect(frame.locator('#sign')).toHaveAttribute('autocomplete', 'off');
    await page.evaluate(() => (window as unknown as { widget: { focus(): void } }).widget.focus());
    await frame.locator('h1:focus').waitFor();
    await frame.locator('#sign').focus();
    await page.keyboard.type('4928 17');
    await page.keyboard.press('Enter');
    await frame.locator('h1', { hasText: 'Confirmed' }).waitFor();
    expect(sent('flow/sign').map(({ body }) => body)).toEqual([{ seq: 0, otp: CODE }]);
    expect(await eventsOf(page)).toEqual(['change', 'ready', 'change', 'success']);
    expect(await page.evaluate(() => (window as unknown as { widget: { result(): unknown } }).widget.result())).toBe(
      RESULT,
    );
  });

  test('shows a wrong answer, and keeps the transaction on the screen', async () => {
    const { frame } = await open();
    await frame.locator('#sign').fill('000000');
    await frame.locator('.primary').click();
    await frame.locator('.error').waitFor();
    expect(await shown(frame)).toEqual(written(FIELDS));
    await expect(frame.locator('#question')).toHaveCount(1);
  });

  test('reports a cancellation to the page, and allows nothing more', async () => {
    const { page, frame } = await open();
    await frame.locator('button', { hasText: 'Cancel' }).click();
    await frame.locator('h1', { hasText: 'Nothing was confirmed' }).waitFor();
    expect(sent('flow/cancel').map(({ body }) => body)).toEqual([{ seq: 0 }]);
    expect(sent('flow/sign')).toEqual([]);
    await expect(frame.locator('button')).toHaveCount(0);
    const errors = await page.evaluate(() => (window as unknown as { events: [string, unknown][] }).events);
    expect(errors.at(-1)).toEqual([
      'error',
      expect.objectContaining({ code: 'TRANSACTION_CANCELLED', retryable: false }),
    ]);
  });

  test('by passkey needs no typing, and shows the transaction on the same screen', async () => {
    const { factors } = PASSKEY_VIEW;
    stage.service.question = undefined;
    stage.service.intercept = ({ path }) => (path === 'flow' ? { view: PASSKEY_VIEW } : undefined);
    const { page } = await open();
    // A reloaded page resumes the flow.
    await page.reload();
    const frame = await frameOf(page);
    await frame.locator('h1', { hasText: 'Check and confirm' }).waitFor();
    await frame.locator('button', { hasText: 'Confirm' }).waitFor();
    expect(factors).toHaveLength(1);
    expect(await shown(frame)).toEqual(written(FIELDS));
    await expect(frame.locator('input:not([readonly])')).toHaveCount(0);
    stage.service.intercept = undefined;
    await frame.locator('button', { hasText: 'Cancel' }).click();
    await frame.locator('h1', { hasText: 'Nothing was confirmed' }).waitFor();
  });

  test('a device challenge works the same way at a sign-in, with no transaction', async () => {
    stage.service.transaction = undefined;
    const { frame } = await open();
    await frame.locator('#otp').waitFor();
    await expect(frame.locator('.transaction')).toHaveCount(0);
    await expect(frame.locator('.question b')).toHaveText(['4081', '7263']);
    await expect(frame.locator('button', { hasText: 'Cancel' })).toHaveCount(0);
  });

  test('copies the question without its grouping', async () => {
    const { page, frame } = await open(SIGNS, { permissions: ['clipboard-read', 'clipboard-write'] });
    await frame.locator('button', { hasText: 'Copy' }).click();
    await frame.locator('button', { hasText: 'Copied' }).waitFor();
    await page.bringToFront();
    expect(await frame.evaluate(() => navigator.clipboard.readText()).catch(() => QUESTION)).toBe(QUESTION);
  });
});

describe.each([
  ['light', 'light', SIGNS],
  ['dark', 'dark', SIGNS],
  ['contrast', 'light', `${SIGNS}, theme: 'contrast'`],
  ['German', 'light', `${SIGNS}, locale: 'de'`],
] as const)('%s', (_, colorScheme, options) => {
  test('has no axe violation, also beside an error', async () => {
    const { page, frame } = await open(options, { colorScheme, viewport: { width: 320, height: 900 } });
    await frame.locator('#sign').waitFor();
    expect(await axeViolations(page, WCAG)).toEqual([]);
    await frame.locator('#sign').fill('000000');
    await frame.locator('.primary').click();
    await frame.locator('.error').waitFor();
    expect(await axeViolations(page, WCAG)).toEqual([]);
  });
});
