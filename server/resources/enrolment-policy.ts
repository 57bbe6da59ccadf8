import type { EnrolmentKind } from '@countersign/protocol/flow';

/**
 * The kinds of tokens that people can set up by themselves, the recommended one first. Recovery codes come along with the
 * first token. Passkeys alone cannot be phished; an app needs no network; a mailbox mostly has a sign-in of its own; a phone
 * number can be taken over (NIST SP 800-63B-4 section 3.1.3.3).
 */
export const ENROLMENT_KINDS = ['webauthn', 'totp', 'email', 'sms'] as const satisfies readonly EnrolmentKind[];
export type { EnrolmentKind };

/** Whether people set up tokens of their own where they sign in, and which. */
export interface EnrolmentPolicy {
  kinds: EnrolmentKind[];
  /** Whoever has never had a token does not get in without setting one up. */
  required: boolean;
  /** Until when it may be postponed nevertheless. */
  postponableUntil?: number;
  /** Whether people whose tokens were locked by wrong codes may have a link mailed to them that unlocks these. */
  unlockByMail?: boolean;
}

/** What somebody has shown before they may set up a token. */
export type EnrolmentBasis =
  /** Their password, and nothing else. */
  | 'password'
  /** Everything that the resource asks for, a second factor among it. */
  | 'second-factor'
  /** A link that an administrator had mailed to them, and their password if they have one. */
  | 'link';
