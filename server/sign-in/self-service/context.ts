import { acceptedKindsFrom } from '../../authentication/second-factor.ts';
import { parseId, type TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { acceptedKinds, type Resource } from '../../resources/resource.ts';
import type { EnrolmentBasis } from '../../tokens/kinds/kind-enrolment.ts';
import { passkeysOf } from '../../tokens/kinds/passkey/passkey-request.ts';
import { rulesOf } from '../../tokens/kinds/rules.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { mayBeMore, ownedTokens } from '../../tokens/owned-tokens.ts';
import { isRecovery, type Token, type WebauthnToken } from '../../tokens/token.ts';
import { hasToken, isLeftover } from '../../tokens/token-history.ts';
import { isUsable } from '../../tokens/usable-tokens.ts';
import { assignmentTo, isAssigned, unassignToken } from '../../users/assignments.ts';
import { readUser } from '../../users/find-user.ts';
import { credentialFingerprint, type User } from '../../users/user.ts';
import type { Flow } from '../flow.ts';
import type { SelfFacts } from './self-service.ts';
import type { SelfSession } from './self-session.ts';

/** A user on the self-service page, as currently stored. */
export interface SelfServiceContext {
  user: User;
  session: SelfSession;
  resource: Resource;
  /** The tokens of the assignment to the resource. */
  paired: Token[];
  /** All tokens of the user. */
  owned: Token[];
  /** Their passkeys, also one that an enrolment has not finished yet; undefined if there may be more. */
  passkeys: WebauthnToken[] | undefined;
}

/**
 * Loads the user of an open page. Refused unless the user is live and assigned, their credentials have changed only
 * through the page, and the confirmed factors are still valid (SR-4).
 */
export async function readSelfServiceContext(
  ports: Pick<Ports, 'store' | 'clock'>,
  flow: Flow,
  resource: Resource,
): Promise<SelfServiceContext | undefined> {
  const { self: session, user: id } = flow;
  if (!session || id === undefined || !resource.selfService || !resource.enabled) return undefined;
  const known = await readUser(ports, flow.account, id);
  if (!known) return undefined;
  const { user, tokens } = await loadAssignedTokens(ports, known, resource.id);
  const paired = tokens.map(({ value }) => value);
  if (!user || !isAssigned(assignmentTo(user, resource.id), paired)) return undefined;
  if (!isUnchangedSinceOpen(user, flow)) return undefined;
  if (session.token !== undefined && !mayBeShown(session.token, { user, paired }, resource, ports.clock.now()))
    return undefined;
  const found = await ownedTokens(ports, user);
  const owned = found.filter((token) => !isLeftover(user, token));
  return { user, session, resource, paired, owned, passkeys: mayBeMore(found) ? undefined : passkeysOf(found) };
}

/** True if the user's credentials have not changed since the page was opened, or if no page is open. */
export function isUnchangedSinceOpen(user: User, flow: Flow): boolean {
  return flow.self === undefined || credentialFingerprint(beforeNewToken(user, flow)) === flow.self.standing;
}

/** The user without the token that is being enrolled, because the page itself makes that change. */
function beforeNewToken(user: User, { enrolling, resource }: Flow): User {
  if (!enrolling) return user;
  const { making, recovery } = enrolling;
  const without = making ? unassignToken(user, resource, making.token) : user;
  return recovery === undefined ? without : unassignToken(without, resource, recovery);
}

/** True if the user can sign in with this token here. */
export function mayBeShown(
  id: Token['id'],
  { user, paired }: Pick<SelfServiceContext, 'user' | 'paired'>,
  resource: Resource,
  now: number,
): boolean {
  return paired.some((token) => token.id === id && isUsable(token, acceptedKindsFrom(user, resource), now));
}

export function factsOf({ user, session, resource, owned }: SelfServiceContext): SelfFacts {
  return {
    policy: resource.selfService,
    proof: session.proof,
    hasPassword: user.passwordHash !== undefined,
    hasToken: hasToken(user, owned),
  };
}

/** The factors that allow an enrolment from the page. */
export function basisOf({ session }: Pick<SelfServiceContext, 'session'>): EnrolmentBasis {
  return session.proof.second ? 'second-factor' : 'password';
}

/** Loads a token of the user. Another user's token looks like one that never existed. */
export function ownToken(
  { owned }: Pick<SelfServiceContext, 'owned'>,
  text: string,
): Result<{ token: Token; id: TokenId }> {
  const id = parseId('tok', text);
  const token = owned.find((one) => one.id === id);
  return token ? { token, id: token.id } : refusal('TOKEN_NOT_FOUND');
}

/** Recovery codes replace a token, so they are for users who have one. */
export function mayHaveCodes({ user, owned, paired, resource }: SelfServiceContext): boolean {
  if (!acceptedKinds(resource).includes('recovery') || !assignmentTo(user, resource.id)) return false;
  const recovery = owned.find(isRecovery);
  return recovery ? !recovery.lock && recovery.enabled : paired.some((token) => !rulesOf(token).isSubstitute);
}
