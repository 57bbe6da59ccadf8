import { invite, mailedInvitation } from '../server/testing/administrators.ts';
import { base32Decode } from '../server/tokens/kinds/oath/base32.ts';
import { createSuperuser, nextCode, openPasswordStep, signIn } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const NEW_PASSWORD = 'eleven patient herons';

const visits = openConsoleSessions('console accessibility');
const { open } = visits;
/** Without an account: only there does the setup link work. */
const empty = openConsoleSessions('console set up');

testAccessibility('signed out', async (size) => {
  const { ports } = visits;
  const check = (view: ConsoleView, where: string) => expectAccessible(view, where);
  const fresh = await empty.open(empty.stage.setup, size);
  await fresh.at('Set up Countersign');
  await check(fresh, 'setup');
  await fresh.button('Set up').click();
  await expect(fresh.wrong.first()).toHaveText('Fill this in.');
  await expect(fresh.field('Account name')).toBeFocused();
  await check(fresh, 'setup, empty');

  const who = await createSuperuser(visits.stage);
  await invite(ports, who.account, { email: `grace-of-${who.id}@acme.example` });
  const mailed = mailedInvitation(ports, `grace-of-${who.id}@acme.example`);
  const grace = await open(`/invitation#${mailed.link}`, size);
  await grace.at('You have been invited');
  await check(grace, 'invitation');
  await grace.fill({ 'Confirmation code': mailed.code, 'Your name': 'Grace' });
  await grace.fill({ 'New password': NEW_PASSWORD, 'Repeat new password': NEW_PASSWORD });
  await grace.button('Accept the invitation').click();
  await grace.at('Set up your token');
  await check(grace, 'enrol');
  await grace.fill({ 'Code that the app shows now': '000000' });
  await grace.button('Confirm').click();
  await expect(grace.wrong).toHaveText(/That code is not right/);
  await check(grace, 'enrol, wrong');
  const secret = base32Decode(await grace.secret()) ?? new Uint8Array();
  await grace.fill({ 'Code that the app shows now': nextCode(visits.stage, secret) });
  await grace.button('Confirm').click();
  await grace.at('Save your recovery codes');
  await check(grace, 'recovery codes');

  const view = await open('/console', size);
  await view.heading.waitFor();
  await check(view, 'which account, or sign in');
  await openPasswordStep(view, who);
  await check(view, 'password');
  await view.fill({ Password: 'wrong' });
  await view.button('Sign in').click();
  await expect(view.wrong).toHaveText(/details are not right/);
  await check(view, 'password, wrong');
  await view.fill({ Password: who.password });
  await view.button('Sign in').click();
  await view.at('Enter your code');
  await check(view, 'code');
  await view.button(/Use a recovery code/).click();
  await view.at('Use a recovery code');
  await check(view, 'recovery code');

  for (const path of ['/invitation', '/console/nothing', '/recovery#secret']) {
    const dead = await open(path, size);
    await dead.heading.waitFor();
    await check(dead, path);
  }
});

testAccessibility('signed in', async (size) => {
  const who = await createSuperuser(visits.stage);
  const view = await open('/console', size);
  await signIn(visits.stage, view, who);
  await expect(view.main.getByText(/\d of 7 done/)).toBeVisible();
  await view.page.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
    for (const one of all) one.open = true;
  });
  await expectAccessible(view, 'home');
  await view.enter('Your sign-in');
  await view.at('Your sign-in');
  await expectAccessible(view, 'own sign-in');
  for (const section of ['Password: Change', 'Email address: Change', 'Recovery codes: Create new ones']) {
    await view.button(section).click();
    await expectAccessible(view, section);
    await view.button('Cancel').click();
  }
  await view.button('Token: Replace').click();
  await view.fill({ 'Current password': who.password, 'One-time code': nextCode(visits.stage, who.secret) });
  await view.button('Show the new token').click();
  await view.page.locator('.seed').waitFor();
  await expectAccessible(view, 'new token');
});
