import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { isCountersignError, newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, eventsOf, resultOf, waitForLastEvent } from './harness/fixture.ts';
import { hostPage, mountScript } from './harness/host-page.ts';
import { makePerson, makePersonWithDevice, makeResource } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

describe('the service goes down', () => {
  test('during a sign-in: the widget says so, keeps the input, and continues when it is back', async () => {
    // SR-3, SR-6: an outage signs no user in, and verified factors stay verified.
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { page, nonce } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.otp);

    await stage.service.kill();
    await widget.giveCode(person.device.code());
    await expect(widget.alert).toContainText('The connection was interrupted');
    await expect(widget.code).toHaveValue(person.device.code());
    // And again while it is still down.
    await widget.button('Confirm').click();
    await expect(widget.alert).toContainText('The connection was interrupted');
    await expect(widget.button('Confirm')).toBeEnabled();

    await stage.service.start();
    await widget.button('Confirm').click();
    await expect(widget.heading).toHaveText(TITLES.done);
    await stage.service.verifierOf(resource).verifyResult(await resultOf(page), { nonce });
  });

  test('before the sign-in starts: the widget offers to try again', async () => {
    const person = await makePerson(stage.service.client, resource);
    const { page } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    await expect(widget.heading).toHaveText(TITLES.identify);
    await stage.service.kill();
    await page.evaluate(() => (window as unknown as { widgets: { here: { reset(): void } } }).widgets.here.reset());
    await expect(widget.heading).toHaveText(TITLES.offline);
    await waitForLastEvent(page, 'timeout');

    await stage.service.start();
    await widget.button('Try again').click();
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.done);
  });

  test('before the frame loads: the page gets an error and shows its fallback', async () => {
    const body = '<div id="here"><p data-countersign-fallback hidden>Call us</p></div>';
    const script = mountScript('here', { resource, nonce: newNonce(), loadTimeoutMs: 1_500 });
    const url = stage.host.put(hostPage({ service: stage.service.url, body, script }));
    const page = await stage.open(url, {
      // The loader came from a cache, the frame does not load.
      before: (context) => context.route(/\/widget\/v1\/frame\?/, (route) => route.abort('connectionrefused')),
    });
    await expect(page.getByRole('main').getByText('Call us')).toBeVisible();
    const error = { code: 'LOAD_FAILED', retryable: true };
    expect(await eventsOf(page)).toEqual([['loaderror', expect.objectContaining(error), 'here']]);

    await page.context().unroute(/\/widget\/v1\/frame\?/);
    await page.evaluate(() => {
      type Widget = { update(options: object): void; reset(): void };
      const { here } = (window as unknown as { widgets: { here: Widget } }).widgets;
      // Now it must load, even on a busy machine.
      here.update({ loadTimeoutMs: 60_000 });
      here.reset();
    });
    await expect(widgetOn(page).heading).toHaveText(TITLES.identify);
    await expect(page.getByRole('main').getByText('Call us')).toBeHidden();
  });
});

describe('too many', () => {
  test('wrong passwords: a countdown, and then the right one is accepted', async () => {
    // SR-49: the wait is short and shown, and ends by itself.
    const { client } = stage.service;
    const person = await makePerson(client, resource);
    const guess = () => client.authenticate({ resource, method: 'password', user: person.login, password: 'guessed' });
    const codeOfGuess = () =>
      guess().then(
        () => '',
        (error) => (isCountersignError(error) ? error.code : `${error}`),
      );
    const { page } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.password.fill(person.password);
    // Five are free; each further one is accepted after the last wait, and doubles the next.
    for (let wrong = 1; wrong <= 6; wrong++) expect(await codeOfGuess()).toBe('INVALID_CREDENTIALS');
    for (const waitMs of [1_000, 2_000, 4_000]) {
      await expect.poll(codeOfGuess, { intervals: [waitMs / 10] }).toBe('INVALID_CREDENTIALS');
    }
    await widget.button('Sign in').click();
    await expect(widget.alert).toHaveText('Too many attempts.');
    const timer = widget.frame.getByRole('timer');
    await expect(timer).toHaveText(/^You can try again in [1-8] s\.$/);
    await expect(widget.button('Sign in')).toHaveAttribute('aria-disabled', 'true');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await widget.password.press('Enter');
    expect(asked).toEqual([]);
    expect(await waitForLastEvent(page, 'error')).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', retryable: true });

    await expect(timer).toHaveText('You can try again now.');
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.done);
  });

  test('starts from one address: it says to wait, and offers to start again', async () => {
    const begin = () =>
      fetch(`${stage.service.url}/widget/v1/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resource, nonce: newNonce(), origin: stage.host.origin }),
      });
    // The count restarts every minute: reach the limit with enough of the minute left to load the page.
    let refused: Response | undefined;
    const secondsLeft = () => Number(refused?.headers.get('retry-after') ?? 0);
    const deadline = Date.now() + 90_000;
    while (secondsLeft() < 15 && Date.now() < deadline) {
      const answers = await Promise.all(Array.from({ length: 20 }, begin));
      refused = answers.find(({ status }) => status === 429);
    }
    expect(await refused?.json()).toMatchObject({ code: 'RATE_LIMITED' });
    expect(secondsLeft()).toBeGreaterThanOrEqual(15);

    const { page } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    await expect(widget.main.getByText('Too many requests from here.')).toBeVisible();
    await expect(widget.button('Start again')).toBeVisible();
    expect(await waitForLastEvent(page, 'error')).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
  });
});
