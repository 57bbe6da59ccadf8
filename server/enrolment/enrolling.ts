import type { OtpUse } from '@countersign/protocol/result';
import type { ShownSecond } from '../authentication/step-up.ts';
import type { TokenId } from '../kernel/ids.ts';
import type { EnrolmentBasis, EnrolmentKind } from '../resources/enrolment-policy.ts';
import type { ShownPasskey } from '../tokens/kinds/passkey/passkey-challenge.ts';
import type { TokenKind } from '../tokens/token.ts';

/**
 * A token that becomes one with the first proof that its device is there, kept in the flow of the person who sets it up.
 */
export interface Enrolling {
  /** What the person may set up, the recommended kind first. None: there has to be a token, and none can be had here. */
  kinds: readonly EnrolmentKind[];
  /** The kind that they are setting up. Absent: they are asked which. */
  making?: Making;
  /** The recovery codes that come along, where the person has none. */
  recovery?: TokenId;
  basis: EnrolmentBasis;
  /** What the sign-in has shown already: it ends with that if the enrolment is left out. */
  passed: { otp: OtpUse; token?: TokenId; kind?: TokenKind; pin?: true; passkey?: ShownPasskey; second?: ShownSecond };
  /** Whether it can be left out, as far as was said when it was begun; and until when. */
  mayWait: boolean;
  until?: number;
}

/** What one kind needs until it is a token. */
export type Making = AppMaking | PasskeyMaking | SentMaking;

export interface AppMaking {
  kind: 'totp';
  token: TokenId;
  /** Sealed for the token that it will be. */
  sealedSecret: string;
}

export interface PasskeyMaking {
  kind: 'webauthn';
  token: TokenId;
  /** What a new passkey is to answer, once. */
  challenge: string;
}

export interface SentMaking {
  kind: 'sms' | 'email';
  /** Another one for each address. */
  token: TokenId;
  /** Where codes go, masked, where that is on record. Absent: the person says where. */
  onRecord?: string;
  /** The code that was sent last. */
  sent?: {
    to: string;
    expiresAt: number;
    /** From when on another one may be asked for. */
    resendAt: number;
  };
}
