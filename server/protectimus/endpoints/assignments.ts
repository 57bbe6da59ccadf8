import type { TokenId, UserId } from '../../kernel/ids.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { assign, unassign } from '../../resources/assign.ts';
import { showObject } from '../../store/records/read-object.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import type { Endpoint, EndpointRequest } from '../endpoint.ts';
import { RESOURCE_FIELDS, resourceOf, tokenIdOf, USER_FIELDS, userOf } from '../resolve.ts';

/** What is assigned to the resource, by the last word of the path. */
const KINDS = {
  user: { fields: [...RESOURCE_FIELDS, ...USER_FIELDS], partsOf: theUser },
  token: { fields: [...RESOURCE_FIELDS, 'tokenId'], partsOf: theToken },
  'user-token': { fields: [...RESOURCE_FIELDS, ...USER_FIELDS, 'tokenId'], partsOf: both },
  'token-with-user': { fields: [...RESOURCE_FIELDS, 'tokenId'], partsOf: withOwner },
} as const;

type Parts = Result<{ user?: UserId; token?: TokenId }>;

async function theUser(request: EndpointRequest): Promise<Parts> {
  const found = await userOf(request);
  return isRefusal(found) ? found : { user: found.user.id };
}

async function theToken({ fields }: EndpointRequest): Promise<Parts> {
  return { token: tokenIdOf(fields) };
}

async function both(request: EndpointRequest): Promise<Parts> {
  const token = tokenIdOf(request.fields);
  const found = await userOf(request);
  return isRefusal(found) ? found : { user: found.user.id, token };
}

/** The user is the token's owner. */
async function withOwner({ ports, act, fields }: EndpointRequest): Promise<Parts> {
  const found = await showObject(ports, act, tokenDocument.key(tokenIdOf(fields)), 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  const { id, owner } = found.object;
  return owner === undefined ? refusal('TOKEN_NOT_OWNED') : { user: owner, token: id };
}

function rowOf(verb: 'assign' | 'unassign', [kind, { fields, partsOf }]: [string, (typeof KINDS)[keyof typeof KINDS]]) {
  const row: Endpoint = {
    method: 'POST',
    path: `resource-service/${verb}/${kind}`,
    fields,
    async answer(request) {
      const { ports, act } = request;
      const found = await resourceOf(request);
      if (isRefusal(found)) return found;
      const parts = await partsOf(request);
      if (isRefusal(parts)) return parts;
      const input = { resource: found.resource.id, ...parts };
      const done = await (verb === 'assign' ? assign(ports, act, input) : unassign(ports, act, input));
      return isRefusal(done) ? done : {};
    },
  };
  return row;
}

export const assignmentRows: readonly Endpoint[] = (['assign', 'unassign'] as const).flatMap((verb) =>
  Object.entries(KINDS).map((kind) => rowOf(verb, kind)),
);
