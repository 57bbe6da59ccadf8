import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import { ArchiveUnavailable } from '../kernel/ports/audit-archive.ts';
import type { ArchiveReadPorts } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { hasExpired, readArchiveFile } from './archive-files.ts';
import { archiveFileDocument, archiveIndexes } from './documents.ts';
import { type ArchiveFile, endOfHour, hourOf, recordsOfFile } from './log/archive-file.ts';
import { timeSort } from './log/event-entry.ts';
import { mayContainAll } from './log/id-filter.ts';
import { type LogPosition, newerFirst, type SealedRecord } from './log/sealed-record.ts';
import { isKind, type SearchTerm } from './log/search-terms.ts';
import { narrowestIndex } from './narrowest-index.ts';

interface Selection {
  /** Only records that have all of them. */
  readonly terms: readonly SearchTerm[];
  /** Only records older than this one, which need not exist. */
  readonly before: LogPosition | undefined;
  /** Records of earlier hours are left out. */
  readonly from: number;
  /** The first segment that retention has kept. */
  readonly firstKept: number;
  /** Later segments are read from the store, although a file may hold them by now. */
  readonly lastArchived: number;
}

/** How far a search has come at the cost of some files or segments. All that is newer has been listed. */
export interface Progress {
  readonly searchedTo: number;
}

/** Index entries per read: few at first, since one file may be enough for a page. */
const FIRST_READ = 4;
const MAX_READ = 100;
/** Entries per read of those that a page skips. */
const SKIPPED_AT_ONCE = 1000;
/** Cost between two reports of progress: an entry costs 1, and reading its file that much more. */
const COST_AT_ONCE = 100;
const COST_OF_FILE = 10;
/** Parsed files in memory: a file of several hours is needed again. */
const MAX_FILES = 4;

/** The archived records of an account, newest first. Each entry of the index stands for one hour of one file. */
export class ArchivedRecords {
  readonly #ports: ArchiveReadPorts;
  readonly #account: AccountId;
  readonly #selection: Selection;
  readonly #files = new Map<number, SealedRecord[]>();
  /** Entries that were read and not yet taken, with their files. */
  #waiting: { entry: IndexEntry; file: ArchiveFile | undefined }[] = [];
  #mark: IndexEntry | undefined;
  #limit = FIRST_READ;
  #index: string | undefined;
  #isComplete = false;
  /** Records that were read and not yet returned, newest first. */
  #pool: SealedRecord[] = [];
  /** Since the last report. */
  #cost = 0;

  constructor(ports: ArchiveReadPorts, account: AccountId, selection: Selection) {
    this.#ports = ports;
    this.#account = account;
    this.#selection = selection;
    const { before } = selection;
    // Above every entry of that hour, which may stand for newer and older records.
    if (before) this.#mark = { sort: timeSort(endOfHour(hourOf(before.event.at)) + 1), id: '' };
  }

  /**
   * The records newer than this instant that were not returned yet.
   *
   * @throws ArchiveUnavailable also if a file is missing or damaged: no list leaves it out silently
   */
  async *downTo(instant: number): AsyncGenerator<SealedRecord | Progress> {
    for (;;) {
      const next = await this.#next();
      const newestUnread = next ? Number(next.entry.sort) : 0;
      // Records of the same instant may follow in the next file.
      const end = next ? Math.max(instant, newestUnread) : instant;
      const count = this.#pool.findIndex(({ event }) => event.at <= end);
      yield* this.#pool.splice(0, count < 0 ? this.#pool.length : count);
      if (!next || newestUnread <= instant) return;
      this.#waiting.shift();
      this.#cost += 1;
      if (next.file) await this.#take(next.entry, next.file);
      const { terms, before } = this.#selection;
      // An entry that spans the cursor would lead the next page back.
      const isBehind = before === undefined || newestUnread < before.event.at;
      if (terms.length === 0 || this.#cost < COST_AT_ONCE || !isBehind) continue;
      this.#cost = 0;
      yield { searchedTo: newestUnread };
    }
  }

  async #next() {
    if (this.#waiting.length === 0 && !this.#isComplete) await this.#read();
    return this.#waiting[0];
  }

  async #read(): Promise<void> {
    const { store, clock } = this.#ports;
    const { from } = this.#selection;
    let limit = this.#limit;
    this.#limit = Math.min(MAX_READ, 2 * limit);
    let wanted: IndexEntry[];
    this.#index ??= await this.#narrowestIndex();
    do {
      const entries = await store.range(this.#index, {
        limit,
        reverse: true,
        ...omitUndefined({ after: this.#mark }),
      });
      this.#isComplete = entries.length < limit || entries.some(({ sort }) => Number(sort) < from);
      const found = entries.filter((entry) => Number(entry.sort) >= from && !this.#isNewer(entry));
      wanted = found.slice(0, MAX_READ);
      const isCut = wanted.length < found.length;
      this.#mark = isCut ? wanted.at(-1) : entries.at(-1);
      if (isCut) this.#isComplete = false;
      limit = SKIPPED_AT_ONCE;
    } while (wanted.length === 0 && !this.#isComplete);
    const keys = wanted.map((entry) => archiveFileDocument.key(this.#account, parseEntry(entry).first));
    const files = await store.getMany(keys, clock.now());
    this.#waiting = wanted.map((entry, at) => ({ entry, file: files[at]?.value }));
  }

  /** Types, outcomes and reasons have an index. For ids, the filter of each file is asked. */
  #narrowestIndex(): Promise<string> {
    const kinds = this.#selection.terms.filter(isKind).map((term) => archiveIndexes.ofKind(this.#account, term));
    const [first = archiveIndexes.byTime(this.#account), ...others] = kinds;
    return narrowestIndex(this.#ports, [first, ...others], this.#mark);
  }

  async #take(entry: IndexEntry, file: ArchiveFile): Promise<void> {
    const { terms, before, firstKept, lastArchived } = this.#selection;
    if (file.last < firstKept || file.last > lastArchived) return;
    if (!mayContainAll(file.ids, terms)) return;
    const hour = hourOf(Number(entry.sort));
    const records = (await this.#recordsOf(file)).filter(
      (record) => hourOf(record.event.at) === hour && (!before || newerFirst(before, record) < 0),
    );
    this.#pool = [...this.#pool, ...records].sort(newerFirst);
  }

  /** True if all records of the entry come before the cursor. */
  #isNewer(entry: IndexEntry): boolean {
    const { before } = this.#selection;
    return before !== undefined && parseEntry(entry).oldest > before.event.at;
  }

  async #recordsOf(file: ArchiveFile): Promise<SealedRecord[]> {
    const known = this.#files.get(file.first);
    if (known) return known;
    this.#cost += COST_OF_FILE;
    const read = await readArchiveFile(this.#ports, file);
    if (!read) {
      if (await hasExpired(this.#ports, file)) return [];
      throw new ArchiveUnavailable(`segments ${file.first} to ${file.last} of ${file.account} are missing or damaged`);
    }
    const records = recordsOfFile(read.text, this.#selection.terms);
    const [oldest] = this.#files.keys();
    if (oldest !== undefined && this.#files.size === MAX_FILES) this.#files.delete(oldest);
    this.#files.set(file.first, records);
    return records;
  }
}

function parseEntry({ id }: IndexEntry): { first: number; oldest: number } {
  const [first = '', oldest = ''] = id.split('.');
  return { first: Number.parseInt(first, 36), oldest: Number.parseInt(oldest, 36) };
}
