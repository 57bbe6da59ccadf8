import type { AccountId, FilterId, ResourceId } from '../../kernel/ids.ts';
import type { ReadPorts, WritePorts } from '../../kernel/ports/ports.ts';
import { type Refusal, refusal, wrongInput } from '../../kernel/result.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { filterDocument, resourceDocument } from '../documents.ts';
import type { Resource } from '../resource.ts';
import type { FilterRule } from './filter.ts';
import { type Holder, isHolding } from './filter-usage.ts';

/** The three filters of a resource. */
export type FilterSlots = Pick<Resource, 'geoFilter' | 'timeFilter' | 'ipFilter'>;

export function filtersOf(resource: FilterSlots): FilterId[] {
  return slotsOf(resource).map(([id]) => id);
}

function slotsOf({ geoFilter, timeFilter, ipFilter }: FilterSlots): [FilterId, FilterRule['kind']][] {
  const slots: [FilterId | undefined, FilterRule['kind']][] = [
    [geoFilter, 'geo'],
    [timeFilter, 'time'],
    [ipFilter, 'ip'],
  ];
  return slots.filter((slot): slot is [FilterId, FilterRule['kind']] => slot[0] !== undefined);
}

/**
 * Records on each filter that the resource is about to use it, before the resource does: from then on the filter cannot
 * be deleted. Refuses filters of another account or another kind.
 */
export async function attachFilters(
  ports: WritePorts,
  account: AccountId,
  resource: ResourceId,
  slots: FilterSlots,
): Promise<Refusal | undefined> {
  for (const [id, kind] of slotsOf(slots)) {
    const key = filterDocument.key(id);
    const refused = await transact(ports, key.anchor, [key], ([stored], now): Decision<Refusal | undefined> => {
      const filter = stored?.value;
      if (filter?.account !== account) return { answer: refusal('FILTER_NOT_FOUND', { detail: `${kind}Filter` }) };
      if (filter.rule.kind !== kind) {
        return { answer: wrongInput(`${kind}Filter`, 'that is a filter of another kind') };
      }
      const others = (filter.holders ?? []).filter((holder) => holder.resource !== resource);
      const value = { ...filter, holders: [...others, { resource, at: now }] };
      return { answer: undefined, write: { put: [{ key, value }] } };
    });
    if (refused) return refused;
  }
  return undefined;
}

/** Detaches the resource from filters that it does not use. */
export async function detachFilters(
  ports: WritePorts,
  resource: ResourceId,
  filters: readonly FilterId[],
): Promise<void> {
  for (const id of filters) {
    const key = filterDocument.key(id);
    await transact(ports, key.anchor, [key], ([stored]) => {
      const holders = stored?.value.holders ?? [];
      const left = holders.filter((holder) => holder.resource !== resource);
      if (!stored || left.length === holders.length) return { answer: undefined };
      return { answer: undefined, write: { put: [{ key, value: { ...stored.value, holders: left } }] } };
    });
  }
}

/**
 * The resources that use the filter or are attaching it. A resource whose attachment was interrupted does not use it.
 */
export async function currentHolders(
  ports: ReadPorts,
  filter: FilterId,
  holders: readonly Holder[],
): Promise<ResourceId[]> {
  const now = ports.clock.now();
  const resources = await ports.store.getMany(
    holders.map(({ resource }) => resourceDocument.key(resource)),
    now,
  );
  return holders
    .filter((holder, at) => {
      const resource = resources[at]?.value;
      return isHolding(holder, resource !== undefined && filtersOf(resource).includes(filter), now);
    })
    .map(({ resource }) => resource);
}
