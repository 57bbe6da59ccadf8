import type { PasskeyAssertion, PasskeyVerification } from '@countersign/protocol/passkey';
import type { WebauthnFactor } from '../../token.ts';
import { type CeremonyRules, clientDataFault, originsOf } from './client-data.ts';
import { isSafePasskey } from './passkey-point.ts';

/** The rules that an assertion is verified against: the ceremony as requested. */
export interface AssertionRules extends CeremonyRules {
  rpId: string;
  /** `required`: the device has to have verified its user, so that it counts as two factors (SR-61). */
  userVerification: PasskeyVerification;
  /** The id of the passkey's user, as the device stores it. */
  userHandle: string;
  /** If no user was named, the device has to name one. */
  needsUserHandle: boolean;
}

export type AssertionCheck =
  | { verdict: 'right'; signCount: number; userVerified: boolean }
  /** Signed by the key, but its counter did not increase: there may be a copy of it (WebAuthn 6.1.1). */
  | { verdict: 'copied' }
  | { verdict: 'wrong' };

const WRONG: AssertionCheck = { verdict: 'wrong' };

/**
 * Verifies one assertion against one passkey (WebAuthn level 3, section 7.2). Client data is checked here; the library
 * checks the authenticator's data and the signature, and throws on any error.
 */
export async function verifyAssertion(
  factor: WebauthnFactor,
  assertion: PasskeyAssertion,
  rules: AssertionRules,
): Promise<AssertionCheck> {
  const { id, response } = assertion;
  if (id !== factor.credentialId) return WRONG;
  if (clientDataFault(response.clientDataJSON, 'webauthn.get', rules)) return WRONG;
  const handle = response.userHandle ?? '';
  if ((handle === '' && rules.needsUserHandle) || (handle !== '' && handle !== rules.userHandle)) return WRONG;

  // Large, and most installations have no passkey to check right after they start.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const { userHandle: _judged, ...signed } = response;
  const publicKey = new Uint8Array(Buffer.from(factor.publicKey, 'base64url'));
  const checked = await verifyAuthenticationResponse({
    response: { id, rawId: id, type: 'public-key', response: signed, clientExtensionResults: {} },
    expectedChallenge: rules.challenge,
    expectedOrigin: originsOf(rules),
    expectedTopOrigin: rules.topOrigin,
    expectedRPID: rules.rpId,
    requireUserVerification: rules.userVerification === 'required',
    // The counter is compared below: here a stale one would be reported before the signature is verified, to a caller
    // without the key.
    credential: { id, publicKey, counter: 0 },
  }).catch(() => undefined);
  if (!checked?.verified) return WRONG;
  // One that was registered before such keys were refused.
  if (!(await isSafePasskey(publicKey))) return WRONG;

  const { newCounter, userVerified, credentialDeviceType } = checked.authenticationInfo;
  // Section 7.2 step 19: a passkey never changes between single-device and multi-device.
  if ((credentialDeviceType === 'multiDevice') !== factor.synced) return WRONG;
  if (isStaleCounter(newCounter, factor)) return { verdict: 'copied' };
  return { verdict: 'right', signCount: newCounter, userVerified };
}

/** Whether a counter did not increase. Passkeys without one always report 0. */
export function isStaleCounter(counter: number, { signCount }: Pick<WebauthnFactor, 'signCount'>): boolean {
  return (counter > 0 || signCount > 0) && counter <= signCount;
}
