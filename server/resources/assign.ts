import type { EventDraft } from '../kernel/event.ts';
import type { ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { mayChangeToken, mayChangeUser, mayHandToken } from '../kernel/policy.ts';
import type { ReadPorts, WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, refusal } from '../kernel/result.ts';
import { editObject, readObject } from '../store/records/read-object.ts';
import { assignDirect, unassignDirect } from '../tokens/assignments.ts';
import { tokenDocument } from '../tokens/documents.ts';
import type { Token } from '../tokens/token.ts';
import {
  assignmentTo,
  assignWithoutToken,
  assignWithToken,
  isWithinBounds,
  MAX_RESOURCES_ASSIGNED,
  unassignToken,
  unassignWithoutToken,
} from '../users/assignments.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { resourceDocument } from './documents.ts';
import { refusedOn } from './resource-access.ts';

/**
 * Access to one resource: a user alone, a user together with one of their tokens (one fact, never two added up), or a
 * token without a user.
 */
export interface AssignmentInput {
  resource: ResourceId;
  user?: UserId | undefined;
  token?: TokenId | undefined;
}

/**
 * Every further resource weakens a user or a token at their other resources: its administrators can block and reset,
 * and its visitors can guess. So an assignment also needs the right to change the assigned user or token (SR-67).
 */
export async function assign(
  ports: WritePorts,
  act: RequestContext,
  input: AssignmentInput,
): Promise<{ assigned: true } | Refusal> {
  const parts = await loadParts(ports, act, input);
  if (isRefusal(parts)) return parts;
  const event = eventDraft('assignment.created', input);
  if (input.user !== undefined) {
    const key = userDocument.key(input.user);
    const edit = (user: User) => assignUser(act, user, input.resource, parts);
    const edited = await editObject(ports, act, event, key, 'USER_NOT_FOUND', edit);
    return isRefusal(edited) ? edited : { assigned: true };
  }
  if (input.token === undefined) return nothingNamed();
  const key = tokenDocument.key(input.token);
  const edit = (current: Token) => assignToken(act, current, input.resource, parts);
  const edited = await editObject(ports, act, event, key, 'TOKEN_NOT_FOUND', edit);
  return isRefusal(edited) ? edited : { assigned: true };
}

/** Why an assignment is refused; undefined if it is allowed. Writes nothing. */
export async function validateAssignment(
  ports: ReadPorts,
  act: RequestContext,
  input: AssignmentInput,
): Promise<Refusal | undefined> {
  const parts = await loadParts(ports, act, input);
  if (isRefusal(parts)) return parts;
  const { token } = parts;
  if (input.user === undefined && token === undefined) return nothingNamed();
  if (input.user === undefined) return token && asRefusal(assignToken(act, token, input.resource, parts));
  const user = await readObject(ports, act.actor.account, userDocument.key(input.user), 'USER_NOT_FOUND');
  return asRefusal(isRefusal(user) ? user : assignUser(act, user.object, input.resource, parts));
}

/** The token of an assignment, if there is one, and its owner. */
interface Parts {
  token?: Token;
  owner?: User | undefined;
}

async function loadParts(
  ports: ReadPorts,
  act: RequestContext,
  { resource, token: id }: AssignmentInput,
): Promise<Parts | Refusal> {
  const { account } = act.actor;
  const found = await readObject(ports, account, resourceDocument.key(resource), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  const refused = refusedOn(act, resource);
  if (refused) return refused;
  if (found.object.testMode !== undefined) return refusal('TEST_RESOURCE');
  if (id === undefined) return {};
  const read = await readObject(ports, account, tokenDocument.key(id), 'TOKEN_NOT_FOUND');
  if (isRefusal(read)) return read;
  const { object: token } = read;
  const [owner] =
    token.owner === undefined ? [] : await ports.store.getMany([userDocument.key(token.owner)], ports.clock.now());
  const mayChange = mayHandToken(token) && mayChangeToken(act.actor, token, owner?.value);
  return mayChange ? { token, owner: owner?.value } : refusal('FORBIDDEN');
}

function assignUser(act: RequestContext, user: User, resource: ResourceId, { token }: Parts): User | Refusal {
  if (!mayChangeUser(act.actor, user)) return refusal('FORBIDDEN');
  const next = token ? assignWithToken(user, resource, token) : assignWithoutToken(user, resource);
  if (!next) return refusal('TOKEN_NOT_OWNED');
  return isWithinBounds(next) ? next : refusal('ASSIGNMENT_LIMIT');
}

function assignToken(act: RequestContext, token: Token, resource: ResourceId, { owner }: Parts): Token | Refusal {
  if (token.owner !== owner?.id) return refusal('CONTENTION');
  if (!mayHandToken(token) || !mayChangeToken(act.actor, token, owner)) return refusal('FORBIDDEN');
  const next = assignDirect(token, resource);
  return next.directResources.length <= MAX_RESOURCES_ASSIGNED ? next : refusal('ASSIGNMENT_LIMIT');
}

function asRefusal(judged: object): Refusal | undefined {
  return isRefusal(judged) ? judged : undefined;
}

function nothingNamed(): Refusal {
  return refusal('INPUT_INVALID', { detail: 'name a user, a token, or both' });
}

export async function unassign(
  ports: WritePorts,
  act: RequestContext,
  input: AssignmentInput,
): Promise<{ unassigned: true } | Refusal> {
  const { resource, user: userId, token: tokenId } = input;
  const event = eventDraft('assignment.deleted', input);
  const refused = refusedOn(act, resource);
  if (refused) return refused;
  if (userId !== undefined) {
    const edited = await editObject(ports, act, event, userDocument.key(userId), 'USER_NOT_FOUND', (user) => {
      const held = assignmentTo(user, resource);
      const stands = tokenId === undefined ? held?.alone : held?.tokens.some(({ token }) => token === tokenId);
      if (!stands) return refusal('ASSIGNMENT_NOT_FOUND');
      return tokenId === undefined ? unassignWithoutToken(user, resource) : unassignToken(user, resource, tokenId);
    });
    return isRefusal(edited) ? edited : { unassigned: true };
  }
  if (tokenId === undefined) return nothingNamed();
  const edited = await editObject(ports, act, event, tokenDocument.key(tokenId), 'TOKEN_NOT_FOUND', (token) =>
    token.directResources.includes(resource) ? unassignDirect(token, resource) : refusal('ASSIGNMENT_NOT_FOUND'),
  );
  return isRefusal(edited) ? edited : { unassigned: true };
}

/** The event belongs to the document with the fact: the user, or the token if there is no user. */
function eventDraft(type: 'assignment.created' | 'assignment.deleted', input: AssignmentInput): EventDraft {
  const { resource, user, token } = input;
  return { type, resource, ...(user !== undefined && token !== undefined && { related: [token] }) };
}
