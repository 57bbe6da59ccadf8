import type { PasskeyCreation, PasskeyDescriptor } from '@countersign/protocol/passkey';
import type { CreationOutcome, PasskeyFailure, WindowWords } from '@countersign/protocol/passkey-window';
import { bytesOf, failureOf, textOf } from './ceremony.ts';
import { runInWindow } from './in-window.ts';

/**
 * Has the browser make a passkey. It never throws: why there is none is told as far as browsers tell. In a frame it has to be
 * called in the person's click (WebAuthn level 3, section 5.1.3).
 */
export async function createPasskey(creation: PasskeyCreation): Promise<CreationOutcome> {
  if (!('PublicKeyCredential' in window)) return { failure: 'passkeyUnknown' };
  try {
    const made = await navigator.credentials.create({ publicKey: optionsOf(creation) });
    return made ? { attestation: attestationOf(made as PublicKeyCredential) } : { failure: 'passkeyCancelled' };
  } catch (error) {
    return { failure: creationFailureOf(error) };
  }
}

/** In the frame itself, or in a window where the page around, or the browser, does not let frames make any. */
export function createPasskeyAnywhere(
  creation: PasskeyCreation,
  { inWindow, words }: { inWindow: boolean; words: WindowWords },
): Promise<CreationOutcome> {
  return inWindow || !canCreateInFrame() ? runInWindow({ creation }, words) : createPasskey(creation);
}

/**
 * Unlike an answer, a new passkey is not something that every browser lets frames have: one that does not say is asked in a
 * window, which works in all of them.
 */
function canCreateInFrame(): boolean {
  if (parent === window) return true;
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature?(feature: string): boolean } };
  return featurePolicy?.allowsFeature?.('publickey-credentials-create') === true;
}

function creationFailureOf(error: unknown): PasskeyFailure {
  // One of those that were to be left out is on this device.
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
