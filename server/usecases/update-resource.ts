import { mayActOn } from '../domain/authority.ts';
import type { FilterId, ResourceId } from '../domain/ids.ts';
import type { Resource } from '../domain/resource.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from './act.ts';
import { editObject } from './read-object.ts';
import { checkSettings, type ResourceSettings } from './resource-settings.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

/** A change to a resource; for the three filters `null` takes the filter off. */
export type ResourceChanges = {
  [K in Exclude<keyof ResourceSettings, FilterSlot>]?: ResourceSettings[K] | undefined;
} & { [K in FilterSlot]?: FilterId | null | undefined };

type FilterSlot = 'geoFilter' | 'timeFilter' | 'ipFilter';

export async function updateResource(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  id: ResourceId,
  changes: ResourceChanges,
): Promise<Verdict<{ object: Resource }>> {
  const { account } = act.actor;
  const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined && value !== null));
  const cleared = Object.keys(changes).filter((name) => changes[name as keyof ResourceChanges] === null);
  const checked = await checkSettings(ports, account, set as Partial<ResourceSettings>);
  if (isRefusal(checked)) return checked;
  const key = documents.resource(id);
  return editObject(ports, act, { type: 'resource.updated', resource: id }, key, 'RESOURCE_NOT_FOUND', (resource) => {
    if (!mayActOn(act.actor, id)) return refusal('FORBIDDEN');
    const kept = Object.entries({ ...resource, ...checked.settings }).filter(([name]) => !cleared.includes(name));
    return Object.fromEntries(kept) as unknown as Resource;
  });
}
