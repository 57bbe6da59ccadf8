import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type ListRequest, type Page, parseCursor, writeCursor } from '../store/records/list-objects.ts';
import { resourceDocument } from './documents.ts';
import type { Resource } from './resource.ts';

type Range = Pick<ListRequest<Resource, ResourceId>, 'index' | 'after' | 'limit' | 'total' | 'order' | 'prefix'>;

/**
 * One page of the resources that an administrator can see, in the order and with the cursors of the whole list. Only
 * these are read: pages that skip the others would reveal their number (SR-67).
 */
export async function listGranted(
  ports: ReadPorts,
  account: AccountId,
  visible: ReadonlySet<ResourceId>,
  { index, after, limit, total, order, prefix = '' }: Range,
): Promise<Result<Page<Resource>>> {
  const start = after === undefined ? undefined : parseCursor(after);
  if (after !== undefined && !start) return refusal('INPUT_INVALID', { detail: 'after: not a cursor' });
  const sign = order === 'asc' ? 1 : -1;
  const all = (await readGranted(ports, account, visible)).flatMap((object) =>
    resourceDocument
      .indexes(object)
      .filter((place) => place.index === index && place.entry.sort.startsWith(prefix))
      .map(({ entry }) => ({ object, entry })),
  );
  const listed = all
    .filter(({ entry }) => start === undefined || sign * compareEntries(entry, start) > 0)
    .sort((one, other) => sign * compareEntries(one.entry, other.entry));
  const page = listed.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ object }) => object),
    next: last && listed.length > limit ? writeCursor(last.entry) : null,
    ...(total && { total: all.length }),
  };
}

/** The resources of the list that exist. */
export async function readGranted(
  { store, clock }: ReadPorts,
  account: AccountId,
  visible: ReadonlySet<ResourceId>,
): Promise<Resource[]> {
  const stored = await store.getMany([...visible].map(resourceDocument.key), clock.now());
  return stored
    .map((one) => one?.value)
    .filter((one) => one?.account === account)
    .filter((one) => one !== undefined);
}

/** The order in which a store sorts the entries of an index. */
function compareEntries(one: IndexEntry, other: IndexEntry): number {
  return (
    Buffer.compare(Buffer.from(one.sort), Buffer.from(other.sort)) ||
    Buffer.compare(Buffer.from(one.id), Buffer.from(other.id))
  );
}
