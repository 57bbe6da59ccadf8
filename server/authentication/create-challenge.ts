import type { ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import { mayAuthenticateOn } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import { apiScope } from '../tokens/challenge.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { createOcraChallenge } from '../tokens/kinds/ocra/create-ocra-challenge.ts';
import { maskedAddress } from '../tokens/kinds/sent/out-of-band-code.ts';
import { codeUnderWay, sendCode } from '../tokens/kinds/sent/send-code.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import {
  isOcra,
  isSent,
  type OcraToken,
  type SentToken,
  TOKEN_KINDS,
  type Token,
  type TokenKind,
} from '../tokens/token.ts';
import { findUser } from '../users/find-user.ts';
import type { User } from '../users/user.ts';
import { readAccess } from './read-access.ts';
import { acceptedKinds, acceptedKindsFrom, isUsable } from './second-factor.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'codes'>;

/** The kinds that have to be asked something before they can be answered. */
export const ASKED_KINDS = ['ocra', 'sms', 'email'] as const satisfies readonly TokenKind[];
export type AskedKind = (typeof ASKED_KINDS)[number];
type AskedToken = OcraToken | SentToken;

export interface ChallengeRequest {
  resource: ResourceId;
  /** Id or any name of a person; of theirs the best token that can be asked, unless another is named. */
  user?: string | undefined;
  /** With no user: a token that the resource takes directly. */
  token?: TokenId | undefined;
  kind?: AskedKind | undefined;
  language: MailLanguage;
  /** The person's address as the host saw it. */
  address?: string | undefined;
  /** A code that is under way, and too young for another one, is answered in place of CODE_LIMIT. */
  reuseRecent?: true | undefined;
}

export interface Asked {
  token: TokenId;
  kind: AskedKind;
  name: string;
  /** Where the code went, masked. */
  to?: string;
  /** For its device. */
  question?: string;
  expiresAt: number;
}

/**
 * A host's backend has a token asked: a code is sent, or a question made for a device, whose answer `POST /v1/authentications` then takes on the same resource. The
 * backend answers for having seen a first factor; filters, plan and resource are looked at as when signing in, so that
 * nothing is sent to whoever cannot get in anyway.
 */
export async function createChallenge(
  ports: Needs,
  act: RequestContext,
  request: ChallengeRequest,
): Promise<Result<Asked>> {
  if (!mayAuthenticateOn(act.actor, request.resource)) return refusal('SCOPE_MISSING');
  const access = await readAccess(ports, request.resource, request.address, act.actor.account);
  if (isRefusal(access)) return access;
  const { resource } = access;
  // There is nobody behind it, and what is sent costs.
  if (resource.testMode !== undefined) return refusal('TEST_RESOURCE');
  const found = await candidates(ports, act, resource, request);
  if (isRefusal(found)) return found;
  const accepts = acceptedKindsFrom(found.user ?? {}, resource);
  const meant = found.tokens
    .filter(isAsked)
    .filter(({ id, factor }) => (request.token ?? id) === id && (request.kind ?? factor.kind) === factor.kind)
    .filter(({ factor }) => acceptedKinds(resource).includes(factor.kind));
  const fitting = meant
    .filter(({ factor }) => accepts.includes(factor.kind))
    .sort((a, b) => TOKEN_KINDS.indexOf(a.factor.kind) - TOKEN_KINDS.indexOf(b.factor.kind));
  const token = fitting.find((one) => isUsable(one, accepts, ports.clock.now(), 'api'));
  if (!token && meant.length > fitting.length) return refusal('CONFIRMATION_REQUIRED');
  if (!token) return refusal(fitting.some(({ lock }) => lock) ? 'TOKEN_LOCKED' : 'TOKEN_NOT_FOUND');
  const { language, reuseRecent } = request;
  return ask(ports, act, { token, resource, language, user: found.user?.id, reuseRecent });
}

/** Makes what the token is asked. Each kind that can be asked has a case. */
async function ask(
  ports: Needs,
  act: RequestContext,
  {
    token,
    resource,
    language,
    user,
    reuseRecent,
  }: Pick<ChallengeRequest, 'language' | 'reuseRecent'> & {
    token: AskedToken;
    resource: Resource;
    user?: UserId | undefined;
  },
): Promise<Result<Asked>> {
  const { id, name, factor } = token;
  switch (factor.kind) {
    case 'ocra': {
      const asked = await createOcraChallenge(ports, {
        token: id,
        scope: apiScope(resource.id),
        resource: resource.id,
      });
      return isRefusal(asked) ? asked : { token: id, kind: factor.kind, name, ...asked };
    }
    case 'sms':
    case 'email': {
      const related = user === undefined ? [] : [user];
      const order = { token: token as SentToken, resource, scope: apiScope(resource.id), language, related };
      const outcome = await sendCode(ports, act, order);
      const tooSoon = isRefusal(outcome) && outcome.refused === 'CODE_LIMIT' && reuseRecent;
      const sent = (tooSoon && (await codeUnderWay(ports, order.token, order.scope))) || outcome;
      if (isRefusal(sent)) return sent;
      return { token: id, kind: factor.kind, name, to: maskedAddress(sent.token.factor), expiresAt: sent.expiresAt };
    }
  }
}

function isAsked(token: Token): token is AskedToken {
  return isSent(token) || isOcra(token);
}

/** The tokens that may be asked: those of the person on that resource, or the one that it takes with no user. */
export async function candidates(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: RequestContext,
  resource: Resource,
  { user: name, token: id }: Pick<ChallengeRequest, 'user' | 'token'>,
): Promise<Result<{ tokens: Token[]; user?: User }>> {
  const { account } = act.actor;
  if (name !== undefined) {
    const known = await findUser(ports, account, name);
    if (!known) return refusal('USER_NOT_FOUND');
    const { user = known, tokens } = await loadAssignedTokens(ports, known, resource.id, 'api');
    return { tokens: tokens.map(({ value }) => value), user };
  }
  if (id === undefined) return refusal('INPUT_INVALID', { detail: 'user or token' });
  const [stored] = await ports.store.getMany([tokenDocument.key(id)], ports.clock.now());
  const token = stored?.value;
  if (token?.account !== account || !token.directResources.includes(resource.id)) return refusal('TOKEN_NOT_FOUND');
  return { tokens: [token] };
}
