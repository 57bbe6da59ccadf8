import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { accountDocument } from '../accounts/documents.ts';
import { canonicalAddress } from '../kernel/addresses.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { AccountId, FilterId, ResourceId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader, RawKey } from '../kernel/ports/store.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { filterDocument, resourceDocument } from '../resources/documents.ts';
import type { FilterInput } from '../resources/filters/evaluate-filters.ts';
import type { Resource } from '../resources/resource.ts';
import type { RequestPorts } from '../store/request-ports.ts';
import { type AccessFacts, accessChecks } from './access.ts';

/**
 * Whether any user may be authenticated on this resource now, from this address: the plan is active, the resource is
 * enabled, its filters allow. Reads afresh on each call, because it is called after every slow step (SR-4). `caller`,
 * if known, must be the resource's account. `address` is the user's; undefined if unknown, and then a filter that needs
 * one denies.
 */
export async function readAccess(
  ports: Pick<Ports, 'clock' | 'geo'> & { store: DocumentReader },
  id: ResourceId,
  address: string | undefined,
  caller?: AccountId,
): Promise<Result<{ resource: Resource }>> {
  const now = ports.clock.now();
  const facts = await readAccessFacts(ports, id, now, caller);
  if (!facts) return refusal('RESOURCE_NOT_FOUND');
  for (const check of accessChecks(facts, () => filterInput(ports, address), now)) {
    if (!check.passed) return refusal(check.code);
  }
  return { resource: facts.resource };
}

/** The same in another phase, for a resource that was read before: in one trip unless its filters have changed. */
export async function readAccessAgain(
  ports: RequestPorts<Pick<Ports, 'store' | 'clock' | 'geo'>>,
  known: Resource,
  address: string | undefined,
): Promise<Result<{ resource: Resource }>> {
  await ports.store.readAgain(accessKeys(known.id, known.account, known), ports.clock.now());
  return readAccess(ports, known.id, address);
}

/** What {@link readAccess} reads; its filters only if a version of the resource is known. */
export function accessKeys(id: ResourceId, account: AccountId, known?: Resource): RawKey[] {
  return [resourceDocument.key(id), accountDocument.key(account), ...attachedFilters(known).map(filterDocument.key)];
}

/** In the order of their evaluation. */
function attachedFilters(resource: Resource | undefined): FilterId[] {
  return [resource?.geoFilter, resource?.timeFilter, resource?.ipFilter].filter((filter) => filter !== undefined);
}

/** Undefined if the resource does not exist or belongs to another account than the caller's. */
export async function readAccessFacts(
  ports: { store: DocumentReader },
  id: ResourceId,
  now: number,
  caller?: AccountId,
): Promise<AccessFacts | undefined> {
  const [storedResource, callers] = await ports.store.getMany(
    caller ? ([resourceDocument.key(id), accountDocument.key(caller)] as const) : ([resourceDocument.key(id)] as const),
    now,
  );
  const resource = storedResource?.value;
  if (!resource || (caller && resource.account !== caller)) return undefined;

  const attached = attachedFilters(resource);
  const account = callers ?? (await ports.store.getMany([accountDocument.key(resource.account)], now))[0];
  const stored = attached.length === 0 ? [] : await ports.store.getMany(attached.map(filterDocument.key), now);
  const filters = attached.map((filter, at) => {
    const value = stored[at]?.value;
    return { id: filter, filter: value?.account === resource.account ? value : undefined };
  });
  return { planActive: account?.value.plan.active === true, resource, filters };
}

/** The filter input for a user, from an address given by a trusted source. */
export function filterInput(ports: Pick<Ports, 'geo'>, address: string | undefined): FilterInput {
  const canonical = address === undefined ? undefined : canonicalAddress(address);
  if (canonical === undefined) return {};
  const country = callDependency('looking up a country', () => ports.geo.country(canonical));
  return { address: canonical, ...omitUndefined({ country }) };
}
