import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { Change, IndexEntry, IndexedEntry, StoreReader } from '../kernel/ports/store.ts';
import { type ConsumerName, consumerIndexes, eventIndexes, segmentDocument } from './documents.ts';
import { secondEntry, secondOf } from './log/event-entry.ts';
import { type SearchTerm, searchTerms } from './log/search-terms.ts';
import type { AuditChain, Segment } from './log/segment.ts';

/** The consumer of events that writes the segments. */
export const SEALER = 'audit' satisfies ConsumerName;
/** Segments per read. */
const READ_AT_ONCE = 8;

/** Every account with a chain. */
export async function* sealedAccounts({ store }: { store: StoreReader }): AsyncGenerator<AccountId> {
  for (let after: IndexEntry | undefined; ; ) {
    const entries = await store.range(consumerIndexes.accounts(SEALER), { limit: 200, ...omitUndefined({ after }) });
    for (const { id } of entries) yield id as AccountId;
    after = entries.at(-1);
    if (entries.length < 200) return;
  }
}

/** The segments from this one to the end of the chain, or to the first that is not there. */
export async function* segmentsInStore(
  { store, clock }: ReadPorts,
  { account, number: last }: AuditChain,
  first: number,
): AsyncGenerator<Segment> {
  for (let from = first; from <= last; from += READ_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(READ_AT_ONCE, last - from + 1) }, (_, at) => from + at);
    const keys = numbers.map((number) => segmentDocument.key(account, number));
    for (const stored of await store.getMany(keys, clock.now())) {
      // Another process moved or removed it: a file must have no gap.
      if (!stored) return;
      yield stored.value;
    }
  }
}

type Indexed = Pick<Segment, 'account' | 'number' | 'records'>;

/** One entry for each search term and second, however many events of the segment have the term in that second. */
export function entriesBySecond({ account, number, records }: Indexed): IndexedEntry[] {
  const seconds = new Map<number, Set<SearchTerm>>();
  for (const { event } of records) {
    const second = secondOf(event.at);
    let terms = seconds.get(second);
    if (!terms) {
      terms = new Set();
      seconds.set(second, terms);
    }
    for (const term of searchTerms(event)) terms.add(term);
  }
  return [...seconds].flatMap(([second, terms]) => {
    const entry = secondEntry(second, number);
    const about = Array.from(terms, (term) => eventIndexes.about(account, term));
    return [eventIndexes.all(account), ...about].map((index) => ({ index, entry }));
  });
}

/** The index steps that remove a segment's entries. */
export function removalOf(segment: Segment): NonNullable<Change['index']> {
  return entriesBySecond(segment).map(({ index, entry }) => ({ index, remove: entry }));
}
