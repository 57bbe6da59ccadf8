import type { EnrolmentKind } from '@countersign/protocol/flow';

/**
 * The kinds of tokens that users can enrol themselves, the recommended one first. Recovery codes come with the first
 * token. Only passkeys resist phishing; an app needs no network; a mailbox mostly has a sign-in of its own; a phone
 * number can be taken over (NIST SP 800-63B-4 section 3.1.3.3).
 */
export const ENROLMENT_KINDS = ['webauthn', 'totp', 'email', 'sms'] as const satisfies readonly EnrolmentKind[];
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
