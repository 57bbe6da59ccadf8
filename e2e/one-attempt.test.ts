import { FLOW_HEADER } from '@countersign/protocol/flow';
import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf } from './harness/fixture.ts';
import { makePersonWithDevice, makeResource, wrongCode } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

async function openAtCode(opening: Parameters<E2eFixture['openWidget']>[1] = {}) {
  const person = await makePersonWithDevice(stage.service.client, resource);
  const opened = await stage.openWidget(resource, opening);
  const widget = widgetOn(opened.page);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  await expect(widget.heading).toHaveText(TITLES.otp);
  return { ...opened, widget, person };
}

/** The service's frame on the page, to bypass its form. */
function frameOf(page: Page) {
  const frame = page.frames().find((one) => one.url().startsWith(stage.service.url));
  if (!frame) throw new Error('There is no frame of the service.');
  return frame;
}

/** The content of the frame's sessionStorage: `[key, [handle, digest]]`. */
function memoryOf(page: Page): Promise<[string, string[]][]> {
  return frameOf(page).evaluate(() =>
    Object.keys(sessionStorage).map((key): [string, string[]] => [key, JSON.parse(sessionStorage.getItem(key) ?? '')]),
  );
}

describe('one input is one attempt', () => {
  test('a double click sends one code, and one failure is counted', async () => {
    const { widget, page, person } = await openAtCode();
    const sent: string[] = [];
    page.on('request', (request) => request.url().endsWith('/flow/otp') && sent.push(request.url()));
    await widget.code.fill(wrongCode(person.device));
    await widget.button('Confirm').dblclick();
    await expect(widget.alert).toHaveText('That code is not right. Check it and try again.');
    expect(sent).toHaveLength(1);
    expect(await stage.service.client.tokens.get(person.device.token.id)).toMatchObject({ failures: 1 });
  });

  test('holding Enter sends one code', async () => {
    const { widget, page, person } = await openAtCode();
    const sent: string[] = [];
    page.on('request', (request) => request.url().endsWith('/flow/otp') && sent.push(request.url()));
    await widget.code.fill(person.device.code());
    await widget.code.focus();
    for (let press = 0; press < 5; press++) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await expect(widget.heading).toHaveText(TITLES.done);
    expect(sent).toHaveLength(1);
  });

  test('of many concurrent answers to one step, one is evaluated', async () => {
    // SR-1, SR-2: a page sends one guess many times, or many guesses as one attempt.
    const { page, person } = await openAtCode();
    const [[, [handle = ''] = []] = []] = await memoryOf(page);
    const answers = await frameOf(page).evaluate(
      async ({ header, handle, otp }) => {
        const view = await (await fetch('/widget/v1/flow', { headers: { [header]: handle } })).json();
        const answer = () =>
          fetch('/widget/v1/flow/otp', {
            method: 'POST',
            headers: { [header]: handle, 'content-type': 'application/json' },
            body: JSON.stringify({ seq: view.seq, otp }),
          });
        const all = await Promise.all(Array.from({ length: 12 }, answer));
        return Promise.all(all.map(async (one) => [one.status, (await one.json()).code]));
      },
      { header: FLOW_HEADER, handle, otp: wrongCode(person.device) },
    );
    expect(answers.filter(([status]) => status === 200)).toHaveLength(1);
    for (const [status, code] of answers.filter(([status]) => status !== 200)) {
      expect([status, code]).toEqual([409, expect.stringMatching(/^STEP_(STALE|IN_PROGRESS)$/)]);
    }
    expect(await stage.service.client.tokens.get(person.device.token.id)).toMatchObject({ failures: 1 });
  });
});

describe('a reloaded page', () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

  test('continues at the code, and the result is for the same session', async () => {
    const { widget, page, nonce, person } = await openAtCode({ browser: phone });
    const begun: string[] = [];
    page.on('request', (request) => request.url().endsWith('/flows') && begun.push(request.url()));
    await page.reload();
    await expect(widget.heading).toHaveText(TITLES.otp);
    await expect(widget.frame.getByLabel('Signing in as')).toHaveValue(person.login);
    expect(begun).toEqual([]);

    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.done);
    const claims = await stage.service.verifierOf(resource).verifyResult(await resultOf(page), { nonce });
    expect(claims).toMatchObject({ sub: person.user.id, otp: 'verified' });
  });

  test('keeps the handle in this tab only, and nothing after the sign-in', async () => {
    const { widget, page, person, url } = await openAtCode();
    expect(await memoryOf(page)).toHaveLength(1);
    expect(await frameOf(page).evaluate(() => localStorage.length)).toBe(0);

    const otherTab = await page.context().newPage();
    await otherTab.goto(url);
    await expect(widgetOn(otherTab).heading).toHaveText(TITLES.identify);
    await otherTab.close();

    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.done);
    expect(await memoryOf(page)).toEqual([]);
  });

  test('with a new nonce starts over: a flow belongs to the session that started it', async () => {
    const { page, url } = await openAtCode();
    const fresh = await stage.openWidget(resource);
    // The same tab with another session.
    await page.goto(fresh.url);
    await expect(widgetOn(page).heading).toHaveText(TITLES.identify);
    await page.goto(url);
    await expect(widgetOn(page).heading).toHaveText(TITLES.identify);
  });

  test('"Not you?" discards the flow', async () => {
    const { widget, page } = await openAtCode();
    await widget.button('Not you?').click();
    await expect(widget.heading).toHaveText(TITLES.identify);
    await expect(widget.login).toHaveValue('');
    await page.reload();
    await expect(widget.heading).toHaveText(TITLES.identify);
  });
});
