import type { PasskeyAssertion, PasskeyVerification } from '@countersign/protocol/passkey';

/** Who the service is to authenticators. */
export interface RelyingParty {
  /** The host name of the service, or a domain above it. */
  rpId: string;
  /** The origin of the service, and of every ceremony. */
  origin: string;
}

/** A challenge that a sign-in has given out and that one answer uses up, with what the answer is held against. */
export interface PasskeyChallenge extends RelyingParty {
  /** 32 random bytes, base64url. */
  challenge: string;
  /** Which passkeys may answer. Empty: any; nobody has been named yet. */
  allow: { id: string; transports: string[] }[];
  userVerification: PasskeyVerification;
}

/** What a passkey says to the challenge of this sign-in. */
export interface PasskeyAnswer {
  kind: 'webauthn';
  assertion: PasskeyAssertion;
  asked: PasskeyChallenge;
  /** The page around the frame. */
  topOrigin: string;
}

/** What a passkey has shown of itself. */
export interface ShownPasskey {
  /** The device checked its person, by a PIN, a finger or a face: a second factor in itself. */
  userVerified: boolean;
  /** Whether its owner's other devices may have it too. */
  synced: boolean;
}
