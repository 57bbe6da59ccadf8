import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { eventIndexes, segmentDocument } from './documents.ts';
import { endOfSecond, parseEventEntry, secondOf, timeSort } from './log/event-entry.ts';
import type { AuditRecord, Segment } from './log/segment.ts';
import { indexedIds } from './seal-events.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** A sealed record and where it is. */
export interface PlacedRecord extends AuditRecord {
  readonly segment: number;
  readonly position: number;
}

interface Selection {
  /** Only records that name it. */
  readonly id: string | undefined;
  /** Only records that sort before this one, which need not exist. */
  readonly after: IndexEntry | undefined;
  /** Records of earlier seconds are left out. */
  readonly from: number | undefined;
}

/** Entries per read of the index: few at first, since one may be enough for a page. */
const FIRST_READ = 4;
const MAX_READ = 50;

/** The sealed records of an account, newest first. The index names the seconds; each second is sorted here. */
export async function* newestFirst(
  ports: Needs,
  account: AccountId,
  { id, after, from = 0 }: Selection,
): AsyncGenerator<PlacedRecord> {
  const index = id === undefined ? eventIndexes.all(account) : eventIndexes.about(account, id);
  const segments = new Segments(ports, account);
  let mark = after && startOf(after);
  let rest: IndexEntry[] = [];
  for (let limit = FIRST_READ; ; limit = Math.min(MAX_READ, 2 * limit)) {
    const read = await ports.store.range(index, { limit, reverse: true, ...omitUndefined({ after: mark }) });
    mark = read.at(-1);
    const isEnd = !mark || read.length < limit || secondIn(mark.sort) < secondOf(from);
    const groups = groupBySecond([...rest, ...read].filter(({ sort }) => secondIn(sort) >= secondOf(from)));
    // More entries of the last second may follow.
    rest = isEnd ? [] : (groups.pop() ?? []);
    await segments.load(groups.flat());
    for (const group of groups) yield* segments.recordsOf(group, id, after);
    if (isEnd) return;
  }
}

/** Above every entry of the cursor's second: an entry stands for records before it and after it. */
function startOf({ sort }: IndexEntry): IndexEntry {
  return { sort: timeSort(endOfSecond(secondIn(sort)) + 1), id: '' };
}

function secondIn(sort: string): number {
  return secondOf(Number(sort));
}

function groupBySecond(entries: readonly IndexEntry[]): IndexEntry[][] {
  const groups: IndexEntry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group?.[0] && secondIn(group[0].sort) === secondIn(entry.sort)) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** The segments read by one request. */
class Segments {
  readonly #ports: Needs;
  readonly #account: AccountId;
  #read = new Map<number, Segment>();

  constructor(ports: Needs, account: AccountId) {
    this.#ports = ports;
    this.#account = account;
  }

  /** Loads the segments that the entries point to and drops the others. */
  async load(entries: readonly IndexEntry[]): Promise<void> {
    const numbers = new Set(entries.flatMap((entry) => parseEventEntry(entry)?.segment ?? []));
    const missing = [...numbers].filter((number) => !this.#read.has(number));
    const stored = await this.#ports.store.getMany(
      missing.map((number) => segmentDocument.key(this.#account, number)),
      this.#ports.clock.now(),
    );
    const kept = [...this.#read].filter(([number]) => numbers.has(number));
    const read = stored.flatMap((one) => (one ? [[one.value.number, one.value] as const] : []));
    this.#read = new Map([...kept, ...read]);
  }

  /** The records that the entries of one second stand for, newest first. */
  recordsOf(entries: readonly IndexEntry[], id: string | undefined, after: IndexEntry | undefined): PlacedRecord[] {
    const found = entries.flatMap((entry) => this.#recordsAt(entry, id));
    const before = after && placeOf(after);
    return found.sort(newerFirst).filter((record) => !before || newerFirst(before, record) < 0);
  }

  #recordsAt(entry: IndexEntry, id: string | undefined): PlacedRecord[] {
    const place = parseEventEntry(entry);
    const records = place && this.#read.get(place.segment)?.records;
    if (!records) return [];
    const { segment } = place;
    const second = secondIn(entry.sort);
    const isMeant = ({ event }: AuditRecord, position: number) =>
      place.position === undefined
        ? secondOf(event.at) === second && (id === undefined || indexedIds(event).includes(id))
        : position === place.position;
    return records.flatMap((record, position) => (isMeant(record, position) ? { ...record, segment, position } : []));
  }
}

interface Order {
  readonly event: { readonly at: number };
  readonly segment: number;
  readonly position: number;
}

function newerFirst(one: Order, other: Order): number {
  return other.event.at - one.event.at || other.segment - one.segment || other.position - one.position;
}

/** The place of a cursor. One that names only an instant comes after every record of it. */
function placeOf(cursor: IndexEntry): Order {
  const { segment = -1, position = -1 } = parseEventEntry(cursor) ?? {};
  return { event: { at: Number(cursor.sort) }, segment, position };
}
