import type { OtpUse } from '@countersign/protocol/result';
import type { EnrolmentKind, TokenKind } from '@countersign/protocol/tokens';
import type { PassedSecond } from '../../authentication/step-up.ts';
import type { TokenId } from '../../kernel/ids.ts';
import type { Draft } from '../../tokens/kinds/actions.ts';
import type { EnrolmentBasis } from '../../tokens/kinds/kind-enrolment.ts';
import type { PresentedPasskey } from '../../tokens/kinds/passkey/passkey-challenge.ts';

/** A token being set up, stored in the user's flow until its first valid proof. */
export interface PendingEnrolment {
  /**
   * The kinds that the user may set up, the recommended one first. If empty: a token is required and none can be set up
   * here.
   */
  kinds: readonly EnrolmentKind[];
  /** The kind being set up. If absent, the user has to choose. */
  making?: Draft;
  /** The recovery codes created with the token, if the user has none. */
  recovery?: TokenId;
  basis: EnrolmentBasis;
  /** Of the user when it was offered: a later one ends the enrolment. */
  credentialEpoch: number;
  /** Of the user when a token was shown: a later one ends the enrolment. Absent: it rests on no token. */
  trustEpoch?: number;
  /** The factors that the sign-in has verified: it completes with these if the enrolment is skipped. */
  passed: {
    otp: OtpUse;
    token?: TokenId;
    kind?: TokenKind;
    pin?: true;
    passkey?: PresentedPasskey;
    second?: PassedSecond;
  };
  /** Whether the enrolment may be skipped, decided when it started, and until when. */
  mayWait: boolean;
  until?: number;
}
