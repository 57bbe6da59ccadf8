import type { BrowserContextOptions } from '@playwright/test';
import { createAccount } from '../../server/accounts/create-account.ts';
import { writeSession } from '../../server/administration/login/authenticate-session.ts';
import {
  addAdministrator,
  codeOf,
  type FixtureAdministrator,
  signIn as signInAnew,
} from '../../server/testing/administrators.ts';
import { unwrap } from '../../server/testing/fixtures.ts';
import type { ConsoleFixture } from './console-fixture.ts';
import type { ConsoleView } from './console-view.ts';
import { expect } from './expect.ts';

let createdCount = 0;

/** The superuser of a new account, so that no test affects another. */
export async function createSuperuser({ ports }: ConsoleFixture, name = 'Acme'): Promise<FixtureAdministrator> {
  createdCount += 1;
  const { account } = unwrap(await createAccount(ports, { name }));
  return addAdministrator(ports, account.id, { email: `ada-${createdCount}@acme.example`, superuser: true });
}

/** The code of the app half a minute later, which has not been used. */
export function nextCode({ ports }: ConsoleFixture, secret: Uint8Array): string {
  ports.clock.advance(30_000);
  return codeOf(ports, secret);
}

export async function openPasswordStep(view: ConsoleView, who: FixtureAdministrator): Promise<void> {
  // With only one account, the page does not ask which.
  await expect(view.heading).toHaveText(/^(Which account\?|Sign in)$/);
  if ((await view.heading.textContent()) === 'Which account?') {
    await view.fill({ Account: who.account });
    await view.button('Continue').click();
  }
  await view.at('Sign in');
  await view.fill({ 'Email address': who.email });
  await view.button('Continue').click();
  await view.at('Enter your password');
}

export async function openCodeStep(view: ConsoleView, who: FixtureAdministrator): Promise<void> {
  await openPasswordStep(view, who);
  await view.fill({ Password: who.password });
  await view.button('Sign in').click();
  await view.at('Enter your code');
}

/** The storage of a browser in which the administrator has just signed in, without visiting the sign-in pages. */
export async function signedInState(
  { ports }: ConsoleFixture,
  who: FixtureAdministrator,
): Promise<Pick<BrowserContextOptions, 'storageState'>> {
  const opened = await signInAnew(ports, who);
  const cookie = { name: 'countersign', value: writeSession(opened), domain: 'localhost', path: '/', expires: -1 };
  return {
    storageState: { cookies: [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Strict' }], origins: [] },
  };
}

export async function signIn(stage: ConsoleFixture, view: ConsoleView, who: FixtureAdministrator): Promise<void> {
  await openCodeStep(view, who);
  await view.fill({ 'One-time code': nextCode(stage, who.secret) });
  await view.button('Confirm').click();
  await expect(view.heading).toHaveText(/^(Home|Your sign-in)$/);
}
