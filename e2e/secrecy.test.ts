import type { Request } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, eventsOf, resultOf, waitForLastEvent } from './harness/fixture.ts';
import { freshLogin, makePerson, makePersonWithDevice, makeResource, PASSWORD } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

describe('for any login', () => {
  /** All that a user who types this login can see: words, sizes, order of controls, responses, events. */
  async function walk(login: string) {
    const { page } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    const seen: unknown[] = [];
    const look = async () => {
      // The page resizes the frame a moment after the words have changed.
      await expect
        .poll(() => widget.frame.locator('body').evaluate((body) => Math.ceil(body.scrollHeight) - innerHeight))
        .toBe(0);
      const box = await page.locator('#here iframe').boundingBox();
      const text = await widget.frame.locator('body').textContent();
      seen.push({ height: box?.height, text: text?.replaceAll(login, '(login)') });
      seen.push(
        await widget.frame
          .locator('input, button')
          .evaluateAll((all) => all.map((one) => one.outerHTML.replace(/ value="[^"]*"/, ''))),
      );
    };
    const answers: Promise<unknown>[] = [];
    page.on('response', (response) => {
      if (!response.url().includes('/widget/v1/flow/')) return;
      const seenOf = ({ login: _login, now: _now, expiresAt: _expiresAt, ...view }: Record<string, unknown>) => view;
      answers.push(response.json().then((view) => [response.status(), seenOf(view)]));
    });

    await expect(widget.heading).toHaveText(TITLES.identify);
    await look();
    await widget.identify(login);
    await expect(widget.heading).toHaveText(TITLES.password);
    await look();
    await widget.givePassword('not the password');
    await expect(widget.alert).not.toBeEmpty();
    await look();
    await waitForLastEvent(page, 'error');
    seen.push((await eventsOf(page)).map(([name, detail]) => [name, detail?.code ?? detail?.step ?? null]));
    seen.push(...(await Promise.all(answers)));
    return seen;
  }

  test('the steps, words and sizes are the same: known, unknown, with a token, without a password, blocked', async () => {
    // SR-17
    const { client } = stage.service;
    const known = await makePerson(client, resource);
    const withDevice = await makePersonWithDevice(client, resource);
    const locked = await makePersonWithDevice(client, resource);
    await client.tokens.update(locked.device.token.id, { locked: true });
    const blocked = await makePerson(client, resource);
    await client.users.update(blocked.user.id, { blocked: true });
    const passwordless = await client.users.create({ login: freshLogin() });
    await client.assignments.create({ resource, user: passwordless.id });
    const stranger = await client.users.create({ login: freshLogin(), password: PASSWORD });

    const expected = await walk(freshLogin());
    expect(expected).toHaveLength(9);
    for (const { login } of [known, withDevice, locked, blocked, passwordless, stranger]) {
      expect(await walk(login)).toEqual(expected);
    }
  });
});

describe('after a sign-in', () => {
  test('there is no cookie, nothing in persistent storage, no secret in an address, a name or a referrer', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const requests: Request[] = [];
    const { page, nonce } = await stage.openWidget(resource, {
      before: async (context) => {
        context.on('request', (request) => requests.push(request));
      },
    });
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.otp);
    const code = person.device.code();

    const frame = page.frames().find((one) => one.url().startsWith(stage.service.url));
    const kept = (await frame?.evaluate(() => JSON.stringify({ ...sessionStorage }))) ?? '';
    const handle = /flw_\w+\.[\w-]{32}/.exec(kept)?.[0] ?? '';
    // Only the handle may be stored: not the login, the password, or even the nonce.
    expect(handle).not.toBe('');
    for (const secret of [person.login, person.password, nonce]) expect(kept).not.toContain(secret);

    await widget.giveCode(code);
    await expect(widget.heading).toHaveText(TITLES.done);
    const result = await resultOf(page);

    expect(await page.context().cookies()).toEqual([]);
    for (const one of page.frames()) {
      const left = await one.evaluate(async () => ({
        cookie: document.cookie,
        local: localStorage.length,
        session: sessionStorage.length,
        databases: (await indexedDB.databases()).length,
        caches: (await caches.keys()).length,
        name: window.name,
        workers: (await navigator.serviceWorker.getRegistrations()).length,
      }));
      expect(left, one.url()).toEqual({
        cookie: '',
        local: 0,
        session: 0,
        databases: 0,
        caches: 0,
        name: '',
        workers: 0,
      });
    }

    const paths = requests.map((request) => new URL(request.url()).pathname);
    expect(paths).toEqual(
      expect.arrayContaining(['/widget/v1/flows', '/widget/v1/flow/password', '/widget/v1/flow/otp']),
    );
    const secrets = [person.password, code, handle, handle.split('.')[1] ?? '', nonce, result, person.login];
    for (const request of requests) {
      const headers = await request.allHeaders();
      const { referer = '', cookie } = headers;
      for (const secret of secrets) {
        expect(decodeURIComponent(request.url())).not.toContain(secret);
        expect(referer).not.toContain(secret);
      }
      expect(cookie).toBeUndefined();
      // Other sites learn at most the origin of the frame.
      if (request.frame() === frame && !request.isNavigationRequest()) expect(referer).toBe(`${stage.service.url}/`);
    }
  });

  test('responses of the flow are not cached and set no cookie', async () => {
    const { page } = await stage.openWidget(resource);
    const answered = page.waitForResponse(/\/flow\/identify$/);
    await widgetOn(page).identify(freshLogin());
    const headers = await (await answered).allHeaders();
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['content-type']).toContain('application/json');
  });

  test('without any storage the sign-in works, and a reload starts over', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { page } = await stage.openWidget(resource, {
      before: (context) =>
        context.addInitScript(`for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
          Object.defineProperty(window, name, { get() { throw new DOMException('Access is denied.', 'SecurityError') } });`),
    });
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.otp);
    await page.reload();
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.done);
  });
});
