import { afterEach, describe, test } from 'vitest';
import { accountDocument } from '../server/accounts/documents.ts';
import { recoverAdministrator } from '../server/administration/recover-administrator.ts';
import { administratorDocument } from '../server/administrators/documents.ts';
import { StoreUnavailable } from '../server/kernel/ports/store.ts';
import { ADMIN_PASSWORD, codeOf, type FixtureAdministrator } from '../server/testing/administrators.ts';
import { operatorContext } from '../server/testing/as-operator.ts';
import { overwrite, read, unwrap } from '../server/testing/fixtures.ts';
import { base32Decode } from '../server/tokens/kinds/oath/base32.ts';
import { createConsoleFixture } from './harness/console-fixture.ts';
import { createSuperuser, nextCode, openCodeStep, openPasswordStep, signIn } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';
import { attachAuthenticator } from './harness/passkeys.ts';

const NEW_PASSWORD = 'eleven patient herons';

const visits = openConsoleSessions('console');
const { open } = visits;
let ada: FixtureAdministrator | undefined;
/** No input reached the log. */
afterEach(() => {
  for (const secret of [ADMIN_PASSWORD, NEW_PASSWORD, ...(ada?.recoveryCodes ?? [])]) {
    expect(visits.stage.log()).not.toContain(secret);
  }
});

async function makeSomeone(account?: string): Promise<FixtureAdministrator> {
  const who = await createSuperuser(visits.stage, account);
  ada = who;
  return who;
}

