import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { MethodPolicy } from '@countersign/protocol/resources';
import { ENROLMENT_KINDS, type EnrolmentKind, type TokenKind } from '@countersign/protocol/tokens';
import { type EnrolmentPolicy, isEnrolmentRequired } from '../resources/enrolment-policy.ts';
import type { EnrolmentBasis } from '../tokens/kinds/kind-enrolment.ts';
import type { hadToken } from '../tokens/token-history.ts';

export interface EnrolmentFacts {
  /** The resource's. */
  policy: EnrolmentPolicy | undefined;
  methodPolicy: MethodPolicy;
  accepts: readonly TokenKind[];
  /** The kinds that this user can set up now: a code needs an address and a sender for it. */
  available: readonly EnrolmentKind[];
  basis: EnrolmentBasis;
  /** Whether the user has a token in any state, or ever had one; see {@link hadToken}. */
  hadToken: boolean;
  /** The password was reset by mail: a token set up with it would prove no more than access to the mailbox (SR-69). */
  isMailboxAlone: boolean;
  /** Whether the user is assigned to this resource with a token, in any state; recovery codes do not count. */
  isPairedHere: boolean;
  /** An administrator's deactivation permits the user to replace the token, and has not been used. */
  isReplacementPermitted: boolean;
  /** The page asks for it. If false, only a user without a token sees it. */
  isAsked: boolean;
}

export type EnrolmentDecision =
  | { kind: 'none' }
  /**
   * The sign-in cannot continue without a token. If `kinds` is empty it cannot continue at all: an unavailable factor
   * must not be dropped (SR-3).
   */
  | { kind: 'demand'; kinds: EnrolmentKind[] }
  /** May be skipped this time, until `until`. At least one kind, the recommended one first. */
  | { kind: 'offer'; kinds: EnrolmentKind[]; until?: number };

const NONE = { kind: 'none' } as const;

/**
 * Whether a user may set up a token now. A password alone is enough only for a user who never had a token: with one
 * that is locked, expired, deactivated, deleted or not accepted here, a stolen password would buy a second factor. A
 * token that counts only elsewhere does not satisfy a requirement here: a thief of the password would set one up on a
 * less strict resource and sign in here with it.
 */
export function decideEnrolment(facts: EnrolmentFacts, now: number): EnrolmentDecision {
  const { policy, methodPolicy, basis, isAsked } = facts;
  const counted = ENROLMENT_KINDS.filter((kind) => policy?.kinds.includes(kind) && facts.accepts.includes(kind));
  if (!policy || counted.length === 0) return NONE;
  const kinds = counted.filter((kind) => facts.available.includes(kind));
  const offered = (until?: number): EnrolmentDecision =>
    kinds.length === 0 ? NONE : { kind: 'offer', kinds, ...omitUndefined({ until }) };
  if (basis === 'link') return { kind: 'demand', kinds };
  if (basis === 'replacement') return facts.isReplacementPermitted ? { kind: 'demand', kinds } : NONE;
  if (basis === 'second-factor') return isAsked ? offered() : NONE;
  if (basis === 'site-password') {
    return policy.required && !facts.hadToken && !facts.isMailboxAlone ? { kind: 'demand', kinds } : NONE;
  }
  if (facts.hadToken) {
    const isDemanded = methodPolicy === 'auto' && !facts.isPairedHere && isEnrolmentRequired(policy, now);
    return isDemanded ? { kind: 'demand', kinds: [] } : NONE;
  }
  if (facts.isMailboxAlone) {
    const isDemanded = methodPolicy === 'password-otp' || (methodPolicy === 'auto' && isEnrolmentRequired(policy, now));
    return isDemanded ? { kind: 'demand', kinds: [] } : NONE;
  }
  switch (methodPolicy) {
    // No password was asked for, or no code ever is.
    case 'otp':
    case 'password':
      return NONE;
    // Without a code no user signs in, so enrolment cannot be postponed.
    case 'password-otp':
      return { kind: 'demand', kinds };
    case 'auto':
      if (isEnrolmentRequired(policy, now)) return { kind: 'demand', kinds };
      return offered(policy.required ? policy.postponableUntil : undefined);
  }
}
