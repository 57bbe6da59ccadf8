import type {
  PasskeyAssertion,
  PasskeyAttestation,
  PasskeyCreation,
  PasskeyRequest,
} from '@countersign/protocol/passkey';

/**
 * The answer of a passkey. Undefined if there is none: browsers do not tell a cancellation from a missing passkey
 * (WebAuthn level 3, section 14.5). Needs the JSON forms of WebAuthn level 3, which every current browser has.
 */
export async function requestPasskey(request: PasskeyRequest): Promise<PasskeyAssertion | undefined> {
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(request);
    const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
    const { id, response } = credential.toJSON() as AuthenticationResponseJSON;
    const { clientDataJSON, authenticatorData, signature, userHandle } = response;
    return { id, response: { clientDataJSON, authenticatorData, signature, ...(userHandle && { userHandle }) } };
  } catch {
    return undefined;
  }
}

/** The passkey that the device has created, or undefined. */
export async function createPasskey(creation: PasskeyCreation): Promise<PasskeyAttestation | undefined> {
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(creation);
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
    const { id, response } = credential.toJSON() as RegistrationResponseJSON;
    const { clientDataJSON, attestationObject, transports } = response;
    return { id, response: { clientDataJSON, attestationObject, transports } };
  } catch {
    return undefined;
  }
}
