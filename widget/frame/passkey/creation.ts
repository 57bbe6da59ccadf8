import type { PasskeyCreation, PasskeyDescriptor } from '@countersign/protocol/passkey';
import type { CreationOutcome, PasskeyFailure, WindowWords } from '@countersign/protocol/passkey-window';
import { bytesOf, failureOf, textOf } from './ceremony.ts';
import { runInWindow } from './in-window.ts';

/**
 * Creates a passkey. It never throws: it returns the failure as far as browsers report it. In a frame it must be
 * called in the user's click, or soon after (WebAuthn level 3, section 5.1.3).
 *
 * @param mediation `conditional`: without asking the user
 */
export async function createPasskey(
  creation: PasskeyCreation,
  mediation?: CredentialMediationRequirement,
): Promise<CreationOutcome> {
  if (!('PublicKeyCredential' in window)) return { failure: 'passkeyUnknown' };
  try {
    const made = await navigator.credentials.create({
      publicKey: optionsOf(creation),
      ...(mediation && { mediation }),
    });
    return made ? { attestation: attestationOf(made as PublicKeyCredential) } : { failure: 'passkeyCancelled' };
  } catch (error) {
    return { failure: creationFailureOf(error) };
  }
}

/** Creates a passkey in the frame, or in a window if the embedding page or the browser does not allow it. */
export function createPasskeyAnywhere(
  creation: PasskeyCreation,
  { inWindow, words }: { inWindow: boolean; words: WindowWords },
): Promise<CreationOutcome> {
  return inWindow || !canCreateInFrame() ? runInWindow({ creation }, words) : createPasskey(creation);
}

/**
 * Not every browser lets a frame create passkeys. If the browser does not say, a window is used, which works
 * everywhere.
 */
export function canCreateInFrame(): boolean {
  if (parent === window) return true;
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature?(feature: string): boolean } };
  return featurePolicy?.allowsFeature?.('publickey-credentials-create') === true;
}

function creationFailureOf(error: unknown): PasskeyFailure {
  // The device already has one of the excluded passkeys.
  return Object(error).name === 'InvalidStateError' ? 'passkeyExists' : failureOf(error);
}

function optionsOf({
  challenge,
  user,
  excludeCredentials,
  ...rest
}: PasskeyCreation): PublicKeyCredentialCreationOptions {
  return {
    ...rest,
    challenge: bytesOf(challenge),
    user: { ...user, id: bytesOf(user.id) },
    excludeCredentials: excludeCredentials.map(descriptorOf),
  };
}

function descriptorOf({ type, id, transports }: PasskeyDescriptor): PublicKeyCredentialDescriptor {
  return { type, id: bytesOf(id), transports: transports as AuthenticatorTransport[] };
}

function attestationOf(credential: PublicKeyCredential) {
  const response = credential.response as AuthenticatorAttestationResponse;
  const { rk } = credential.getClientExtensionResults().credProps ?? {};
  const transports = response.getTransports?.();
  return {
    id: credential.id,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      ...(transports && { transports }),
    },
    ...(rk !== undefined && { clientExtensionResults: { credProps: { rk } } }),
  };
}
