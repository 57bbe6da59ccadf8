import type { EnrolmentKind } from '@countersign/protocol/tokens';

export type { EnrolmentKind };

/** Whether users have to enrol a token by now. */
export function isEnrolmentRequired(policy: EnrolmentPolicy | undefined, now: number): boolean {
  if (!policy?.required) return false;
  const { postponableUntil: until } = policy;
  return until === undefined || now >= until;
}

/** Whether users can enrol tokens at sign-in, and which kinds. */
export interface EnrolmentPolicy {
  kinds: EnrolmentKind[];
  /** A user who has never had a token must enrol one to sign in. */
  required: boolean;
  /** How long users may postpone it. */
  postponableUntil?: number;
  /** Users may request a mailed link that unlocks the tokens locked by wrong codes. */
  unlockByMail?: boolean;
  /** After a sign-in with both factors, the browser may create a passkey without asking. */
  passkeyUpgrade?: boolean;
}
