import type { ActorReference } from '../../domain/actor.ts';
import { idNumber } from '../../domain/ids.ts';
import type { Resource } from '../../domain/resource.ts';
import type { Ports } from '../../ports/index.ts';
import { nameAdministrators, nameFilters } from '../../usecases/protectimus/name-others.ts';
import type { Shape } from './envelope.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/**
 * Who made something. Clients of the dialect cannot read an object without a number here, so what no administrator made, but
 * a key, the operator or nobody known, has 0.
 */
export function creator(by: ActorReference | undefined, names: ReadonlyMap<string, string>): Shape {
  if (by?.kind !== 'administrator' || by.id === undefined) return { creatorId: 0, creatorUsername: by?.kind ?? '' };
  return { creatorId: idNumber(by.id), creatorUsername: names.get(by.id) ?? '' };
}

export async function resourceShapes(ports: Needs, resources: readonly Resource[]): Promise<Shape[]> {
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

export async function resourceShape(ports: Needs, resource: Resource): Promise<Shape> {
  const [shape] = await resourceShapes(ports, [resource]);
  return shape ?? {};
}
