import { afterEach, test } from 'vitest';
import { createSuperuser, nextCode, openPasswordStep } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const NEW_PASSWORD = 'eleven patient herons';
const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };

const visits = openConsoleSessions('console-forgotten');
const { open } = visits;
afterEach(() => {
  visits.ports.courier.down = false;
  expect(visits.stage.log()).not.toContain(NEW_PASSWORD);
});

const asked = (view: ConsoleView, email: string) =>
  expect(view.main.getByText(`If ${email} belongs to an administrator`)).toBeVisible();

// SR-40. The attack: a reader of the mailbox follows the link, which must not replace both factors.
test.each([
  ['a desk', {}],
  ['a phone', PHONE],
])('SR-40: on %s, a forgotten password is reset by mail, and then the code is required', async (_, options) => {
  const who = await createSuperuser(visits.stage);
  const view = await open('/console', options);
  await openPasswordStep(view, who);
  await expectAccessible(view, 'the step of the password');
  await view.button('Forgot your password?').click();
  await view.at('Forgot your password?');
  await expect(view.field('Email address')).toHaveValue(who.email);
  await expectAccessible(view, 'the question');
  await view.button('Send password link').click();
  await view.at('Check your email');
  await asked(view, who.email);
  await expectAccessible(view, 'the answer');
  await expect.poll(() => visits.ports.courier.sent.at(-1)?.kind).toBe('password-reset');
  await view.button('Back to sign-in').click();
  await view.at('Enter your password');

  const { path } = visits.ports.courier.last('password-reset', who.email);
  const link = await open(path, options);
  await link.at('Choose a new password');
  // SR-35: the secret is removed from the address bar immediately.
  await expect(link.page).toHaveURL(`${visits.stage.url}/new-password`);
  await expectAccessible(link, 'the new password');
  await link.fill({ 'New password': 'password1', 'Repeat new password': 'password1' });
  await link.button('Save the password').click();
  await expect(link.wrong).toBeVisible();
  await link.fill({ 'New password': NEW_PASSWORD, 'Repeat new password': NEW_PASSWORD });
  await link.button('Save the password').click();
  await link.at('Enter your code');
  await link.fill({ 'One-time code': nextCode(visits.stage, who.secret) });
  await link.button('Confirm').click();
  await link.at('Home');

  const again = await open(path, options);
  await again.at('This link is not valid');
  await expect(again.main.getByText('older than half an hour')).toBeVisible();
  expect(visits.stage.log()).not.toContain(path.split('#')[1]);
});

// SR-40
test('SR-40: an unknown address gets the same page, and no mail is sent', async () => {
  const who = await createSuperuser(visits.stage);
  const view = await open('/console');
  await openPasswordStep(view, who);
  await view.button('Forgot your password?').click();
  const before = visits.ports.courier.sent.length;
  await view.fill({ 'Email address': 'nobody@acme.example' });
  await view.button('Send password link').click();
  await view.at('Check your email');
  await asked(view, 'nobody@acme.example');
  expect(visits.ports.courier.sent.length).toBe(before);
});

test('without mail, the page says what the operator can do', async () => {
  const ada = await createSuperuser(visits.stage);
  Object.assign(visits.ports.courier, { isAbsent: true });
  const view = await open('/console');
  await view.at('Which account?');
  await openPasswordStep(view, ada);
  await view.button('Forgot your password?').click();
  await view.button('Send password link').click();
  await view.at('This service sends no email');
  await expect(view.main.getByText('countersign admin recover')).toBeVisible();
  await view.button('Back to sign-in').click();
  await view.at('Enter your password');
  Object.assign(visits.ports.courier, { isAbsent: undefined });
});
