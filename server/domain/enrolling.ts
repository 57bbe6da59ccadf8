import type { OtpUse } from '../../shared/wire/result.ts';
import type { EnrolmentBasis } from './enrolment-policy.ts';
import type { TokenId } from './ids.ts';
import type { ShownSecond } from './step-up.ts';
import type { TokenKind } from './token.ts';
import type { ShownPasskey } from './webauthn/passkey-challenge.ts';

/**
 * A token that becomes one with its first right code, kept in the flow of the person who sets it up. The seed is sealed for
 * the token that it will be.
 */
export interface Enrolling {
  token: TokenId;
  sealedSecret: string;
  /** The recovery codes that come along, where the person has none. */
  recovery?: TokenId;
  basis: EnrolmentBasis;
  /** What the sign-in has shown already: it ends with that if the enrolment is left out. */
  passed: { otp: OtpUse; token?: TokenId; kind?: TokenKind; pin?: true; passkey?: ShownPasskey; second?: ShownSecond };
  /** Whether it can be left out, as far as was said when it was begun; and until when. */
  mayWait: boolean;
  until?: number;
}
