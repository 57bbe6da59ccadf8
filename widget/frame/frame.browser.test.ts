import type { RefusalCode } from '@countersign/protocol/codes';
import type { BrowserContextOptions, Frame, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { axeViolations, WCAG } from '../../e2e/harness/axe.ts';
import { expect } from '../../e2e/harness/expect.ts';
import { CODE, LOGIN, PASSWORD, RESULT, type Reply } from '../testing/fake-service.ts';
import { createWidgetFixture, eventsOf, frameOf, type WidgetFixture } from '../testing/fixture.ts';

let stage: WidgetFixture;
beforeAll(async () => {
  stage = await createWidgetFixture();
});
afterEach(() => stage.service.reset());
afterAll(() => stage?.close());

async function open(options?: string, browser?: BrowserContextOptions): Promise<{ page: Page; frame: Frame }> {
  const page = await stage.openWidget(options, browser);
  return { page, frame: await frameOf(page) };
}

async function answer(frame: Frame, step: 'identify' | 'password' | 'otp', value: string): Promise<void> {
  await frame.locator(`#${step}`).fill(value);
  await frame.locator('.primary').click();
}

async function toOtp(frame: Frame): Promise<void> {
  await answer(frame, 'identify', LOGIN);
  await answer(frame, 'password', PASSWORD);
  await frame.locator('#otp').waitFor();
}

/** The requests that answered this step. */
const sent = (step: string) => stage.service.asked.filter(({ path }) => path === `flow/${step}`);
/** Replaces the first response to an answer of the step. */
const once = (step: string, reply: Reply) => {
  const left = [reply];
  stage.service.intercept = ({ path }) => {
    if (path !== `flow/${step}`) return undefined;
    return left.shift();
  };
};

describe('signing in', () => {
  test('works by keyboard alone: login, password, code', async () => {
    const { page, frame } = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.type(`  ${LOGIN} `);
    await page.keyboard.press('Enter');
    await frame.locator('#password').waitFor();
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await frame.locator('#otp').waitFor();
    await page.keyboard.type(CODE);
    await page.keyboard.press('Enter');
    await expect.poll(() => eventsOf(page)).toEqual(['change', 'ready', 'change', 'change', 'change', 'success']);
    expect(stage.service.asked.map(({ body }) => body).slice(1)).toEqual([
      { seq: 0, login: LOGIN },
      { seq: 1, password: PASSWORD },
      { seq: 2, otp: CODE },
    ]);
  });

  test('has fields for password managers, and takes no focus on arrival', async () => {
    const { page, frame } = await open();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await expect(frame.locator('#identify')).toHaveAttribute('autocomplete', 'username');
    const corrects = () => frame.locator('form .box input').getAttribute('autocorrect');
    expect(await corrects()).toBe('off');
    await answer(frame, 'identify', LOGIN);
    await expect(frame.locator('#password')).toHaveAttribute('autocomplete', 'current-password');
    expect(await corrects()).toBe('off');
    await expect(frame.locator('form [autocomplete=username]')).toHaveValue(LOGIN);
    await answer(frame, 'password', PASSWORD);
    const code = frame.locator('#otp');
    await expect(code).toHaveAttribute('autocomplete', 'one-time-code');
    await expect(code).toHaveAttribute('inputmode', 'numeric');
    await expect(code).not.toHaveAttribute('maxlength');
    const sizes = await frame.locator('input').evaluateAll((all) => all.map((one) => getComputedStyle(one).fontSize));
    expect(sizes.every((size) => Number.parseFloat(size) >= 16)).toBe(true);
  });

  test('sends a code pasted in groups as digits, and does not send an impossible code', async () => {
    const { frame } = await open();
    await toOtp(frame);
    await answer(frame, 'otp', '12 34');
    await frame.locator('.error').waitFor();
    await expect(frame.locator('#otp')).toHaveAttribute('aria-invalid', 'true');
    expect(sent('otp')).toHaveLength(0);
    await answer(frame, 'otp', ` ${CODE.slice(0, 3)}\u00a0${CODE.slice(3)}`);
    await frame.locator('h1', { hasText: 'You are signed in' }).waitFor();
    expect(sent('otp').map(({ body }) => body.otp)).toEqual([CODE]);
  });

  test('shows a wrong answer at its field and focuses it, and accepts the right one', async () => {
    const { page, frame } = await open();
    await answer(frame, 'identify', LOGIN);
    await answer(frame, 'password', 'wrong');
    await frame.locator('.error').waitFor();
    const field = frame.locator('#password');
    const error = await field.getAttribute('aria-describedby');
    await expect(frame.locator(`#${error}`)).toContainText('not right');
    expect(await frame.evaluate(() => document.activeElement?.id)).toBe('password');
    await answer(frame, 'password', PASSWORD);
    await frame.locator('#otp').waitFor();
    const told = await page.evaluate(
      () => (window as unknown as { events: [string, object][] }).events.find(([name]) => name === 'error')?.[1],
    );
    expect(told).toEqual({
      code: 'INVALID_CREDENTIALS',
      message: expect.any(String),
      retryable: true,
      requestId: 'req-7',
    });
  });

  test('shows and hides the password', async () => {
    const { frame } = await open();
    await answer(frame, 'identify', LOGIN);
    await frame.locator('#password').fill(PASSWORD);
    await frame.getByRole('button', { name: 'Show password' }).click();
    await expect(frame.locator('#password')).toHaveAttribute('type', 'text');
    await expect(frame.locator('#password')).toHaveValue(PASSWORD);
    await frame.getByRole('button', { name: 'Hide password' }).click();
    await expect(frame.locator('#password')).toHaveAttribute('type', 'password');
  });

  test('"Not you?" starts over; with a login request it is missing', async () => {
    const { frame } = await open();
    await answer(frame, 'identify', LOGIN);
    await frame.getByRole('button', { name: 'Not you?' }).click();
    await frame.locator('#identify').waitFor();
    expect(stage.service.asked.filter(({ path }) => path === 'flows')).toHaveLength(2);

    const second = await open("loginRequest: async () => 'login-request-secret',");
    await second.frame.locator('#otp').waitFor();
    expect(stage.service.asked.at(-1)?.body.loginRequest).toBe('login-request-secret');
    await expect(second.frame.getByRole('button', { name: 'Not you?' })).toHaveCount(0);
    await answer(second.frame, 'otp', CODE);
    expect(
      await second.page.evaluate(() => (window as unknown as { widget: { result(): unknown } }).widget.result()),
    ).toBe(RESULT);
  });
});

describe('one request for each answer', () => {
  test('a double click, and a second click during the check, send one request', async () => {
    const { frame } = await open();
    await frame.locator('#identify').fill(LOGIN);
    let release = () => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    stage.service.intercept = ({ path }) => (path === 'flow/identify' ? held : undefined);
    await frame.locator('.primary').dblclick();
    await expect.poll(() => sent('identify')).toHaveLength(1);
    await frame.locator('.primary').click({ force: true });
    await frame.locator('#identify').press('Enter');
    await expect(frame.locator('.primary')).toHaveAttribute('aria-disabled', 'true');
    release();
    await frame.locator('#password').waitFor();
    expect(sent('identify')).toHaveLength(1);
  });

  test('after a lost response, reads the flow instead of resending the answer', async () => {
    const { frame } = await open();
    once('identify', { drop: 'after' });
    await answer(frame, 'identify', LOGIN);
    await frame.locator('#password').waitFor();
    expect(sent('identify')).toHaveLength(1);
  });

  test('keeps an answer that never arrived in the form, to be sent again', async () => {
    const { frame } = await open();
    once('identify', { drop: 'before' });
    await answer(frame, 'identify', LOGIN);
    await frame.locator('.error', { hasText: 'interrupted' }).waitFor();
    await expect(frame.locator('#identify')).toHaveValue(LOGIN);
    await frame.locator('.primary').click();
    await frame.locator('#password').waitFor();
  });

  test.each<RefusalCode>(['STEP_STALE', 'STEP_IN_PROGRESS'])('%s shows the current step of the flow', async (code) => {
    const { frame } = await open();
    stage.service.intercept = async ({ path, body, handle }) => {
      if (path !== 'flow/identify') return undefined;
      stage.service.intercept = undefined;
      // Another window answers the same step first.
      await fetch(`${stage.service.url}/widget/v1/flow/identify`, {
        method: 'POST',
        headers: { 'countersign-flow': handle ?? '' },
        body: JSON.stringify({ ...body, login: 'grace' }),
      });
      return { refuse: code };
    };
    await answer(frame, 'identify', LOGIN);
    await frame.locator('#password').waitFor();
    await expect(frame.locator('#who')).toHaveValue('grace');
  });
});

describe('waits and ends', () => {
  test('too many attempts show the countdown of the server, and send nothing before its end', async () => {
    const { page, frame } = await open();
    await page.clock.install();
    once('identify', { refuse: 'TOO_MANY_ATTEMPTS', retryAfterMs: 30_000 });
    await answer(frame, 'identify', LOGIN);
    const left = async () => Number(/\d+/.exec((await frame.locator('[role=timer]').textContent()) ?? '')?.[0]);
    // Real time passes as well, so on a busy machine fewer than 30 seconds are left.
    const atFirst = await left();
    expect(atFirst).toBeGreaterThan(10);
    expect(atFirst).toBeLessThanOrEqual(30);
    await frame.locator('#identify').press('Enter');
    await page.clock.runFor(10_000);
    await expect.poll(left).toBeLessThanOrEqual(atFirst - 10);
    expect(sent('identify')).toHaveLength(1);
    await page.clock.runFor(21_000);
    await frame.locator('[role=timer]', { hasText: 'now' }).waitFor();
    await frame.locator('.primary').click();
    await frame.locator('#password').waitFor();
  });

  test('an ended flow is reported and can start again', async () => {
    const { page, frame } = await open();
    once('identify', { refuse: 'FLOW_NOT_FOUND' });
    await answer(frame, 'identify', LOGIN);
    await frame.locator('h1', { hasText: 'has ended' }).waitFor();
    await expect.poll(() => eventsOf(page)).toContain('expire');
    await frame.locator('.primary').click();
    await frame.locator('#identify').waitFor();
  });

  test('a denied sign-in shows the reason, and the page gets a final error', async () => {
    const { page, frame } = await open();
    once('identify', { view: { step: 'denied', seq: 1, error: { code: 'TOKEN_LOCKED' } } });
    const result = page.evaluate(() =>
      (window as unknown as { widget: { result(): Promise<string> } }).widget
        .result()
        .catch((error: { code: string }) => error.code),
    );
    await answer(frame, 'identify', LOGIN);
    await frame.getByRole('status').getByText('Your token is locked').waitFor();
    expect(await result).toBe('TOKEN_LOCKED');
  });

  test.each([
    ['refused', { step: 'denied', error: { code: 'PASSWORD_CHANGE_REQUIRED' }, unlock: 'reset' }, '/reset'],
    ['accepted', { step: 'done', result: RESULT, unlock: 'self-service' }, '/widget/v1/self'],
  ] as const)('a breached password that is %s leads to where it can be changed', async (_name, end, path) => {
    const { page, frame } = await open();
    once('identify', { view: { seq: 1, ...end } });
    await answer(frame, 'identify', LOGIN);
    await frame.locator('.message').getByText('Your password was stolen and published elsewhere.').waitFor();
    const link = await frame.locator('.message a').getAttribute('href');
    const { pathname, searchParams } = new URL(link ?? '', stage.service.url);
    expect(pathname).toBe(path);
    expect([...searchParams.keys()].sort()).toEqual(['lang', 'origin', 'resource']);
    expect(await axeViolations(page, WCAG)).toEqual([]);
    await expect.poll(() => eventsOf(page)).toContain(end.step === 'done' ? 'success' : 'error');
  });

  test('a service that does not answer the start causes a timeout and a retry', async () => {
    stage.service.intercept = ({ path }) => (path === 'flows' ? { drop: 'before' } : undefined);
    const { page, frame } = await open();
    await frame.locator('h1', { hasText: 'No connection' }).waitFor();
    await expect.poll(() => eventsOf(page)).toContain('timeout');
    stage.service.intercept = undefined;
    await frame.locator('.primary').click();
    await frame.locator('#identify').waitFor();
  });
});

describe('a discarded page', () => {
  test('resumes its flow', async () => {
    const { page, frame } = await open();
    await toOtp(frame);
    await page.reload();
    const back = await frameOf(page);
    await back.locator('#otp').waitFor();
    await answer(back, 'otp', CODE);
    await back.locator('h1', { hasText: 'You are signed in' }).waitFor();
    expect(stage.service.asked.filter(({ path }) => path === 'flows')).toHaveLength(1);
  });

  test('starts over with another nonce', async () => {
    const { page, frame } = await open("nonce: 'session-nonce-' + performance.timeOrigin,");
    await toOtp(frame);
    await page.reload();
    await (await frameOf(page)).locator('#identify').waitFor();
    expect(stage.service.asked.filter(({ path }) => path === 'flows')).toHaveLength(2);
  });

  test('starts over without storage, and the sign-in works', async () => {
    const page = await stage.open('about:blank');
    await page.context().addInitScript(() => {
      Object.defineProperty(window, 'sessionStorage', {
        get() {
          throw new DOMException('blocked', 'SecurityError');
        },
      });
    });
    await page.goto(stage.widgetPage());
    await answer(await frameOf(page), 'identify', LOGIN);
    await page.reload();
    const frame = await frameOf(page);
    await toOtp(frame);
    await answer(frame, 'otp', CODE);
    await frame.locator('h1', { hasText: 'You are signed in' }).waitFor();
  });

  test('stores only the handle and a digest, and removes them at the end', async () => {
    const { frame } = await open();
    await toOtp(frame);
    const stored = await frame.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(stored).toContain('flw-handle');
    expect(stored).not.toMatch(/nonce-of|correct horse|ada@/);
    await answer(frame, 'otp', CODE);
    await frame.locator('h1', { hasText: 'You are signed in' }).waitFor();
    expect(await frame.evaluate(() => sessionStorage.length)).toBe(0);
  });
});

describe('the frame', () => {
  test('sends nothing if it is too small to be seen, and says why', async () => {
    const { page, frame } = await open();
    await frame.locator('#identify').fill(LOGIN);
    await page.locator('#here').evaluate((target) => {
      target.style.cssText = 'width: 150px; height: 60px; overflow: hidden';
    });
    await frame.locator('#identify').press('Enter');
    await frame.locator('.error', { hasText: 'the whole form visible' }).waitFor();
    expect(sent('identify')).toHaveLength(0);
    await page.locator('#here').evaluate((target) => {
      target.style.cssText = '';
    });
    await frame.locator('.primary').click();
    await frame.locator('#password').waitFor();
  });

  test('is as high as its content, without scrollbars', async () => {
    const { page, frame } = await open('', { viewport: { width: 320, height: 640 } });
    await toOtp(frame);
    await answer(frame, 'otp', '000000');
    await frame.locator('.error').waitFor();
    await expect
      .poll(() => frame.evaluate(() => document.documentElement.scrollHeight - window.innerHeight))
      .toBeLessThanOrEqual(0);
    expect(await frame.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    const height = await page.locator('iframe').evaluate((iframe) => iframe.getBoundingClientRect().height);
    expect(Number.isInteger(height)).toBe(true);
  });

  test('shows hostile names and options as text, or drops them', async () => {
    // SR-30
    stage.service.resourceName = '</title><img src=x onerror=alert(1)>';
    const { page, frame } = await open(
      `variables: { accent: 'red;background:url(//evil)', font: 'x}</style>', radius: '99px', text: 'url(javascript:alert(1))', evil: '#fff', background: 7 },
       theme: '"><script>alert(1)</script>', locale: '../../evil', title: '"><img onerror=alert(1)>',`,
    );
    await expect(frame.locator('.name')).toHaveText('</title><img src=x onerror=alert(1)>');
    await expect(frame.locator('img, script:not([src])')).toHaveCount(0);
    await expect(frame.locator('html')).not.toHaveAttribute('style');
    await expect(frame.locator('style')).toHaveCount(1);
    await expect(frame.locator('meta[name=color-scheme]')).toHaveAttribute('content', 'light dark');
    await expect(page.locator('iframe')).toHaveAttribute('title', '"><img onerror=alert(1)>');
    await expect(page.locator('img')).toHaveCount(0);
  });

  test.each([
    ['light', 'light', ''],
    ['dark', 'dark', ''],
    ['contrast', 'light', "theme: 'contrast', closable: true,"],
    ['German on a phone', 'dark', "locale: 'de-AT',"],
    ['custom colours', 'light', "variables: { accent: '#e8c547', background: '#20242c', text: '#f0ead6' },"],
  ] as const)('has no axe violation on any step: %s', async (_, colorScheme, options) => {
    const { page, frame } = await open(options, { colorScheme, viewport: { width: 360, height: 740 } });
    const check = async () => expect(await axeViolations(page, WCAG)).toEqual([]);
    await check();
    await answer(frame, 'identify', LOGIN);
    await answer(frame, 'password', 'wrong');
    await frame.locator('.error').waitFor();
    await check();
    await answer(frame, 'password', PASSWORD);
    await frame.locator('#otp').waitFor();
    await check();
    await answer(frame, 'otp', CODE);
    await frame.locator('.message').waitFor();
    await check();
    // SR-30: a reason is the site's own text, shown as it is and never as markup.
    const reason = `<img src=x onerror=document.title='run'> ${'x'.repeat(160)}`;
    once('identify', { view: { step: 'denied', seq: 1, error: { code: 'HOOK_DENIED' }, unlock: { reason } } });
    await page.evaluate(() => (window as unknown as { widget: { reset(): void } }).widget.reset());
    await answer(frame, 'identify', LOGIN);
    await frame.locator('.message .primary').waitFor();
    await expect(frame.locator('.message p')).toHaveText(reason);
    await expect(frame.locator('.message img')).toHaveCount(0);
    expect(await frame.locator('.message p').evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
    await check();
  });
});
