import type { PasskeyCreation, PasskeyDescriptor } from '@countersign/protocol/passkey';
import type { CreationOutcome, PasskeyFailure } from '@countersign/protocol/passkey-window';
import { bytesOf, failureOf, textOf } from './ceremony.ts';

/**
 * Creates a passkey. It never throws: it returns the failure as far as browsers report it. In a frame it must be
 * called in the user's click (WebAuthn level 3, section 5.1.3).
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