describe('the profile', () => {
  test('the address changes after its code is entered', async () => {
    const who = await makeSomeone();
    const view = await open('/console');
    await signIn(visits.stage, view, who);
    await view.page.goto(`${visits.stage.url}/console/your-sign-in`);
    await view.button('Email address: Change').click();
    await view.fill({ 'New email address': 'not an address', 'Current password': who.password });
    await view.fill({ 'One-time code': nextCode(visits.stage, who.secret) });
    await view.button('Send a code there').click();
    await expect(view.wrong).toHaveText(/not valid/);
    await view.fill({
      'New email address': 'countess@acme.example',
      'One-time code': nextCode(visits.stage, who.secret),
    });
    await view.button('Send a code there').click();
    await expect(view.main.getByText('We sent it to countess@acme.example')).toBeVisible();
    await view.fill({ 'Confirmation code': 'aaaa-aaaa' });
    await view.button('Use this address').click();
    await expect(view.wrong).toHaveText(/That code is not right/);
    const sent = visits.ports.courier.last('confirmation-code', 'countess@acme.example');
    await view.fill({ 'Confirmation code': sent.code });
    await view.button('Use this address').click();
    await expect(view.main.getByText('Your email address was changed.')).toBeFocused();
    await expect(view.main.getByText('countess@acme.example')).toBeVisible();
  });

  test('the token is replaced with the first code of the new one, and the recovery codes change', async () => {
    const who = await makeSomeone();
    const view = await open('/console/your-sign-in');
    await openCodeStep(view, who);
    await view.fill({ 'One-time code': nextCode(visits.stage, who.secret) });
    await view.button('Confirm').click();
    await view.at('Your sign-in');
    await view.button('Token: Replace').click();
    await view.fill({ 'Current password': who.password, 'One-time code': nextCode(visits.stage, who.secret) });
    await view.button('Show the new token').click();
    const secret = base32Decode(await view.secret()) ?? new Uint8Array();
    await view.fill({ 'Code that the app shows now': codeOf(visits.ports, secret) });
    await view.button('Replace the token').click();
    await view.at('Save your recovery codes');
    const codes = await view.recoveryCodes();
    expect(codes).toHaveLength(10);
    expect(codes.filter((one) => who.recoveryCodes.includes(one))).toEqual([]);
    const [file] = await Promise.all([view.page.waitForEvent('download'), view.button('Download').click()]);
    expect(file.suggestedFilename()).toBe('countersign-recovery-codes.txt');
    await view.button('I have saved them').click();
    await expect(view.main.getByText('Your token was replaced.')).toBeFocused();

    await view.button('Sign out').click();
    await openCodeStep(view, who);
    await view.fill({ 'One-time code': nextCode(visits.stage, who.secret) });
    await view.button('Confirm').click();
    await expect(view.wrong).toHaveText(/That code is not right/);
    await view.fill({ 'One-time code': nextCode(visits.stage, secret) });
    await view.button('Confirm').click();
    await view.at('Home');
  });

  test('a passkey is added, renamed, signs in, confirms a change, and is removed, also from the browser', async () => {
    const who = await makeSomeone();
    const view = await open('/console/your-sign-in');
    const { id: authenticatorId, session } = await attachAuthenticator(view.page, []);
    const kept = async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
    await signIn(visits.stage, view, who);
    await view.button('Passkeys: Add').click();
    await view.fill({ 'Current password': who.password });
    await view.fill({ 'One-time code': nextCode(visits.stage, who.secret) });
    await view.button('Continue').click();
    await view.button('Create the passkey').click();
    await expect(view.main.getByText('The passkey was added.')).toBeFocused();
    await view.page.getByRole('button', { name: /^Rename: Passkey/ }).click();
    await view.fill({ 'Name of the passkey': 'Laptop' });
    await view.page.locator('form').getByRole('button', { name: 'Rename' }).click();
    await expect(view.main.getByText('The passkey was renamed.')).toBeFocused();
    await expectAccessible(view, 'passkeys');
    expect(await kept()).toHaveLength(1);
    await view.button('Sign out').click();
    await openCodeStep(view, who);
    await view.button('Use a passkey').click();
    await view.at('Home');
    await view.enter('Your sign-in');
    await view.button('Remove: Laptop').click();
    await view.fill({ 'Current password': who.password });
    await view.page.locator('form').getByRole('button', { name: 'Remove' }).click();
    await expect(view.main.getByText('The passkey was removed.')).toBeFocused();
    await expect(view.main.getByText('Laptop')).toHaveCount(0);
    await expect.poll(kept).toEqual([]);
  });

  // SR-81. The attack: a code is typed on a phishing page. No text of the console asks for one.
  test('SR-81: where a passkey is required, a recovery link leads to a new one, which signs in and confirms changes', async () => {
    const who = await makeSomeone();
    await overwrite(visits.ports, accountDocument.key(who.account), { administratorFactors: 'passkey' });
    const recovered = await recoverAdministrator(visits.ports, operatorContext(who.account), who.id);
    const { pathname, hash } = new URL(unwrap(recovered).link);
    const view = await open(pathname + hash);
    const { id: authenticatorId, session } = await attachAuthenticator(view.page, []);
    const verify = (isUserVerified: boolean) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    await view.fill({ 'New password': NEW_PASSWORD, 'Repeat new password': NEW_PASSWORD });
    await view.button('Save the password').click();
    await view.at('Add a passkey');
    await view.button('Create the passkey').click();
    await view.at('Home');
    await expect(view.page.getByRole('region', { name: 'You' })).toContainText(who.email);
    await expect(view.main.getByText(/recovery codes|Only a few are left/i)).toHaveCount(0);
    await view.button('Sign out').click();

    await openPasswordStep(view, who);
    await view.fill({ Password: NEW_PASSWORD });
    await view.button('Sign in').click();
    await view.at('Use a passkey');
    await verify(false);
    await view.button('Use a passkey').click();
    await expect(view.wrong).toHaveText('The passkey was not accepted. Try again.');
    await verify(true);
    await view.button('Use a passkey').click();
    await view.at('Home');

    await view.enter('Your sign-in');
    await expect(view.main.getByRole('heading', { level: 2 })).toHaveText(['Password', 'Email address', 'Passkeys']);
    await expect(view.button(/^Remove: /)).toHaveCount(0);
    await expectAccessible(view, 'passkeys only');
    await view.button('Password: Change').click();
    await view.fill({ 'New password': ADMIN_PASSWORD, 'Repeat new password': ADMIN_PASSWORD });
    await view.fill({ 'Current password': NEW_PASSWORD });
    await view.button('Save new password').click();
    await expect(view.main.getByText('Your password was changed.')).toBeFocused();
  });

  // SR-40, SR-41. The attack: a recovery link is stolen, or used twice. It sets a password and shows none.
  test('SR-40: a recovery link leads through a new password to a new token, once', async () => {
    const who = await makeSomeone();
    const recovered = await recoverAdministrator(visits.ports, operatorContext(who.account), who.id);
    const path = new URL(unwrap(recovered).link).pathname + new URL(unwrap(recovered).link).hash;
    const view = await open(path);
    await view.at('Recover your access');
    await expect(view.page).toHaveURL(`${visits.stage.url}/recovery`);
    await view.fill({ 'New password': NEW_PASSWORD, 'Repeat new password': NEW_PASSWORD });
    await view.button('Save the password').click();
    await view.at('Set up your token');
    const secret = base32Decode(await view.secret()) ?? new Uint8Array();
    await view.fill({ 'Code that the app shows now': nextCode(visits.stage, secret) });
    await view.button('Confirm').click();
    await view.at('Save your recovery codes');

    // Reported before a password is chosen for nothing.
    const again = await open(path);
    await again.at('This link is not valid');
    expect(visits.stage.log()).not.toContain(path.split('#')[1]);
  });
});

