import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports, ReadPorts } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { ArchivedRecords, type Progress } from './archived-records.ts';
import { auditChainDocument, eventIndexes, segmentDocument } from './documents.ts';
import { endOfSecond, parseEventEntry, secondOf, timeSort } from './log/event-entry.ts';
import { type LogPosition, newerFirst, parsePosition, type SealedRecord } from './log/sealed-record.ts';
import { hasTerms, type SearchTerm } from './log/search-terms.ts';
import type { AuditChain, AuditRecord, Segment } from './log/segment.ts';
import { narrowestIndex } from './narrowest-index.ts';

interface Selection {
  /** Only records that have all of them. */
  readonly terms: readonly SearchTerm[];
  /** Only records that sort before this one, which need not exist. */
  readonly after: IndexEntry | undefined;
  /** Records of earlier seconds are left out; of the archive, those of earlier hours. */
  readonly from: number | undefined;
}

/** Entries per read of the index: few at first, since one may be enough for a page. */
const FIRST_READ = 4;
const MAX_READ = 50;
/** Segments may be moved to the archive between two reads, so that they are read again. */
const MAX_READS = 5;

/**
 * The sealed records of an account, newest first, of store and archive. A segment that moves meanwhile is read once.
 *
 * @throws ArchiveUnavailable if a record may be in a part of the archive that cannot be read
 */
export async function* newestFirst(
  ports: ReadPorts & Pick<Ports, 'archive'>,
  account: AccountId,
  selection: Selection,
): AsyncGenerator<SealedRecord | Progress> {
  const { terms, after, from = 0 } = selection;
  let before = after && parsePosition(after);
  let archived: ArchivedRecords | undefined;
  let archivedUpTo = 0;
  for await (const batch of storedNewestFirst(ports, account, selection)) {
    const { chain } = batch;
    const last = chain?.archive?.last ?? 0;
    if (chain && last !== archivedUpTo) {
      archived = new ArchivedRecords(ports, account, {
        terms,
        before,
        from,
        firstKept: chain.first,
        lastArchived: last,
      });
      archivedUpTo = last;
    }
    for await (const one of merge(batch, archived)) {
      before = positionOf(one);
      yield one;
    }
    // Segments were read for nothing: the caller decides for how long.
    if (batch.records.length === 0 && batch.downTo >= 0) yield { searchedTo: batch.downTo };
  }
}

function positionOf(one: SealedRecord | Progress): LogPosition {
  return 'searchedTo' in one ? { event: { at: one.searchedTo + 1 }, segment: -1, position: -1 } : one;
}

/** Archived segments precede those in the store, so of one instant the stored records are the newer ones. */
async function* merge(
  { records, downTo }: StoredBatch,
  archived: ArchivedRecords | undefined,
): AsyncGenerator<SealedRecord | Progress> {
  for (const record of records) {
    if (archived) yield* archived.downTo(record.event.at);
    yield record;
  }
  if (archived) yield* archived.downTo(downTo);
}

interface StoredBatch {
  readonly records: readonly SealedRecord[];
  /** All that are newer than this instant are in this batch or came before. */
  readonly downTo: number;
  /** As it was when the records were read. */
  readonly chain: AuditChain | undefined;
}

/** The records in the store. The index names the seconds; each second is sorted here. */
async function* storedNewestFirst(
  ports: ReadPorts,
  account: AccountId,
  { terms, after, from = 0 }: Selection,
): AsyncGenerator<StoredBatch> {
  const segments = new Segments(ports, account);
  let mark = after && startOf(after);
  const [first, ...others] = terms.map((term) => eventIndexes.about(account, term));
  const index = await narrowestIndex(ports, [first ?? eventIndexes.all(account), ...others], mark);
  let rest: IndexEntry[] = [];
  for (let limit = FIRST_READ; ; limit = Math.min(MAX_READ, 2 * limit)) {
    const read = await ports.store.range(index, { limit, reverse: true, ...omitUndefined({ after: mark }) });
    mark = read.at(-1);
    const isEnd = !mark || read.length < limit || secondIn(mark.sort) < secondOf(from);
    const groups = groupBySecond([...rest, ...read].filter(({ sort }) => secondIn(sort) >= secondOf(from)));
    // More entries of the last second may follow.
    rest = isEnd ? [] : (groups.pop() ?? []);
    const chain = await segments.load(groups.flat());
    const lastSecond = groups.at(-1)?.[0]?.sort;
    if (isEnd || lastSecond !== undefined) {
      yield {
        records: groups.flatMap((group) => segments.recordsOf(group, terms, after)),
        downTo: isEnd || lastSecond === undefined ? -1 : secondIn(lastSecond) * 1000 - 1,
        chain,
      };
    }
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
  readonly #ports: ReadPorts;
  readonly #account: AccountId;
  #read = new Map<number, Segment>();
  #chain: AuditChain | undefined;

  constructor(ports: ReadPorts, account: AccountId) {
    this.#ports = ports;
    this.#account = account;
  }

  /** Loads the segments that the entries point to, and drops the others. Returns the chain as it was then. */
  async load(entries: readonly IndexEntry[]): Promise<AuditChain | undefined> {
    const numbers = new Set(entries.flatMap((entry) => parseEventEntry(entry)?.segment ?? []));
    this.#read = new Map([...this.#read].filter(([number]) => numbers.has(number)));
    for (let reads = 1; ; reads++) {
      const missing = [...numbers].filter((number) => !this.#read.has(number));
      const [chain, ...segments] = await this.#ports.store.getMany(
        [auditChainDocument.key(this.#account), ...missing.map((number) => segmentDocument.key(this.#account, number))],
        this.#ports.clock.now(),
      );
      for (const stored of segments) if (stored) this.#read.set(stored.value.number, stored.value as Segment);
      this.#chain = chain?.value;
      const isGone = (number: number) => !this.#read.has(number) && this.#isInStore(number);
      if (reads === MAX_READS || !missing.some(isGone)) return this.#chain;
    }
  }

  #isInStore(number: number): boolean {
    const { first = 1, archive } = this.#chain ?? {};
    return number >= first && number > (archive?.last ?? 0);
  }

  /** The records that the entries of one second stand for, newest first. */
  recordsOf(
    entries: readonly IndexEntry[],
    terms: readonly SearchTerm[],
    after: IndexEntry | undefined,
  ): SealedRecord[] {
    const found = entries.flatMap((entry) => this.#recordsAt(entry, terms));
    const before = after && parsePosition(after);
    return found.sort(newerFirst).filter((record) => !before || newerFirst(before, record) < 0);
  }

  #recordsAt(entry: IndexEntry, terms: readonly SearchTerm[]): SealedRecord[] {
    const place = parseEventEntry(entry);
    const records = place && this.#isInStore(place.segment) ? this.#read.get(place.segment)?.records : undefined;
    if (!place || !records) return [];
    const { segment } = place;
    const second = secondIn(entry.sort);
    const isMeant = ({ event }: AuditRecord) => secondOf(event.at) === second && hasTerms(event, terms);
    return records.flatMap((record, position) => (isMeant(record) ? { ...record, segment, position } : []));
  }
}
