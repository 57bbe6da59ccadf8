import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { hostPage, mountScript } from './harness/host-page.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';
import { makePersonWithDevice, makeResource } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/**
 * SR-30. The attack: an administrator in the name of a resource or user, or any visitor in a login, writes markup that
 * should run where another user types a password.
 */

let stage: E2eFixture;

beforeAll(async () => {
  stage = await createE2eFixture();
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

let executions: readonly string[];

async function openTrapped(url: string): Promise<Page> {
  const page = await stage.open('about:blank');
  executions = await recordExecutions(page.context());
  page.on('dialog', (dialog) => dialog.dismiss());
  await page.goto(url);
  return page;
}

test('the trap works: markup written into a page unescaped runs', async () => {
  await openTrapped(stage.host.put(`<body>${CORPUS.slice(0, 3).join('')}`));
  await expect.poll(() => executions.length).toBeGreaterThan(2);
});

test('in the name of a resource, as its sign-in shows it', async () => {
  const { client, url } = stage.service;
  const resources = await Promise.all(CORPUS.map((name) => makeResource(client, stage.host.origin, { name })));
  const body = resources.map((_, index) => `<div id="w${index}"></div>`).join('');
  const script = resources
    .map(({ id }, index) => mountScript(`w${index}`, { resource: id, nonce: newNonce() }))
    .join('');
  const page = await openTrapped(stage.host.put(hostPage({ service: url, body, script })));
  for (const [index, name] of CORPUS.entries()) {
    const { frame, heading } = widgetOn(page, `#w${index}`);
    await expect(heading).toHaveText(TITLES.identify);
    // Shown as text, and nothing ran.
    await expect(frame.locator('header')).toHaveText(name);
    await expect(frame.locator('iframe, img, a, meta[http-equiv], form[action], title script')).toHaveCount(0);
    expect(await frame.locator('html').evaluate(() => document.title)).toBe(name);
  }
  expect(executions).toEqual([]);
});

test('in a typed login, shown at the next step', async () => {
  const { id } = await makeResource(stage.service.client, stage.host.origin);
  const script = mountScript('here', { resource: id, nonce: newNonce() });
  const page = await openTrapped(
    stage.host.put(hostPage({ service: stage.service.url, body: '<div id="here"></div>', script })),
  );
  const widget = widgetOn(page);
  // Three at a time, about the maximum length of a login.
  for (let index = 0; index < CORPUS.length; index += 3) {
    const login = CORPUS.slice(index, index + 3).join('');
    await widget.identify(login);
    await expect(widget.frame.getByLabel('Signing in as')).toHaveValue(login);
    await widget.button('Not you?').click();
  }
  expect(executions).toEqual([]);
});

test('in the login of a user that the host names', async () => {
  const { client, url } = stage.service;
  const { id: resource } = await makeResource(client, stage.host.origin);
  // A login has no spaces and at most 50 characters.
  const logins = CORPUS.map((text) => text.replaceAll(' ', '/').slice(0, 50));
  const mounts = await Promise.all(
    logins.map(async (login) => {
      await makePersonWithDevice(client, resource, {
        user: { login, firstName: login, secondName: login },
        token: { name: login },
      });
      const nonce = newNonce();
      const { loginRequest } = await client.createLoginRequest({ user: login, resource, nonce, passwordChecked: true });
      return { resource, nonce, loginRequest };
    }),
  );
  const body = mounts.map((_, index) => `<div id="w${index}"></div>`).join('');
  const script = mounts.map((options, index) => mountScript(`w${index}`, options)).join('');
  const page = await openTrapped(stage.host.put(hostPage({ service: url, body, script })));
  for (const [index, login] of logins.entries()) {
    const { frame } = widgetOn(page, `#w${index}`);
    await expect(frame.getByLabel('Signing in as')).toHaveValue(login);
    await expect(frame.locator('iframe, img, a, meta[http-equiv], form[action], title script')).toHaveCount(0);
  }
  expect(executions).toEqual([]);
});

test('in the page’s options for appearance and texts', async () => {
  const { id } = await makeResource(stage.service.client, stage.host.origin);
  const nasty = {
    accent: 'red;background:url(//evil.example)',
    font: '"><script>pwned()</script>',
    radius: 'calc(1px)',
  };
  const options = {
    theme: CORPUS[0],
    locale: CORPUS[2],
    title: CORPUS[3],
    variables: { ...nasty, background: 'url(x)' },
  };
  const script = mountScript('here', { resource: id, nonce: newNonce(), ...options });
  const page = await openTrapped(
    stage.host.put(hostPage({ service: stage.service.url, body: '<div id="here"></div>', script })),
  );
  const { heading, frame } = widgetOn(page);
  await expect(heading).toHaveText(TITLES.identify);
  await expect(frame.locator('html')).not.toHaveAttribute('style');
  await expect(frame.locator('#look')).toHaveCount(0);
  expect(await frame.locator('head').innerHTML()).not.toMatch(/evil|pwned|calc\(1px/);
  await expect(page.locator('#here iframe')).toHaveAttribute('title', CORPUS[3]);
  expect(executions).toEqual([]);
});

test('in the address of the frame, which reports what is refused', async () => {
  const page = await openTrapped('about:blank');
  for (const text of CORPUS) {
    const query = new URLSearchParams({ resource: text, origin: text });
    await page.goto(`${stage.service.url}/widget/v1/frame?${query}`);
    await expect(page.locator('h1')).toHaveText('This page may not embed the sign-in');
    await expect(page.locator('main code').first()).toHaveText(text);
    const ours = '[href="/widget/v1/help#ORIGIN_NOT_ALLOWED"]';
    await expect(page.locator(`script, img, iframe, a:not(${ours}), svg`)).toHaveCount(0);
  }
  expect(executions).toEqual([]);
});
