import type { MethodPolicy } from '@countersign/protocol/resources';
import type { TokenState } from '@countersign/protocol/tokens';
import type { UserId } from '../../kernel/ids.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import type { Resource } from '../../resources/resource.ts';
import type { SelfServicePolicy } from '../../resources/self-service-policy.ts';
import { rulesOf } from '../../tokens/kinds/rules.ts';
import type { Token } from '../../tokens/token.ts';
import type { SelfProof } from './self-session.ts';

/** Counted from the proof; a new proof restarts it. */
export const SELF_LIFETIME_MS = 15 * MINUTE_MS;
/** A change to the sign-in needs factors that were confirmed no longer ago (SR-38). */
export const PROOF_FRESH_MS = 5 * MINUTE_MS;

export const SELF_SERVICE_ACTIONS = [
  'names',
  'rename-token',
  'add-token',
  'remove-token',
  'resync-token',
  'pin',
  'recovery-codes',
  'password',
  'email',
  'browsers',
  'end-trust',
] as const;
export type SelfServiceActionName = (typeof SELF_SERVICE_ACTIONS)[number];

/** Actions that make no sign-in easier and send no notice: they need no fresh proof. */
const NO_REAUTH: ReadonlySet<SelfServiceActionName> = new Set(['names', 'rename-token', 'end-trust']);

export interface SelfFacts {
  /** The resource's current policy. */
  policy: SelfServicePolicy | undefined;
  proof: SelfProof;
  hasPassword: boolean;
  /** In any state and on any resource; see `hasToken` in `token-history.ts`. */
  hasToken: boolean;
}

/** `off`: not allowed there. `lacking`: a factor that they have was not confirmed. `stale`: it was too long ago. */
type SelfServiceDecision = 'allowed' | 'off' | 'lacking' | 'stale';

/**
 * Whether the user may do this now. All factors count that they have on any resource, not just those of this one:
 * otherwise the weakest resource would lead to the tokens of the strictest.
 */
export function judgeSelfServiceAction(act: SelfServiceActionName, facts: SelfFacts, now: number): SelfServiceDecision {
  if (!isOffered(act, facts.policy) || (act === 'password' && !facts.hasPassword)) return 'off';
  if (!isStrong(facts)) return 'lacking';
  return NO_REAUTH.has(act) || isFresh(facts.proof, now) ? 'allowed' : 'stale';
}

export function isStrong({ proof, hasPassword, hasToken }: Omit<SelfFacts, 'policy'>): boolean {
  return proof.isTwo || ((proof.password || !hasPassword) && (proof.second || !hasToken));
}

/** Written so that a proof from the future is not fresh. */
export function isFresh({ at }: SelfProof, now: number): boolean {
  return at <= now && now - at < PROOF_FRESH_MS;
}

function isOffered(act: SelfServiceActionName, policy: SelfServicePolicy | undefined): boolean {
  if (!policy) return false;
  switch (act) {
    case 'names':
      return policy.details.some((detail) => detail !== 'email');
    case 'email':
      return policy.details.includes('email');
    case 'password':
      return policy.password;
    case 'browsers':
      return policy.browsers;
    case 'end-trust':
      return true;
    default:
      return policy.tokens;
  }
}

/** An assignment that names a token which the user wants to delete. */
export interface NamingAssignment {
  resource: Pick<Resource, 'methodPolicy' | 'enrolment'> | undefined;
  alone: boolean;
  /** Other usable tokens of the assignment, without recovery codes. */
  others: number;
}

/**
 * Why the user cannot delete a token. `handed-out`: an administrator made it, or it opens a resource by itself.
 * `locked`: a deletion must not bypass a lock. `last`: a resource demands at least one.
 */
type DeletionBlocker = 'handed-out' | 'locked' | 'last';

/** Why the user cannot delete this token; undefined if they can. */
export function deletionBlocker(
  token: Pick<Token, 'factor' | 'createdBy' | 'directResources' | 'lock'>,
  state: TokenState,
  owner: UserId,
  named: readonly NamingAssignment[],
): DeletionBlocker | undefined {
  if (!isOwnMade(token, owner) || rulesOf(token).isSubstitute) return 'handed-out';
  if (token.lock) return 'locked';
  return named.every((one) => one.others > 0 || isSpare(one, state)) ? undefined : 'last';
}

/** True for a self-enrolled token that signs in only its owner. Administrators name all others. */
export function isOwnMade(token: Pick<Token, 'createdBy' | 'directResources'>, owner: UserId): boolean {
  return token.createdBy.kind === 'user' && token.createdBy.id === owner && token.directResources.length === 0;
}

/**
 * True if the last token of an assignment can be deleted: the rules allow a sign-in without it. An expired or
 * deactivated token never allowed that, and its deletion must not begin to.
 */
function isSpare({ resource, alone }: NamingAssignment, state: TokenState): boolean {
  // A removed resource accepts no sign-in with any token.
  if (!resource) return true;
  if (!alone || state !== 'active') return false;
  return !DEMANDS[resource.methodPolicy] && resource.enrolment?.required !== true;
}

const DEMANDS: Record<MethodPolicy, boolean> = { auto: false, password: false, otp: true, 'password-otp': true };
