import type { Confirmation } from '../administrators/administrator-link.ts';
import type { TokenId, UserId } from '../kernel/ids.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { MethodPolicy, Resource } from '../resources/resource.ts';
import type { SelfServicePolicy } from '../resources/self-service-policy.ts';
import { isRecovery, type Token, type TokenState } from '../tokens/token.ts';

/** From the proof on; a new proof begins it anew. */
export const SELF_LIFETIME_MS = 15 * MINUTE_MS;
/** What changes a way in needs factors that were shown no longer ago (SR-38). */
export const PROOF_FRESH_MS = 5 * MINUTE_MS;

/** What somebody showed to get to the page. */
export interface SelfProof {
  at: number;
  password: boolean;
  second: boolean;
  /** Two factors, or one that is two by itself. */
  isTwo: boolean;
}

/** Somebody on the self-service page, kept in the flow of their sign-in. */
export interface SelfSession {
  proof: SelfProof;
  /** Digest of what lets the person in. When that changes anywhere else, the session is over. */
  standing: string;
  /** The token that was shown. When it may not be used any more, the session is over. */
  token?: TokenId;
  /** An address that waits for the code which was sent there. */
  email?: { address: string; confirmation: Confirmation; expiresAt: number };
  /** New recovery codes, until the person says that they have them: whose, and what they are made from. */
  codes?: { token: TokenId; madeWith: string };
}

export const SELF_ACTS = [
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
] as const;
export type SelfAct = (typeof SELF_ACTS)[number];

/** What changes no way in, and nobody is warned of: it needs no fresh proof. */
const NO_REAUTH: ReadonlySet<SelfAct> = new Set(['names', 'rename-token']);

export interface SelfFacts {
  /** The resource's, as it is now. */
  policy: SelfServicePolicy | undefined;
  proof: SelfProof;
  hasPassword: boolean;
  /** In whatever state and on whatever resource; see `hasToken` in `enrolment.ts`. */
  hasToken: boolean;
}

/** `off`: nobody does that there. `lacking`: a factor of theirs has not been shown. `stale`: it was too long ago. */
export type SelfJudgement = 'allowed' | 'off' | 'lacking' | 'stale';

/**
 * Whether the person on the page may do this now. Both factors count that they have anywhere, not those alone that this
 * resource asks for: else the laxest resource would be the way to the tokens of the strictest.
 */
export function judgeSelfAct(act: SelfAct, facts: SelfFacts, now: number): SelfJudgement {
  if (!isOffered(act, facts.policy) || (act === 'password' && !facts.hasPassword)) return 'off';
  if (!isStrong(facts)) return 'lacking';
  return NO_REAUTH.has(act) || isFresh(facts.proof, now) ? 'allowed' : 'stale';
}

export function isStrong({ proof, hasPassword, hasToken }: Omit<SelfFacts, 'policy'>): boolean {
  return proof.isTwo || ((proof.password || !hasPassword) && (proof.second || !hasToken));
}

/** Written so that a proof from the future is none. */
export function isFresh({ at }: SelfProof, now: number): boolean {
  return at <= now && now - at < PROOF_FRESH_MS;
}

function isOffered(act: SelfAct, policy: SelfServicePolicy | undefined): boolean {
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
    default:
      return policy.tokens;
  }
}

/** An assignment that names a token which its person wants to be rid of. */
export interface Named {
  resource: Pick<Resource, 'methodPolicy' | 'enrolment'> | undefined;
  alone: boolean;
  /** Other tokens of the assignment that could be answered with now, recovery codes aside. */
  others: number;
}

/**
 * Why a token stays. `handed-out`: an administrator made it, or it opens a resource by itself. `locked`: a lock is not got
 * rid of by throwing away what is locked. `last`: somewhere nobody comes in without one.
 */
export type DeletionBlocker = 'handed-out' | 'locked' | 'last';

/** Whether somebody may remove a token of theirs; undefined: they may. */
export function deletionBlocker(
  token: Pick<Token, 'factor' | 'createdBy' | 'directResources' | 'lock'>,
  state: TokenState,
  owner: UserId,
  named: readonly Named[],
): DeletionBlocker | undefined {
  if (!isOwnMade(token, owner) || isRecovery(token as Token)) return 'handed-out';
  if (token.lock) return 'locked';
  return named.every((one) => one.others > 0 || isSpare(one, state)) ? undefined : 'last';
}

/** One that they set up themselves and that lets in nobody but them: the others are the administrators' to name. */
export function isOwnMade(token: Pick<Token, 'createdBy' | 'directResources'>, owner: UserId): boolean {
  return token.createdBy?.kind === 'user' && token.createdBy.id === owner && token.directResources.length === 0;
}

/**
 * Whether the last token of an assignment may go: the person comes in without, by the rules. One that has expired or was
 * deactivated never made them come in so, and must not begin to by being removed.
 */
function isSpare({ resource, alone }: Named, state: TokenState): boolean {
  // Nobody comes in there any more, with whatever token.
  if (!resource) return true;
  if (!alone || state !== 'active') return false;
  return !DEMANDS[resource.methodPolicy] && resource.enrolment?.required !== true;
}

const DEMANDS: Record<MethodPolicy, boolean> = { auto: false, password: false, otp: true, 'password-otp': true };
