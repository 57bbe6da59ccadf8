import type { FilterRule } from '../domain/filter.ts';
import type { AccountId, FilterId } from '../domain/ids.ts';
import { parseAllowedOrigin } from '../domain/origins.ts';
import type { Resource } from '../domain/resource.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { type Refusal, refusal } from './verdict.ts';

/** Everything about a resource that its administrators set. */
export type ResourceSettings = Omit<Resource, 'id' | 'account' | 'createdAt' | 'createdBy'>;

/** Origins in canonical form, and filters of this account and of the right kind. */
export async function checkSettings<S extends Partial<ResourceSettings>>(
  ports: Pick<Ports, 'store' | 'clock'>,
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
