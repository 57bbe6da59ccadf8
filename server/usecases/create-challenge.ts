import { apiScope } from '../domain/challenge.ts';
import type { ResourceId, TokenId } from '../domain/ids.ts';
import type { Resource } from '../domain/resource.ts';
import { acceptedKinds, isUsable } from '../domain/second-factor.ts';
import { isOcra, type OcraToken, type Token, type TokenKind } from '../domain/token.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from './act.ts';
import { findUser } from './find-user.ts';
import { readAccess } from './read-access.ts';
import { readPairs } from './read-pairs.ts';
import { askQuestion } from './second-factor/ask-question.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo'>;

/** The kinds that have to be asked something before they can be answered. */
export const ASKED_KINDS = ['ocra'] as const satisfies readonly TokenKind[];
export type AskedKind = (typeof ASKED_KINDS)[number];
type AskedToken = OcraToken;

export interface ChallengeRequest {
  resource: ResourceId;
  /** Id or any name of a person; of theirs the best token that can be asked, unless another is named. */
  user?: string | undefined;
  /** With no user: a token that the resource takes directly. */
  token?: TokenId | undefined;
  kind?: AskedKind | undefined;
  /** The person's address as the host saw it. */
  address?: string | undefined;
}

export interface Asked {
  token: TokenId;
  kind: AskedKind;
  name: string;
  /** For its device. */
  question?: string;
  expiresAt: number;
}

/**
 * A host's backend has a token asked, and `POST /v1/authentications` then takes the answer on the same resource. Filters,
 * plan and resource are looked at as when signing in.
 */
export async function createChallenge(ports: Needs, act: Act, request: ChallengeRequest): Promise<Verdict<Asked>> {
  const access = await readAccess(ports, request.resource, request.address, act.actor.account);
  if (isRefusal(access)) return access;
  const { resource } = access;
  const found = await candidates(ports, act, resource, request);
  if (isRefusal(found)) return found;
  const accepts = acceptedKinds(resource);
  const fitting = found.tokens
    .filter(isAsked)
    .filter(({ id, factor }) => (request.token ?? id) === id && (request.kind ?? factor.kind) === factor.kind)
    .filter(({ factor }) => accepts.includes(factor.kind));
  const token = fitting.find((one) => isUsable(one, accepts, ports.clock.now()));
  if (!token) return refusal(fitting.some(({ lock }) => lock) ? 'TOKEN_LOCKED' : 'TOKEN_NOT_FOUND');
  return ask(ports, token, resource);
}

/** Makes what the token is asked. Each kind that can be asked has a case. */
async function ask(ports: Needs, { id, name, factor }: AskedToken, resource: Resource): Promise<Verdict<Asked>> {
  switch (factor.kind) {
    case 'ocra': {
      const asked = await askQuestion(ports, { token: id, scope: apiScope(resource.id), resource: resource.id });
      return isRefusal(asked) ? asked : { token: id, kind: factor.kind, name, ...asked };
    }
  }
}

function isAsked(token: Token): token is AskedToken {
  return isOcra(token);
}

/** The tokens that may be asked: those of the person on that resource, or the one that it takes with no user. */
async function candidates(
  ports: Needs,
  act: Act,
  resource: Resource,
  { user: name, token: id }: ChallengeRequest,
): Promise<Verdict<{ tokens: Token[] }>> {
  const { account } = act.actor;
  if (name !== undefined) {
    const user = await findUser(ports, account, name);
    if (!user) return refusal('USER_NOT_FOUND');
    const { tokens } = await readPairs(ports, user, resource.id);
    return { tokens: tokens.map(({ value }) => value) };
  }
  if (id === undefined) return refusal('INPUT_INVALID', { detail: 'user or token' });
  const [stored] = await ports.store.getMany([documents.token(id)], ports.clock.now());
  const token = stored?.value;
  if (token?.account !== account || !token.directResources.includes(resource.id)) return refusal('TOKEN_NOT_FOUND');
  return { tokens: [token] };
}
