import { TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import type { ResourceId, TokenId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import { mayAuthenticateOn } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { acceptedKinds, type Resource } from '../resources/resource.ts';
import { apiScope } from '../tokens/challenge.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { actionsOf } from '../tokens/kinds/actions.ts';
import type { ApiChallenge } from '../tokens/kinds/kind-actions.ts';
import { KIND_RULES, rulesOf } from '../tokens/kinds/rules.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import { lockRefusal } from '../tokens/lockout.ts';
import type { Token } from '../tokens/token.ts';
import { isUsable } from '../tokens/usable-tokens.ts';
import { userDocument } from '../users/documents.ts';
import { findUser } from '../users/find-user.ts';
import type { User } from '../users/user.ts';
import { readAccess } from './read-access.ts';
import { acceptedKindsFrom } from './second-factor.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'codes'>;

/** The kinds that need a challenge before they can be answered. */
export const CHALLENGE_KINDS = TOKEN_KINDS.filter((kind) => KIND_RULES[kind].isChallenged);

export interface ChallengeRequest {
  resource: ResourceId;
  /** Id or any name of a user; the best of their tokens that takes a challenge, unless another is named. */
  user?: string | undefined;
  /** Without a user: a token that the resource accepts directly. */
  token?: TokenId | undefined;
  kind?: TokenKind | undefined;
  language: MailLanguage;
  /** The user's address as the host saw it. */
  address?: string | undefined;
  /** Returns a recent code's challenge, if it is too early for another, instead of CODE_LIMIT. */
  reuseRecent?: true | undefined;
}

export interface CreatedChallenge extends ApiChallenge {
  token: TokenId;
  kind: TokenKind;
  name: string;
}

/**
 * Creates a challenge for a host's backend: sends a code, or makes a question for a device, whose answer `POST
 * /v1/authentications` then takes on the same resource. The backend is responsible for having verified a first factor;
 * filters, plan and resource are checked as at sign-in, so that nothing is sent to a user who cannot sign in.
 */
export async function createChallenge(
  ports: Needs,
  act: RequestContext,
  request: ChallengeRequest,
): Promise<Result<CreatedChallenge>> {
  if (!mayAuthenticateOn(act.actor, request.resource)) return refusal('SCOPE_MISSING');
  const access = await readAccess(ports, request.resource, request.address, act.actor.account);
  if (isRefusal(access)) return access;
  const { resource } = access;
  // No user is behind it, and sending costs money.
  if (resource.testMode !== undefined) return refusal('TEST_RESOURCE');
  const found = await candidates(ports, act, resource, request);
  if (isRefusal(found)) return found;
  const accepts = acceptedKindsFrom(found.user ?? {}, resource);
  const meant = found.tokens
    .filter((token) => rulesOf(token).isChallenged)
    .filter(({ id, factor }) => (request.token ?? id) === id && (request.kind ?? factor.kind) === factor.kind)
    .filter(({ factor }) => acceptedKinds(resource).includes(factor.kind));
  const fitting = meant
    .filter(({ factor }) => accepts.includes(factor.kind))
    .sort((a, b) => TOKEN_KINDS.indexOf(a.factor.kind) - TOKEN_KINDS.indexOf(b.factor.kind));
  const token = fitting.find((one) => isUsable(one, accepts, ports.clock.now(), 'api'));
  if (!token && meant.length > fitting.length) return refusal('CONFIRMATION_REQUIRED');
  if (!token) return refusal(fitting.some(({ lock }) => lock) ? lockRefusal(fitting) : 'TOKEN_NOT_FOUND');
  const { id, name, factor } = token;
  const { language, reuseRecent } = request;
  const related = found.user ? [found.user.id] : [];
  const order = { token, resource, scope: apiScope(resource.id, found.owner), language, related, reuseRecent };
  const asked = (await actionsOf(token).challenge?.(ports, act, order)) ?? refusal('TOKEN_NOT_FOUND');
  return isRefusal(asked) ? asked : { token: id, kind: factor.kind, name, ...asked };
}

/** The tokens that may be challenged: the user's tokens on that resource, or the one that it accepts without a user. */
export async function candidates(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: RequestContext,
  resource: Resource,
  { user: name, token: id }: Pick<ChallengeRequest, 'user' | 'token'>,
): Promise<Result<{ tokens: Token[]; user?: User; owner: User | undefined }>> {
  const { account } = act.actor;
  if (name !== undefined) {
    const known = await findUser(ports, account, name);
    if (!known) return refusal('USER_NOT_FOUND');
    const { user = known, tokens } = await loadAssignedTokens(ports, known, resource.id, 'api');
    return { tokens: tokens.map(({ value }) => value), user, owner: user };
  }
  if (id === undefined) return refusal('INPUT_INVALID', { detail: 'user or token' });
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([tokenDocument.key(id)], now);
  const token = stored?.value;
  if (token?.account !== account || !token.directResources.includes(resource.id)) return refusal('TOKEN_NOT_FOUND');
  const [owner] = token.owner === undefined ? [] : await ports.store.getMany([userDocument.key(token.owner)], now);
  return { tokens: [token], owner: owner?.value };
}
