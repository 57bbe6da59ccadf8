import { isRefusal, type Result } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import type { User } from '../users/user.ts';
import type { EndpointRequest } from './endpoint.ts';
import type { Fields } from './endpoints/fields.ts';
import { findNamedUser, findResource } from './find-named.ts';
import { missing, ProtocolError } from './protocol-error.ts';

/** Finds the resource and the user of a request. */
export const RESOURCE_FIELDS = ['resourceId', 'resourceName'] as const;
export const USER_FIELDS = ['userId', 'userLogin'] as const;

export async function resourceOf({ ports, act, fields }: EndpointRequest): Promise<Result<{ resource: Resource }>> {
  const [id, name] = [fields.id('resourceId', 'res'), fields.text('resourceName')];
  if (id === undefined && name === undefined) throw missing('resourceId or resourceName');
  const found = await findResource(ports, act, { id, name });
  return id === undefined ? invalidIfNotFound(found, 'resourceName') : found;
}

export async function userOf(request: EndpointRequest): Promise<Result<{ user: User }>> {
  const found = await maybeUserOf(request);
  if ('user' in found && found.user === undefined) throw missing('userId or userLogin');
  return found as Result<{ user: User }>;
}

/** Returns undefined if the request names no user. */
export async function maybeUserOf({
  ports,
  act,
  fields,
}: EndpointRequest): Promise<Result<{ user: User | undefined }>> {
  const [id, login] = [fields.id('userId', 'usr'), fields.text('userLogin')];
  if (id === undefined && login === undefined) return { user: undefined };
  const found = await findNamedUser(ports, act, { id, login });
  return id === undefined ? invalidIfNotFound(found, 'userLogin') : found;
}

/**
 * The user's name or id in an authentication, as sent. The authentication itself resolves it, and responds alike for
 * unknown users (SR-17).
 */
export async function requestedLogin({ ports, act, fields }: EndpointRequest): Promise<string> {
  const [id, login] = [fields.id('userId', 'usr'), fields.text('userLogin')];
  const name = id ?? login;
  if (name === undefined) throw missing('userId or userLogin');
  if (id === undefined || login === undefined) return name;
  const found = await findNamedUser(ports, act, { id, login });
  if (isRefusal(found) && found.refused === 'INPUT_INVALID') {
    throw new ProtocolError('INVALID_PARAMETER', 'userId and userLogin are not the same one’s');
  }
  return name;
}

/** An unknown name is another failure than an unknown number. */
export function invalidIfNotFound<T extends object>(found: Result<T>, name: string): Result<T> {
  if (isRefusal(found) && found.refused.endsWith('_NOT_FOUND')) {
    throw new ProtocolError('UNREGISTERED_NAME', `${name}: nothing goes by that name`);
  }
  return found;
}

export function tokenIdOf(fields: Fields) {
  return fields.neededId('tokenId', 'tok');
}
