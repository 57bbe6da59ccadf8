import { appCode } from './authenticator.ts';
import type { ConsoleView } from './console-view.ts';
import { expect } from './expect.ts';

/** From the first sign-in to the home page of the console. Returns what the user has saved. */
export async function enrol(view: ConsoleView): Promise<{ secret: string; codes: string[] }> {
  await view.at('Set up your token');
  const secret = await view.secret();
  await view.fill({ 'Code that the app shows now': appCode(secret) });
  await view.button('Confirm').click();
  await view.at('Save your recovery codes');
  const codes = await view.recoveryCodes();
  expect(codes).toHaveLength(10);
  await view.button('I have saved them').click();
  await view.at('Home');
  return { secret, codes };
}