test('opened by a signed-out user, the browser reports no error', async () => {
  // With several accounts, a refusal asks which one.
  const alone = await createConsoleFixture('console signed out');
  await createSuperuser(alone);
  const view = await alone.open('/setup');
  await view.at('This link is not valid');
  const output: string[] = [];
  view.page.on('console', (message) => output.push(message.text()));
  await view.page.goto(`${alone.url}/console`);
  await expect(view.heading).toHaveText('Sign in');
  expect(output).toEqual([]);
  await view.close();
  await alone.close();
});

describe('errors are shown', () => {
  test('wrong passwords start a wait that counts down', async () => {
    const who = await makeSomeone();
    const view = await open('/console');
    await openPasswordStep(view, who);
    for (let at = 0; at < 8; at++) {
      await view.fill({ Password: `guess ${at}` });
      // The complaint about the guess before is still there.
      await Promise.all([view.page.waitForResponse('**/session/password'), view.button('Sign in').click()]);
      await expect(view.page.locator('form[aria-busy=true]')).toHaveCount(0);
      if (await view.page.getByRole('timer').isVisible()) break;
    }
    await expect(view.page.getByRole('timer')).toHaveText(/You can try again in \d+ (s|min)\./);
    await expect(view.page.getByRole('button', { name: 'Sign in' })).toHaveAttribute('aria-disabled', 'true');
  });

  test('a token locked by wrong codes, and a recovery code instead', async () => {
    const who = await makeSomeone();
    const view = await open('/console');
    await openCodeStep(view, who);
    for (let at = 0; at < 7; at++) {
      await view.fill({ 'One-time code': String(100_000 + at) });
      await view.button('Confirm').click();
      await expect(view.wrong).toBeVisible();
      await expect(view.button('Confirm')).toBeVisible();
    }
    await expect(view.wrong).toHaveText(/Your token is locked/);
    await view.button(/Use a recovery code/).click();
    await view.fill({ 'Recovery code': who.recoveryCodes[0] ?? '' });
    await view.button('Confirm').click();
    await view.at('Home');
  });

  test('a lost connection, an outage, and recovery from both', async () => {
    const who = await makeSomeone();
    const view = await open('/console');
    await openPasswordStep(view, who);
    await view.page.context().setOffline(true);
    await view.fill({ Password: who.password });
    await view.button('Sign in').click();
    await expect(view.wrong).toHaveText(/connection was interrupted/);
    // Chromium's own message about the failed request.
    view.complaints.splice(0);
    await view.page.context().setOffline(false);
    visits.ports.store.intercept = {
      async commit() {
        throw new StoreUnavailable('the disk is gone');
      },
    };
    await view.button('Sign in').click();
    await expect(view.wrong).toHaveText(/is unavailable right now/);
    visits.ports.store.intercept = {};
    await expect(view.main.getByText('You can try again now.')).toBeVisible();
    await view.button('Sign in').click();
    await view.at('Enter your code');
  });

  test('an expired sign-in, and one that continues after a reload', async () => {
    const who = await makeSomeone();
    const view = await open('/console');
    await openCodeStep(view, who);
    await view.page.reload();
    await view.at('Enter your code');
    visits.ports.clock.advance(20 * 60_000);
    await view.fill({ 'One-time code': nextCode(visits.stage, who.secret) });
    await view.button('Confirm').click();
    await view.at('This sign-in has ended');
    await expect(view.heading).toBeFocused();
    await view.button('Start again').click();
    await openPasswordStep(view, who);
  });

  // SR-29
  test('SR-29: a session that ended elsewhere leaves nothing of the page', async () => {
    const who = await makeSomeone();
    const view = await open('/console');
    await signIn(visits.stage, view, who);
    // Wait for the requests of the home page; else the page would notice before the click.
    await view.page.waitForLoadState('networkidle');
    const key = administratorDocument.key(who.account, who.id);
    const { sessionEpoch } = await read(visits.ports, key);
    await overwrite(visits.ports, key, { sessionEpoch: sessionEpoch + 1 });
    await view.button('Sign out').click();
    await view.at('Sign in');
    await expect(view.page.locator('body')).not.toContainText(who.email);
    // The handle of the started sign-in, which grants nothing by itself.
    const kept = await view.page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)]);
    expect(kept).toEqual([[], ['countersign-sign-in']]);
  });
});

