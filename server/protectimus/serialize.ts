import type { ActorReference } from '../kernel/actor.ts';
import { idNumber } from '../kernel/ids.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { Resource } from '../resources/resource.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import type { Shape } from './endpoints/envelope.ts';
import { haveTokens, nameAdministrators, nameFilters, nameUsers } from './resolve-names.ts';
import { protectimusType } from './token-types.ts';

/**
 * The creator of an object. Clients of the dialect cannot read an object without a number here, so an object created by
 * a key or the operator has 0.
 */
export function creator(by: ActorReference, names: ReadonlyMap<string, string>): Shape {
  if (by.kind !== 'administrator' || by.id === undefined) return { creatorId: 0, creatorUsername: by.kind };
  return { creatorId: idNumber(by.id), creatorUsername: names.get(by.id) ?? '' };
}

export async function resourceShapes(ports: ReadPorts, resources: readonly Resource[]): Promise<Shape[]> {
  const account = resources[0]?.account;
  if (account === undefined) return [];
  const creators = await nameAdministrators(
    ports,
    account,
    resources.map(({ createdBy }) => createdBy),
  );
  const filters = await nameFilters(
    ports,
    account,
    resources.flatMap(({ geoFilter, timeFilter }) => [geoFilter, timeFilter]),
  );
  return resources.map(({ id, name, failedAttemptsBeforeLock, geoFilter, timeFilter, createdBy }) => ({
    id: idNumber(id),
    name,
    failedAttemptsBeforeLock,
    ...(geoFilter && {
      geoFilterId: idNumber(geoFilter),
      geoFilterName: filters.get(geoFilter) ?? '',
      geoFilterEnabled: true,
    }),
    ...(timeFilter && {
      timeFilterId: idNumber(timeFilter),
      timeFilterName: filters.get(timeFilter) ?? '',
      timeFilterEnabled: true,
    }),
    ...creator(createdBy, creators),
  }));
}

export async function resourceShape(ports: ReadPorts, resource: Resource): Promise<Shape> {
  const [shape] = await resourceShapes(ports, [resource]);
  return shape ?? {};
}

export async function tokenShapes(ports: ReadPorts, tokens: readonly Token[]): Promise<Shape[]> {
  const account = tokens[0]?.account;
  if (account === undefined) return [];
  const administrators = tokens.map(({ administrator }) => ({
    kind: 'administrator' as const,
    id: administrator ?? '',
  }));
  const creators = await nameAdministrators(ports, account, [
    ...tokens.map(({ createdBy }) => createdBy),
    ...administrators,
  ]);
  const owners = await nameUsers(
    ports,
    account,
    tokens.map(({ owner }) => owner),
  );
  return tokens.map((token) => ({
    id: idNumber(token.id),
    name: token.name,
    type: protectimusType(token),
    serialNumber: rulesOf(token).address?.(token) ?? token.serial ?? '',
    enabled: token.enabled,
    apiSupport: token.apiSupport !== false,
    ...(token.owner !== undefined && { userId: idNumber(token.owner), username: owners.get(token.owner) ?? '' }),
    ...(token.administrator !== undefined && {
      clientStaffId: idNumber(token.administrator),
      clientStaffUsername: creators.get(token.administrator) ?? '',
    }),
    ...creator(token.createdBy, creators),
  }));
}

export async function tokenShape(ports: ReadPorts, token: Token): Promise<Shape> {
  const [shape] = await tokenShapes(ports, [token]);
  return shape ?? {};
}

export async function userShapes(ports: ReadPorts, users: readonly User[]): Promise<Shape[]> {
  const account = users[0]?.account;
  if (account === undefined) return [];
  const creators = await nameAdministrators(
    ports,
    account,
    users.map(({ createdBy }) => createdBy),
  );
  const owners = await haveTokens(
    ports,
    account,
    users.map(({ id }) => id),
  );
  return users.map(({ id, login, email, phone, firstName, secondName, apiSupport, createdBy }) => ({
    id: idNumber(id),
    login,
    email,
    phoneNumber: phone,
    firstName,
    secondName,
    apiSupport,
    hasTokens: owners.has(id),
    ...creator(createdBy, creators),
  }));
}

export async function userShape(ports: ReadPorts, user: User): Promise<Shape> {
  const [shape] = await userShapes(ports, [user]);
  return shape ?? {};
}
