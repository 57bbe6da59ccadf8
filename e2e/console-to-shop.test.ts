import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, test } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { appCode } from './harness/authenticator.ts';
import { closePages, sharedBrowser } from './harness/browser.ts';
import { type ConsoleView, openConsole } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { enrol } from './harness/first-sign-in.ts';
import { type FreshInstall, installFresh } from './harness/fresh-install.ts';
import { widgetOn } from './harness/widget-view.ts';

const ROOT = resolve(import.meta.dirname, '..');
const ADA = { email: 'ada@harbour.example', name: 'Ada Lovelace', password: 'seven quiet marmots' };
const MARIA = { login: 'maria', email: 'maria@harbour.example', password: 'eleven patient herons' };

let browser: Browser;
let install: FreshInstall;
let shop: ChildProcess | undefined;

beforeAll(async () => {
  browser = await sharedBrowser();
  install = await installFresh();
});
afterAll(async () => {
  if (shop?.exitCode === null) {
    const ended = once(shop, 'exit');
    // The shell and its child processes.
    process.kill(-(shop.pid ?? 0), 'SIGTERM');
    await ended;
  }
  await closePages(browser);
  await install?.close();
});

/**
 * The console's promise: a new user gets from an empty installation to a sign-in on a site by following its pages, from
 * the setup link to one command for the shop.
 */
test('from an empty installation to a sign-in in the demo shop, by the console alone', async () => {
  const ada = await openConsole(browser, await install.setupLink());
  await ada.at('Set up Countersign');
  await ada.fill({ 'Account name': 'Harbour', 'Your name': ADA.name, 'Email address': ADA.email });
  await ada.fill({ 'New password': ADA.password, 'Repeat new password': ADA.password });
  await ada.button('Set up').click();
  await enrol(ada);

  // The home page lists what to do, in order; each item links to where it is done, and is ticked afterwards.
  const [port = 0] = await freePorts(1);
  const origin = `http://127.0.0.1:${port}`;
  let key = '';
  let secret = '';
  const dialog = ada.page.getByRole('dialog');
  await doNext(ada, 0, 'Create an API key', async () => {
    await ada.fill({ Name: 'Shop backend' });
    await ada.button('Create the key').click();
    key = (await ada.page.locator('.once pre').textContent()) ?? '';
    await ada.button('I have copied it').click();
    await ada.at('Shop backend');
  });
  await doNext(ada, 1, 'Add a resource', async () => {
    await ada.fill({ Name: 'Harbour shop' });
    await ada.button('Create the resource').click();
    await ada.at('Harbour shop');
  });
  await doNext(ada, 2, 'Allow the site’s origin', async () => {
    await ada.fill({ 'Allowed origins': origin });
    await ada.field('Allowed origins').press('Enter');
    await ada.button('Save changes').click();
    await expect(ada.toast('Saved.')).toBeVisible();
  });
  await doNext(ada, 3, 'Add users', async () => {
    await ada.fill({ Login: MARIA.login, Email: MARIA.email });
    await ada.button('Create the user').click();
    await ada.at(MARIA.login);
    await ada.button('Link for a first password').click();
    await dialog.getByRole('button', { name: 'Send' }).click();
    await expect(ada.toast(/^Sent\. The link works until/)).toBeVisible();
  });
  await doNext(ada, 4, 'Add a token', async () => {
    await ada.button('Choose a user').click();
    await dialog.getByRole('button', { name: MARIA.login }).click();
    await ada.page.getByRole('link', { name: /^Authenticator app/ }).click();
    await ada.button('Create the token').click();
    secret = await ada.secret();
    await ada.page.getByRole('link', { name: 'Go to the token' }).click();
    await ada.at('Authenticator app (TOTP)');
  });
  await doNext(ada, 5, 'Assign users to the resource', async () => {
    await ada.page.getByRole('link', { name: MARIA.login, exact: true }).click();
    await ada.button('Give access').click();
    await dialog.getByRole('button', { name: 'Harbour shop' }).click();
    await expect(dialog.getByLabel(/^Together with/)).toBeChecked();
    await dialog.getByRole('button', { name: 'Give access' }).click();
    await expect(ada.toast('Access was given.')).toBeVisible();
  });

  // The last item links to how a site is created and the demo shop is started: run the command as it is shown.
  await goNext(ada, 6, 'See the first user sign in');
  await ada.at('Harbour shop');
  await expect(ada.page.getByRole('region', { name: 'On the page' })).toContainText('resource: ');
  const start = ada.page.getByRole('region', { name: 'Or see it in the demo shop first' });
  await expect(start).toContainText('The shop is then at http://127.0.0.1:8081');
  const command = (await start.locator('pre').textContent()) ?? '';
  expect(command).toContain(`SHOP_SERVICE_URL=${install.url} SHOP_RESOURCE=res_`);
  shop = startShop(command.replace('SHOP_PORT=8081', `SHOP_PORT=${port}`), key);
  await waitUntil('the shop answers', async () => (await fetch(origin).catch(() => undefined))?.ok === true);
  await ada.enter('Home');
  await ada.at('Home');
  await expect(ada.main.getByText('6 of 7 done')).toBeVisible();

  // Maria sets her password by the mailed link, and signs in at the shop.
  await waitUntil('the mail has come', async () => install.mails.to(MARIA.email).length === 1);
  const link = /http:\S+\/reset\/password\S+/.exec(install.mails.to(MARIA.email)[0] ?? '')?.[0] ?? '';
  const context = await browser.newContext({ locale: 'en' });
  const maria = await context.newPage();
  await maria.goto(link);
  await maria.getByLabel('New password', { exact: true }).fill(MARIA.password);
  await maria.getByLabel('Repeat new password').fill(MARIA.password);
  await maria.getByRole('button', { name: 'Save password' }).click();
  await expect(maria.getByRole('heading', { level: 1 })).toHaveText('Your password is set');
  await maria.goto(`${origin}/sign-in`);
  const widget = widgetOn(maria, '#countersign');
  await widget.identify(MARIA.login);
  await widget.givePassword(MARIA.password);
  await widget.giveCode(appCode(secret));
  await expect(maria.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${MARIA.login}`);

  // Ada sees it without doing anything: the last item is ticked, and the first numbers are shown.
  await expect(ada.main.getByText('Users can sign in.')).toBeVisible();
  await expect(ada.page.getByRole('region', { name: 'Today' }).locator('.latest')).toContainText(MARIA.login);
  await expect(ada.page.locator('.chart canvas').first()).toBeVisible();
  expect(ada.complaints).toEqual([]);
  // SR-35: secrets and inputs are in no log.
  for (const hidden of [key, secret, MARIA.password, ADA.password, link]) expect(install.words()).not.toContain(hidden);
});

/** Opens the page of the next checklist item, which must be this one, with that many done before it. */
async function goNext({ page }: ConsoleView, done: number, item: string): Promise<void> {
  await expect(page.getByRole('main').getByText(`${done} of 7 done`)).toBeVisible();
  const next = page.locator('.checklist li:not(.done)').first();
  await expect(next.getByRole('heading')).toContainText(item);
  await next.getByRole('link').filter({ hasNotText: 'Read how' }).click();
}

async function doNext(view: ConsoleView, done: number, item: string, work: () => Promise<void>): Promise<void> {
  await goNext(view, done, item);
  await work();
  await view.enter('Home');
  await view.at('Home');
}

/** Types the command into a shell in the folder of Countersign, and the key when asked. */
function startShop(command: string, key: string): ChildProcess {
  const shell = spawn('bash', ['--norc', '-c', command], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  shell.stdin?.end(`${key}\n`);
  return shell;
}
