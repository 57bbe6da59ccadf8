/**
 * Passkeys and security keys as exchanged by service and browser: the JSON forms of WebAuthn level 3, section 5.1, as
 * far as they are used here. All binary values are base64url without padding.
 */
export type PasskeyVerification = 'preferred' | 'required';

/** Options of `navigator.credentials.get` (PublicKeyCredentialRequestOptionsJSON). */
export interface PasskeyRequest {
  challenge: string;
  rpId: string;
  /** The accepted credentials. Empty: any that the user has here (discoverable credentials). */
  allowCredentials: PasskeyDescriptor[];
  userVerification: PasskeyVerification;
  timeout: number;
}

export interface PasskeyDescriptor {
  type: 'public-key';
  id: string;
  transports: string[];
}

/** The response of `navigator.credentials.get` (AuthenticationResponseJSON). */
export interface PasskeyAssertion {
  id: string;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | undefined };
}

/** Options of `navigator.credentials.create` (PublicKeyCredentialCreationOptionsJSON). */
export interface PasskeyCreation {
  challenge: string;
  rp: { id: string; name: string };
  /** `id`: opaque, without personal data (WebAuthn 14.6.1). */
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: { type: 'public-key'; alg: number }[];
  /** The user's existing credentials. */
  excludeCredentials: PasskeyDescriptor[];
  authenticatorSelection: { residentKey: 'preferred'; userVerification: PasskeyVerification };
  attestation: 'none';
  extensions: { credProps: true };
  timeout: number;
}

/**
 * What a browser may know about a user's passkeys: options of `PublicKeyCredential.signalAllAcceptedCredentials` and
 * `signalCurrentUserDetails`, which ignore each other's members (WebAuthn level 3, section 5.1.10).
 */
export interface KnownPasskeys {
  rpId: string;
  /** The user id that devices store. */
  userId: string;
  /** All of them: the browser hides the others. */
  allAcceptedCredentialIds: string[];
  name: string;
  displayName: string;
}

/** The response of `navigator.credentials.create` (RegistrationResponseJSON). */
export interface PasskeyAttestation {
  id: string;
  response: { clientDataJSON: string; attestationObject: string; transports?: string[] | undefined };
  clientExtensionResults?: { credProps?: { rk?: boolean | undefined } | undefined } | undefined;
}
