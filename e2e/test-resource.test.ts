import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { samplePng } from '../server/testing/images.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf, waitForLastEvent } from './harness/fixture.ts';
import { makeResource } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
beforeAll(async () => {
  stage = await createE2eFixture();
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

/** As an integrator's own tests do it: no user, no device. */
async function walk(testMode: 'pass' | 'fail' | 'expire') {
  const { id } = await makeResource(stage.service.client, stage.host.origin, { testMode });
  const { page, nonce } = await stage.openWidget(id);
  const widget = widgetOn(page);
  await expect(widget.main.getByText('For testing only')).toBeVisible();
  await widget.identify('anybody');
  await widget.givePassword('anything');
  return { id, page, nonce, widget };
}

describe('a test resource', () => {
  test('that passes: backends that do not expect tests refuse its result', async () => {
    // SR-9
    const { id, page, nonce, widget } = await walk('pass');
    await widget.giveCode('123456');
    await expect(widget.heading).toHaveText(TITLES.done);
    const result = await resultOf(page);
    const { client, verifierOf } = stage.service;
    await expect(verifierOf(id).verifyResult(result, { nonce })).rejects.toMatchObject({ code: 'RESULT_TEST_REFUSED' });
    await expect(client.consumeResult({ result, resource: id, nonce })).rejects.toMatchObject({ code: 'RESULT_TEST' });
    const test = { test: true, sub: 'test' };
    expect(await verifierOf(id).verifyResult(result, { nonce, acceptTest: true })).toMatchObject(test);
    expect(await client.consumeResult({ result, resource: id, nonce, acceptTest: true })).toMatchObject(test);
  });

  test('that fails reports what a user would see', async () => {
    const { page, widget } = await walk('fail');
    await expect(widget.alert).toContainText('These sign-in details are not right');
    expect(await waitForLastEvent(page, 'error')).toMatchObject({ code: 'INVALID_CREDENTIALS', retryable: true });
  });

  test('that expires gives an expired result, and the widget says so', async () => {
    const { id, page, nonce, widget } = await walk('expire');
    await widget.giveCode('123456');
    const result = await resultOf(page);
    const expected = { nonce, acceptTest: true };
    const verifier = stage.service.verifierOf(id);
    await expect(verifier.verifyResult(result, expected)).rejects.toMatchObject({ code: 'RESULT_EXPIRED' });
    await expect(widget.heading).toHaveText(TITLES.expired);
    await waitForLastEvent(page, 'expire');
  });
});

test('a resource without a test mode shows no hint of tests; its logo has its name as alternative text', async () => {
  const { client } = stage.service;
  const { id } = await makeResource(client, stage.host.origin);
  await client.resources.setLogo(id, samplePng(120, 40));
  const { page } = await stage.openWidget(id);
  const { frame, heading, main } = widgetOn(page);
  await expect(heading).toHaveText(TITLES.identify);
  await expect(main.getByText('For testing only')).toHaveCount(0);
  const logo = frame.getByRole('img', { name: 'Harbour & Co.' });
  await expect(logo).toBeVisible();
  await expect.poll(() => logo.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(120);
  await client.resources.removeLogo(id);
  await page.reload();
  await expect(frame.locator('header')).toHaveText('Harbour & Co.');
});
