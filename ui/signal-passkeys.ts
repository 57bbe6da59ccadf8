import type { KnownPasskeys } from '@countersign/protocol/passkey';

let signalled: string | undefined;

/**
 * Signals to the browser which passkeys the user has here, so that password managers hide those that were removed, and
 * the user's names (WebAuthn level 3, section 5.1.10). It does not matter if a browser cannot, or does not know them.
 */
export function signalPasskeys(known: KnownPasskeys): void {
  const text = JSON.stringify(known);
  if (text === signalled) return;
  signalled = text;
  const browser: Partial<typeof PublicKeyCredential> = window.PublicKeyCredential ?? {};
  const ignored = () => {};
  browser.signalAllAcceptedCredentials?.(known).catch(ignored);
  browser.signalCurrentUserDetails?.(known).catch(ignored);
}
