import { CSRF_HEADER, type SessionView } from '@countersign/protocol/session';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, test } from 'vitest';
import { waitUntil } from '../server/testing/wait-until.ts';
import { closePages, sharedBrowser } from './harness/browser.ts';
import { type ConsoleView, openConsole } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { enrol } from './harness/first-sign-in.ts';
import { type FreshInstall, installFresh } from './harness/fresh-install.ts';

const ADA = { email: 'ada@harbour.example', name: 'Ada Lovelace', password: 'seven quiet marmots' };
const GRACE = { email: 'grace@harbour.example', name: 'Grace Hopper', password: 'nine loud otters' };
const NEW_PASSWORD = 'eleven patient herons';

let browser: Browser;
let install: FreshInstall;
const views: ConsoleView[] = [];

beforeAll(async () => {
  browser = await sharedBrowser();
  install = await installFresh();
});
afterAll(async () => {
  await closePages(browser);
  await install?.close();
});

async function open(path: string): Promise<ConsoleView> {
  const view = await openConsole(browser, path.startsWith('http') ? path : install.url + path);
  views.push(view);
  return view;
}

async function signIn(view: ConsoleView, email: string, password: string, recoveryCode: string): Promise<void> {
  await view.at('Sign in');
  await view.fill({ 'Email address': email });
  await view.button('Continue').click();
  await view.at('Enter your password');
  await view.fill({ Password: password });
  await view.button('Sign in').click();
  await view.at('Enter your code');
  await view.button(/Use a recovery code/).click();
  await view.fill({ 'Recovery code': recoveryCode });
  await view.button('Confirm').click();
}

// SR-42. The attack: a fresh installation is found before its owner arrives. Only the setup link opens it.
test('SR-42: from the setup link to an account with two administrators, all in browsers', async () => {
  const stranger = await open('/console');
  await expect(stranger.main.getByText('countersign setup')).toBeVisible();
  const guess = await open(`/setup#${'A'.repeat(32)}`);
  await guess.at('This link is not valid');

  const link = await install.setupLink();
  const ada = await open(link);
  await ada.at('Set up Countersign');
  // A page that is open while another user uses the link reports it on submit.
  const late = await open(link);
  await late.at('Set up Countersign');
  // The secret is removed from the address bar before any input.
  await expect(ada.page).toHaveURL(`${install.url}/setup`);
  await ada.fill({ 'Account name': 'Harbour & Co.', 'Your name': ADA.name, 'Email address': ADA.email });
  // Everything that is wrong is said at once, each at its field.
  await ada.fill({ 'Email address': 'ada', 'New password': 'short', 'Repeat new password': 'short' });
  await ada.button('Set up').click();
  await expect(ada.wrong).toHaveCount(2);
  await expect(ada.field('Email address')).toBeFocused();
  await ada.fill({ 'Email address': ADA.email });
  await ada.fill({ 'New password': 'password', 'Repeat new password': 'password' });
  await ada.button('Set up').click();
  await expect(ada.wrong).toHaveText(/one of the most common ones/);
  await expect(ada.field('New password')).toBeFocused();
  await ada.fill({ 'New password': ADA.password, 'Repeat new password': ADA.password });
  await ada.button('Set up').click();
  const kept = await enrol(ada);
  await expect(ada.page.locator('.fact').getByText('Superuser')).toBeVisible();
  const [used] = kept.codes;

  const again = await open(link);
  await again.at('This link is not valid');
  await late.fill({ 'Account name': 'Mine', 'Your name': 'Mallory', 'Email address': 'm@evil.example' });
  await late.fill({ 'New password': ADA.password, 'Repeat new password': ADA.password });
  await late.button('Set up').click();
  await late.at('This link is not valid');

  // The session sends an invitation, in two mails.
  const invited = await ada.page.evaluate(
    async ([header, email, name]) => {
      const session = (await (await fetch('/v1/session')).json()) as SessionView;
      const answer = await fetch('/v1/invitations', {
        method: 'POST',
        headers: { 'content-type': 'application/json', [header as string]: session.csrf },
        body: JSON.stringify({ email, name }),
      });
      return { status: answer.status, body: await answer.json() };
    },
    [CSRF_HEADER, GRACE.email, 'G.'],
  );
  expect(invited.status).toBe(201);
  expect(invited.body).not.toHaveProperty('handOver');
  await waitUntil('both mails have come', async () => install.mails.to(GRACE.email).length === 2);
  const [first = '', second = ''] = install.mails.to(GRACE.email);
  const invitation = /http:\S+\/invitation#[\w.-]+/.exec(first)?.[0] ?? '';
  const code = /\b[0-9a-z]{4}-[0-9a-z]{4}\b/.exec(second.slice(second.indexOf('\r\n\r\n')))?.[0] ?? '';

  const grace = await open(invitation);
  await grace.at('You have been invited');
  await expect(grace.page).toHaveURL(`${install.url}/invitation`);
  await expect(grace.field('Your name')).toHaveValue('G.');
  await grace.fill({ 'Confirmation code': 'aaaa-aaaa', 'Your name': GRACE.name });
  await grace.fill({ 'New password': GRACE.password, 'Repeat new password': GRACE.password });
  await grace.button('Accept the invitation').click();
  await expect(grace.wrong).toHaveText(/That code is not right/);
  await grace.fill({ 'Confirmation code': code.toUpperCase() });
  await grace.button('Accept the invitation').click();
  const graces = await enrol(grace);
  await expect(grace.page.locator('.fact').getByText('Administrator', { exact: true })).toBeVisible();

  // Sign out and in again by a recovery code, which does not work a second time.
  await ada.button('Sign out').click();
  await signIn(ada, ADA.email, ADA.password, used ?? '');
  await ada.at('Home');
  const elsewhere = await open('/console');
  await signIn(elsewhere, ADA.email, ADA.password, used ?? '');
  await expect(elsewhere.wrong).toHaveText(/That code has already been used/);
  await elsewhere.fill({ 'Recovery code': kept.codes[1] ?? '' });
  await elsewhere.button('Confirm').click();
  await elsewhere.at('Home');

  // A new password ends the other session, and keeps this one.
  await ada.page.getByRole('link', { name: 'Your sign-in' }).click();
  await ada.at('Your sign-in');
  await ada.button('Password: Change').click();
  await ada.fill({ 'New password': NEW_PASSWORD, 'Repeat new password': NEW_PASSWORD });
  await ada.fill({ 'Current password': 'not my password' });
  await ada.button(/Use a recovery code/).click();
  await ada.fill({ 'Recovery code': kept.codes[2] ?? '' });
  await ada.button('Save new password').click();
  await expect(ada.wrong).toHaveText(/details are not right/);
  await ada.fill({ 'Current password': ADA.password });
  await ada.button('Save new password').click();
  await expect(ada.main.getByText('Your password was changed.')).toBeVisible();
  await elsewhere.page.getByRole('link', { name: 'Your sign-in' }).click();
  await expect(elsewhere.main.getByText('Your session has ended.')).toBeVisible();
  await ada.page.getByRole('link', { name: 'Home' }).click();
  await ada.at('Home');

  for (const view of views) expect(view.complaints).toEqual([]);
  // SR-35: inputs and secrets are in no log, no title and no address.
  const secrets = [link, invitation].map((one) => one.slice(one.indexOf('#') + 1));
  const typed = [ADA.password, GRACE.password, NEW_PASSWORD, kept.secret, graces.secret, code, ...kept.codes];
  for (const secret of [...secrets, ...typed]) expect(install.words()).not.toContain(secret);
});
