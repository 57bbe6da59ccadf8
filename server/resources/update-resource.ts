import type { FilterId, ResourceId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { applyChanges } from '../store/records/apply-changes.ts';
import type { IfMatchVersions } from '../store/records/etag.ts';
import { editObject, readObject } from '../store/records/read-object.ts';
import { filterDocument, resourceDocument } from './documents.ts';
import { attachFilters, detachFilters, filtersOf } from './filters/attach-filters.ts';
import type { Resource } from './resource.ts';
import { refusedOn } from './resource-access.ts';
import { checkSettings, type ResourceSettings, refuseContradiction } from './resource-settings.ts';

/** A change of a resource. `null` removes a filter or switches a setting off. */
export type ResourceChanges = {
  [K in Exclude<keyof ResourceSettings, FilterSlot | Clearable | 'testMode'>]?: ResourceSettings[K] | undefined;
} & { [K in FilterSlot]?: FilterId | null | undefined } & {
  [K in Clearable]?: ResourceSettings[K] | null | undefined;
};

/** `null` switches it off. */
type Clearable =
  | 'environment'
  | 'rememberMs'
  | 'trustedBrowserDays'
  | 'resultClaims'
  | 'enrolment'
  | 'selfService'
  | 'appearance'
  | 'links';

const FILTER_SLOTS = ['geoFilter', 'timeFilter', 'ipFilter'] as const;
type FilterSlot = (typeof FILTER_SLOTS)[number];

export async function updateResource(
  ports: WritePorts,
  act: RequestContext,
  id: ResourceId,
  changes: ResourceChanges,
  seen?: IfMatchVersions,
): Promise<Result<{ object: Resource }>> {
  const { account } = act.actor;
  const key = resourceDocument.key(id);
  const found = await readObject(ports, account, key, 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  const refused = refusedOn(act, id);
  if (refused) return refused;
  const checked = checkSettings(applyChanges<Partial<ResourceSettings>>({}, changes));
  if (isRefusal(checked)) return checked;
  const before = filtersOf(found.object);
  const unattached = await attachFilters(ports, account, id, checked.settings);
  // One of several may have been refused, or the change below: the resource is detached from filters that it does not
  // have.
  const wanted = filtersOf(checked.settings);
  if (unattached) {
    await tidyFilters(ports, id, wanted);
    return unattached;
  }
  const event = { type: 'resource.updated', resource: id } as const;
  const edited = await editObject(
    ports,
    act,
    event,
    key,
    'RESOURCE_NOT_FOUND',
    (resource) => {
      // Ignored for every caller: the test mode is immutable.
      const { testMode: _settled, ...wanted } = { ...changes, ...checked.settings };
      const changed = applyChanges(resource, wanted);
      return refuseContradiction(changed) ?? endShortenedTrust(resource, changed);
    },
    seen,
  );
  await tidyFilters(ports, id, [...before, ...wanted]);
  return isRefusal(edited) ? edited : confirmFilters(ports, act, edited.object, wanted);
}

/** Less trust from now on is less trust in the browsers that have it: a longer time later gives none of it back. */
function endShortenedTrust(before: Resource, after: Resource): Resource {
  const isShortened = (after.trustedBrowserDays ?? 0) < (before.trustedBrowserDays ?? 0);
  return isShortened ? { ...after, trustEpoch: (before.trustEpoch ?? 0) + 1 } : after;
}

/**
 * A concurrent removal of a filter may have detached the resource too late, and the filter may then have been deleted.
 * An existing filter is attached again; a deleted one is removed from the resource, because it would deny every
 * sign-in.
 */
async function confirmFilters(
  ports: WritePorts,
  act: RequestContext,
  resource: Resource,
  wanted: readonly FilterId[],
): Promise<Result<{ object: Resource }>> {
  const held = wanted.filter((filter) => filtersOf(resource).includes(filter));
  const filters = await ports.store.getMany(held.map(filterDocument.key), ports.clock.now());
  const forgotten = filters.some((filter) => !filter?.value.holders?.some((holder) => holder.resource === resource.id));
  if (!forgotten) return { object: resource };
  const refused = await attachFilters(ports, act.actor.account, resource.id, resource);
  if (!refused) return { object: resource };
  const gone = held.filter((_, at) => filters[at] === undefined);
  const event = { type: 'resource.updated', resource: resource.id } as const;
  const key = resourceDocument.key(resource.id);
  const edited = await editObject(ports, act, event, key, 'RESOURCE_NOT_FOUND', (current) => {
    const cleared = FILTER_SLOTS.filter((slot) => gone.some((filter) => filter === current[slot]));
    return applyChanges(current, Object.fromEntries(cleared.map((slot) => [slot, null] as const)));
  });
  return isRefusal(edited) ? edited : refused;
}

/** Detaches the resource from those of the filters that it does not have. */
async function tidyFilters(ports: WritePorts, id: ResourceId, filters: readonly FilterId[]): Promise<void> {
  if (filters.length === 0) return;
  const [stored] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  const held = stored ? filtersOf(stored.value) : [];
  const left = filters.filter((filter) => !held.includes(filter));
  await detachFilters(ports, id, left);
}
