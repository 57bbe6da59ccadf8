import { canonicalAddress } from '../domain/addresses.ts';
import { judgeFilters } from '../domain/filters/judge.ts';
import type { AccountId, ResourceId } from '../domain/ids.ts';
import type { Resource } from '../domain/resource.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { needing } from './needing.ts';
import { refusal, type Verdict } from './verdict.ts';

/**
 * Whether anybody at all may be authenticated on this resource now, from this address: the plan is active, the resource
 * is on, its filters allow. Read afresh each time it is asked, because it is asked again after every slow step (SR-4).
 * `caller`, where known, must be the resource's account. `address` is the person's; undefined when nobody said, which a
 * filter that needs one takes as a no.
 */
export async function readAccess(
  ports: Pick<Ports, 'store' | 'clock' | 'geo'>,
  id: ResourceId,
  address: string | undefined,
  caller?: AccountId,
): Promise<Verdict<{ resource: Resource }>> {
  const now = ports.clock.now();
  const [storedResource, callers] = await ports.store.getMany(
    caller ? ([documents.resource(id), documents.account(caller)] as const) : ([documents.resource(id)] as const),
    now,
  );
  const resource = storedResource?.value;
  if (!resource || (caller && resource.account !== caller)) return refusal('RESOURCE_NOT_FOUND');

  const attached = [resource.geoFilter, resource.timeFilter, resource.ipFilter].filter(
    (filter) => filter !== undefined,
  );
  const account = callers ?? (await ports.store.getMany([documents.account(resource.account)], now))[0];
  const filters = attached.length === 0 ? [] : await ports.store.getMany(attached.map(documents.filter), now);
  if (account?.value.plan.active !== true) return refusal('PLAN_INACTIVE');
  if (!resource.enabled) return refusal('RESOURCE_DISABLED');

  // A filter that is attached but gone, or another account's, denies: it may have been the one that says no.
  const rules = filters.map((filter) => (filter?.value.account === resource.account ? filter.value.rule : undefined));
  const readable = rules.filter((rule) => rule !== undefined);
  if (readable.length < rules.length) return refusal('FILTER_DENIED');

  const canonical = address === undefined ? undefined : canonicalAddress(address);
  const country =
    canonical === undefined ? undefined : needing('looking up a country', () => ports.geo.country(canonical));
  const seen = { ...(canonical !== undefined && { address: canonical }), ...(country !== undefined && { country }) };
  return judgeFilters(readable, seen, now).allowed ? { resource } : refusal('FILTER_DENIED');
}
