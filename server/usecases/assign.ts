import {
  assignAlone,
  assignDirect,
  assignmentTo,
  assignWithToken,
  unassignAlone,
  unassignDirect,
  unassignToken,
} from '../domain/assignments.ts';
import { mayActOn, mayHandToken } from '../domain/authority.ts';
import type { EventDraft } from '../domain/event.ts';
import type { ResourceId, TokenId, UserId } from '../domain/ids.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from './act.ts';
import { editObject, readObject } from './read-object.ts';
import { isRefusal, type Refusal, refusal } from './verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/**
 * Access to one resource: a user alone, a user together with one of their tokens (one fact, never two added up), or a
 * token with no user at all.
 */
export interface AssignmentInput {
  resource: ResourceId;
  user?: UserId | undefined;
  token?: TokenId | undefined;
}

export async function assign(ports: Needs, act: Act, input: AssignmentInput): Promise<{ assigned: true } | Refusal> {
  const { resource } = input;
  const { account } = act.actor;
  const event = eventDraft('assignment.created', input);
  const found = await readObject(ports, account, documents.resource(resource), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  if (!mayActOn(act.actor, resource)) return refusal('FORBIDDEN');
  if (found.object.testMode !== undefined) return refusal('TEST_RESOURCE');

  const token = input.token && (await readObject(ports, account, documents.token(input.token), 'TOKEN_NOT_FOUND'));
  if (token && isRefusal(token)) return token;
  if (token && !mayHandToken(token.object)) return refusal('FORBIDDEN');

  if (input.user !== undefined) {
    const edited = await editObject(ports, act, event, documents.user(input.user), 'USER_NOT_FOUND', (user) =>
      token
        ? (assignWithToken(user, resource, token.object) ?? refusal('TOKEN_NOT_OWNED'))
        : assignAlone(user, resource),
    );
    return isRefusal(edited) ? edited : { assigned: true };
  }
  if (input.token === undefined) return refusal('INPUT_INVALID', { detail: 'name a user, a token, or both' });
  const edited = await editObject(ports, act, event, documents.token(input.token), 'TOKEN_NOT_FOUND', (current) =>
    assignDirect(current, resource),
  );
  return isRefusal(edited) ? edited : { assigned: true };
}

export async function unassign(
  ports: Needs,
  act: Act,
  input: AssignmentInput,
): Promise<{ unassigned: true } | Refusal> {
  const { resource, user: userId, token: tokenId } = input;
  const event = eventDraft('assignment.deleted', input);
  if (!mayActOn(act.actor, resource)) return refusal('FORBIDDEN');
  if (userId !== undefined) {
    const edited = await editObject(ports, act, event, documents.user(userId), 'USER_NOT_FOUND', (user) => {
      const held = assignmentTo(user, resource);
      const stands = tokenId === undefined ? held?.alone : held?.tokens.some(({ token }) => token === tokenId);
      if (!stands) return refusal('ASSIGNMENT_NOT_FOUND');
      return tokenId === undefined ? unassignAlone(user, resource) : unassignToken(user, resource, tokenId);
    });
    return isRefusal(edited) ? edited : { unassigned: true };
  }
  if (tokenId === undefined) return refusal('INPUT_INVALID', { detail: 'name a user, a token, or both' });
  const edited = await editObject(ports, act, event, documents.token(tokenId), 'TOKEN_NOT_FOUND', (token) =>
    token.directResources.includes(resource) ? unassignDirect(token, resource) : refusal('ASSIGNMENT_NOT_FOUND'),
  );
  return isRefusal(edited) ? edited : { unassigned: true };
}

/** The event hangs on whoever holds the fact: the user, or the token where there is none. */
function eventDraft(type: 'assignment.created' | 'assignment.deleted', input: AssignmentInput): EventDraft {
  const { resource, user, token } = input;
  return { type, resource, ...(user !== undefined && token !== undefined && { related: [token] }) };
}
