/**
 * Passkeys and security keys as they travel between service and browser: the JSON forms of WebAuthn level 3, section 5.1,
 * as far as they are used here. All binary values are base64url without padding.
 */
export type PasskeyVerification = 'preferred' | 'required';

/** What `navigator.credentials.get` is asked for (PublicKeyCredentialRequestOptionsJSON). */
export interface PasskeyRequest {
  challenge: string;
  rpId: string;
  /** Which ones may answer. Empty: whichever the person has here (discoverable credentials). */
  allowCredentials: PasskeyDescriptor[];
  userVerification: PasskeyVerification;
  timeout: number;
}

export interface PasskeyDescriptor {
  type: 'public-key';
  id: string;
  transports: string[];
}

/** What `navigator.credentials.get` comes to (AuthenticationResponseJSON). */
export interface PasskeyAssertion {
  id: string;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | undefined };
}

/** What `navigator.credentials.create` is asked for (PublicKeyCredentialCreationOptionsJSON). */
export interface PasskeyCreation {
  challenge: string;
  rp: { id: string; name: string };
  /** `id`: opaque, and nothing personal (WebAuthn 14.6.1). */
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: { type: 'public-key'; alg: number }[];
  /** What the person has already. */
  excludeCredentials: PasskeyDescriptor[];
  authenticatorSelection: { residentKey: 'preferred'; userVerification: 'preferred' };
  attestation: 'none';
  extensions: { credProps: true };
  timeout: number;
}

/** What `navigator.credentials.create` comes to (RegistrationResponseJSON). */
export interface PasskeyAttestation {
  id: string;
  response: { clientDataJSON: string; attestationObject: string; transports?: string[] | undefined };
  clientExtensionResults?: { credProps?: { rk?: boolean | undefined } | undefined } | undefined;
}
