import type { PasskeyAssertion, PasskeyVerification } from '@countersign/protocol/passkey';

/** The identity of the service to authenticators. */
export interface RelyingParty {
  /** The host name of the service, or a domain above it. */
  rpId: string;
  /** The origin of the service, and of every ceremony. */
  origin: string;
}

/** A challenge of a sign-in, which one response uses up, with the data that the response is verified against. */
export interface PasskeyChallenge extends RelyingParty {
  /** 32 random bytes, base64url. */
  challenge: string;
  /** The passkeys that may respond. Empty: any, because no user has been named yet. */
  allow: { id: string; transports: string[] }[];
  userVerification: PasskeyVerification;
}

/** A passkey's response to the challenge of this sign-in. */
export interface PasskeyAnswer {
  kind: 'webauthn';
  assertion: PasskeyAssertion;
  asked: PasskeyChallenge;
  /** The page around the frame. */
  topOrigin: string;
  /** The service's further origins. */
  relatedOrigins?: readonly string[] | undefined;
}

/** The data of a verified passkey. */
export interface PresentedPasskey {
  /** The device verified its user, by a PIN, a finger or a face: a second factor in itself. */
  userVerified: boolean;
  /** Whether its owner's other devices may have it too. */
  synced: boolean;
}
