import type { FilterRule } from '../domain/filter.ts';
import type { AccountId, FilterId, ResourceId } from '../domain/ids.ts';
import { parseAllowedOrigin } from '../domain/origins.ts';
import type { Resource } from '../domain/resource.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { indexes } from '../ports/indexes.ts';
import { type Birth, createObject } from './create-object.ts';
import { editObject } from './read-object.ts';
import { isRefusal, type Refusal, refusal, type Verdict } from './verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** Everything about a resource that its administrators set. */
export type ResourceSettings = Omit<Resource, 'id' | 'account' | 'createdAt'>;

export async function createResource(
  ports: Needs,
  birth: Birth<ResourceId>,
  account: AccountId,
  settings: ResourceSettings,
): Promise<Verdict<{ resource: Resource }>> {
  const checked = await checkSettings(ports, account, settings);
  if (isRefusal(checked)) return checked;
  const resource: Resource = { ...checked.settings, id: birth.id, account, createdAt: ports.clock.now() };
  const made = await createObject(ports, birth, documents.resource(resource.id), indexes.resources(account), resource);
  return isRefusal(made) ? made : { resource: made.created };
}

/** A change to a resource; for the three filters `null` takes the filter off. */
export type ResourceChanges = {
  [K in Exclude<keyof ResourceSettings, FilterSlot>]?: ResourceSettings[K] | undefined;
} & { [K in FilterSlot]?: FilterId | null | undefined };

type FilterSlot = 'geoFilter' | 'timeFilter' | 'ipFilter';

export async function updateResource(
  ports: Needs,
  id: ResourceId,
  account: AccountId,
  changes: ResourceChanges,
): Promise<Verdict<{ object: Resource }>> {
  const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined && value !== null));
  const cleared = Object.keys(changes).filter((name) => changes[name as keyof ResourceChanges] === null);
  const checked = await checkSettings(ports, account, set as Partial<ResourceSettings>);
  if (isRefusal(checked)) return checked;
  return editObject(ports, account, documents.resource(id), 'RESOURCE_NOT_FOUND', (resource) => {
    const kept = Object.entries({ ...resource, ...checked.settings }).filter(([name]) => !cleared.includes(name));
    return Object.fromEntries(kept) as unknown as Resource;
  });
}

/** Origins in canonical form, and filters of this account and of the right kind. */
async function checkSettings<S extends Partial<ResourceSettings>>(
  ports: Needs,
  account: AccountId,
  settings: S,
): Promise<{ settings: S } | Refusal> {
  const origins = settings.allowedOrigins?.map(parseAllowedOrigin);
  const bad = origins?.indexOf(undefined) ?? -1;
  if (bad >= 0) return refusal('INPUT_INVALID', { detail: `allowedOrigins/${bad}: not an origin that can be allowed` });

  const wanted: [FilterId | undefined, FilterRule['kind']][] = [
    [settings.geoFilter, 'geo'],
    [settings.timeFilter, 'time'],
    [settings.ipFilter, 'ip'],
  ];
  for (const [id, kind] of wanted) {
    if (id === undefined) continue;
    const [filter] = await ports.store.getMany([documents.filter(id)], ports.clock.now());
    if (filter?.value.account !== account) return refusal('FILTER_NOT_FOUND', { detail: `${kind}Filter` });
    if (filter.value.rule.kind !== kind) {
      return refusal('INPUT_INVALID', { detail: `${kind}Filter: that is a filter of another kind` });
    }
  }
  return { settings: { ...settings, ...(origins && { allowedOrigins: [...new Set(origins)] }) } };
}
