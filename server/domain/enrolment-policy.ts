/** The kinds of tokens that people can set up by themselves. Recovery codes come along with the first of them. */
export const ENROLMENT_KINDS = ['totp'] as const;
export type EnrolmentKind = (typeof ENROLMENT_KINDS)[number];

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