// SR-30. The attack: an account or an administrator has markup in its name, for others to open.
test('SR-30: markup in names is text, in the page, in its title and in the QR code', async () => {
  for (let at = 0; at < CORPUS.length; at += 2) {
    const [account = '', name = ''] = CORPUS.slice(at, at + 2);
    const who = await makeSomeone(account);
    await overwrite(visits.ports, administratorDocument.key(who.account, who.id), { name });
    const view = await open('/setup');
    const executions = await recordExecutions(view.page.context());
    await view.page.goto(`${visits.stage.url}/console`);
    await signIn(visits.stage, view, who);
    await expect(view.page.locator('.bar .name')).toHaveText(account);
    const you = view.page.getByRole('region', { name: 'You' });
    await expect(you.locator('dd').first()).toHaveText(name);
    await expect(
      view.page.locator(
        'iframe, img, main a:not([href^="/console/"], [href^="/docs/"]), meta[http-equiv], form, body style, body script',
      ),
    ).toHaveCount(0);
    await view.page.getByRole('link', { name: 'Your sign-in' }).click();
    await view.button('Token: Replace').click();
    await view.fill({ 'Current password': who.password, 'One-time code': nextCode(visits.stage, who.secret) });
    await view.button('Show the new token').click();
    await expect(view.page.locator('figure img')).toHaveJSProperty('complete', true);
    expect(await view.page.locator('figure img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(
      100,
    );
    await expect(view.page.locator('.enrolment a')).toHaveAttribute('href', /^otpauth:\/\/totp\//);
    expect(executions).toEqual([]);
  }
});

test('works by keyboard, from the address to the home page and out again', async () => {
  // Two accounts, so that the page asks which one.
  await makeSomeone();
  const who = await makeSomeone();
  const view = await open('/console');
  const { keyboard } = view.page;
  await view.heading.waitFor();
  await view.at('Which account?');
  await view.field('Account').focus();
  await keyboard.type(who.account);
  await keyboard.press('Enter');
  await expect(view.field('Email address')).toBeFocused();
  await keyboard.type(who.email);
  await keyboard.press('Enter');
  await expect(view.field('Password')).toBeFocused();
  await keyboard.type(who.password);
  await keyboard.press('Enter');
  await expect(view.field('One-time code')).toBeFocused();
  await keyboard.type(nextCode(visits.stage, who.secret));
  await keyboard.press('Enter');
  await view.at('Home');
  await expect(view.heading).toBeFocused();
  await keyboard.press('Shift+Tab');
  await expect(view.button('Sign out')).toBeFocused();
  await keyboard.press('Enter');
  await view.at('Sign in');
});

test('speaks German, and declares the language of the page', async () => {
  // The setup link works only without an account.
  const empty = await createConsoleFixture('console in German');
  try {
    const view = await empty.open(empty.setup, { locale: 'de-AT' });
    await view.at('Countersign einrichten');
    await expect(view.page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(view.page).toHaveTitle('Countersign einrichten – Countersign');
    expect(view.complaints).toEqual([]);
  } finally {
    await empty.close();
  }
});

// SR-13. The attack: another page lays the sign-in over its own buttons.
test('SR-13: no other page can frame the console', async () => {
  const view = await open('/setup');
  const framed = await view.page.evaluate(async () => {
    const frame = document.createElement('iframe');
    frame.src = '/console';
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener('load', resolve));
    try {
      return frame.contentDocument?.title ?? '';
    } catch {
      return 'refused';
    }
  });
  expect(framed).toBe('');
  view.complaints.splice(0);
});
