import type { RootDatabase } from 'lmdb';
import {
  type MovableStore,
  MoveInterrupted,
  type MoveSource,
  type StoredCounter,
  type StoreMove,
} from '../../kernel/ports/movable-store.ts';
import {
  type Change,
  type ChangesPage,
  type CommitOutcome,
  type DocumentOf,
  type IndexEntry,
  type Json,
  type PartitionState,
  type RangeOptions,
  type RawKey,
  type RecordName,
  type RestoredRecords,
  type ScannedRecord,
  type ScanPage,
  type StoreClock,
  type Stored,
  type StoredEvent,
  type StoredText,
  type StoreSize,
  StoreUnavailable,
} from '../../kernel/ports/store.ts';
import { ParsedDocuments } from '../codec/parsed-documents.ts';
import { assertRestorable, prepareChange, prepareRecords } from '../codec/prepare-change.ts';
import { applyChanges } from './apply-changes.ts';
import { claimLayout, readMove } from './claim-layout.ts';
import { CommitGroups } from './commit-groups.ts';
import { EmbeddedMove } from './embedded-move.ts';
import { isCallersBug, isFlushFailure, reasonOf } from './failures.ts';
import type { FolderLock } from './folder-lock.ts';
import { assertFreeSpace, measureFolder } from './free-space.ts';
import { beginNotes, endNotes, readNotes } from './noted-changes.ts';
import { readRange } from './read-range.ts';
import { removeRecords, restoreRecords } from './restore-records.ts';
import { lookUpRecord, scanTables } from './scan-tables.ts';
import { Sweeper } from './sweep.ts';
import {
  CHECK_KEY,
  decodeDocument,
  documentKey,
  encodeState,
  numbered,
  peek,
  readState,
  STATE_KEY,
  type Tables,
} from './tables.ts';
import { TurnBudget } from './turn-budget.ts';
import { WindowCounters } from './window-counters.ts';

const SAVE_COUNTERS_AFTER_MS = 1000;

/** Events that one transaction drops. */
const DROPPED_AT_ONCE = 1000;

/** The parts of an embedded store. */
interface EmbeddedStoreParts {
  readonly path: string;
  readonly eventCap: number;
  readonly lowWaterBytes: number;
  /** Opens LMDB, at the start and after a transaction that could not be flushed. */
  readonly open: () => { root: RootDatabase<Buffer, Buffer>; tables: Tables };
  /** Released after the store is closed. */
  readonly lock: FolderLock;
}

export class EmbeddedStore implements MovableStore {
  readonly partitions = 1;
  readonly isOrdered = true;
  readonly #parts: EmbeddedStoreParts;
  #root: RootDatabase<Buffer, Buffer>;
  #tables: Tables;
  readonly #commits: CommitGroups;
  readonly #counters = new WindowCounters();
  readonly #parsed = new ParsedDocuments<Buffer>({
    isSame: (one, other) => one.equals(other),
    copy: (bytes) => Buffer.from(bytes),
    decode: decodeDocument,
  });
  readonly #sweeper = new Sweeper();
  readonly #budget = new TurnBudget();
  #open = true;
  #appends = 0;
  /** True if a transaction could not be flushed since LMDB was opened. */
  #failed = false;
  #reopening: Promise<void> | undefined;
  /** Commits that were accepted and are not settled. */
  #inFlight = 0;
  #moving: EmbeddedMove | undefined;
  /** Runs while there are unsaved counters. */
  #saveTimer: NodeJS.Timeout | undefined;

  constructor(parts: EmbeddedStoreParts) {
    this.#parts = parts;
    const { root, tables } = parts.open();
    this.#root = root;
    this.#tables = tables;
    this.#commits = new CommitGroups(
      (action) => this.#transact(action),
      (changes) => applyChanges(this.#tables, changes, { eventCap: parts.eventCap, sweeper: this.#sweeper }),
    );
  }

  /** Claims the folder's layout and loads its counters. */
  async start(shouldOpenMoved = false): Promise<void> {
    try {
      await claimLayout(this.#tables, (action) => this.#transact(action), shouldOpenMoved);
    } catch (error) {
      await this.#root.close();
      throw error;
    }
    this.#counters.load(this.#tables.counters);
  }

  async getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    const found = await this.#read(keys.length, () =>
      keys.map((key) => {
        const bytes = peek(this.#tables.documents, documentKey(key));
        if (!bytes) return undefined;
        this.#budget.spend(bytes.length);
        return this.#parsed.parse(key, bytes, now);
      }),
    );
    return found as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const prepared = prepareChange(change);
    this.#assertOpen();
    this.#moving?.assertTakesCommits();
    this.#inFlight += 1;
    try {
      return await this.#commits.commit(prepared);
    } finally {
      this.#inFlight -= 1;
      this.#moving?.note(prepared);
      if (prepared.events.length > 0) this.#appends += 1;
    }
  }

  async increment(
    key: string,
    windowMs: number,
    limit: number,
    now: number,
  ): Promise<{ count: number; allowed: boolean; resetAt: number }> {
    this.#assertOpen();
    const counted = this.#counters.increment(key, windowMs, limit, now);
    this.#saveCountersSoon();
    return counted;
  }

  async range(index: string, options: RangeOptions): Promise<IndexEntry[]> {
    return this.#read(options.limit, () => readRange(this.#tables.index, this.#budget, index, options));
  }

  async readEvents(partition: number, after: number, limit: number): Promise<StoredEvent[]> {
    if (partition !== 0) throw new RangeError(`No partition ${partition}`);
    const [texts = []] = await this.readStreams([after], limit);
    return texts.map(({ sequence, text }) => ({ sequence, event: JSON.parse(text) as Json }));
  }

  async readStreams([after = 0]: readonly number[], limit: number): Promise<StoredText[][]> {
    return this.#read(limit, () => [
      [...this.#tables.events.getRange({ start: numbered(after + 1), limit })].map(({ key, value }) => {
        this.#budget.spend(value.length);
        return { sequence: key.readUIntBE(0, 6), text: value.toString('utf8') };
      }),
    ]);
  }

  async dropEvents(partition: number, upTo: number): Promise<void> {
    if (partition !== 0) throw new RangeError(`No partition ${partition}`);
    const { events } = this.#tables;
    for (;;) {
      const some = await this.#read(DROPPED_AT_ONCE, () => [
        ...events.getKeys({ end: numbered(upTo + 1), limit: DROPPED_AT_ONCE }),
      ]);
      await this.#transact(() => {
        for (const key of some) events.remove(key);
      });
      if (some.length < DROPPED_AT_ONCE) return;
    }
  }

  get appends(): number {
    return this.#appends;
  }

  partitionOf(): number {
    return 0;
  }

  async restoreEvents(partition: number, events: readonly StoredEvent[], last: number): Promise<void> {
    if (partition !== 0) throw new RangeError(`No partition ${partition}`);
    const { commits, events: given } = await this.#read(1, () => readState(this.#tables));
    assertRestorable(events, given, last);
    await this.#transact(() => {
      for (const { sequence, event } of events) {
        this.#tables.events.put(numbered(sequence), Buffer.from(JSON.stringify(event)));
      }
      this.#tables.main.put(STATE_KEY, encodeState({ commits, events: last }));
    });
  }

  async restoreRecords(partition: number, records: RestoredRecords): Promise<void> {
    const prepared = prepareRecords(this, partition, records);
    await this.#transact(() => restoreRecords(this.#tables, prepared));
  }

  async scan(after: string | undefined, limit: number, only?: 'documents'): Promise<ScanPage> {
    return this.#read(limit, () => scanTables(this.#tables, this.#budget, { after, limit, only }));
  }

  async readMove(): Promise<StoreMove | undefined> {
    return this.#read(1, () => readMove(this.#tables));
  }

  async startMove(): Promise<MoveSource> {
    if (this.#moving?.isActive) throw new MoveInterrupted('this store is being moved by another command');
    const moving = new EmbeddedMove({
      tables: () => this.#tables,
      transact: (action) => this.#transact(action),
      counters: this.#counters,
      inFlight: () => this.#inFlight,
      monotonic: () => performance.now(),
    });
    this.#moving = moving;
    await moving.begin();
    return moving;
  }

  async lookUp(names: readonly RecordName[]): Promise<(ScannedRecord | undefined)[]> {
    return this.#read(names.length, () => names.map((name) => lookUpRecord(this.#tables, this.#budget, name)));
  }

  async removeRecords(partition: number, names: readonly RecordName[]): Promise<void> {
    if (partition !== 0) throw new RangeError(`No partition ${partition}`);
    await this.#transact(() => removeRecords(this.#tables, names));
  }

  async readStates(): Promise<readonly PartitionState[]> {
    return this.#read(1, () => [readState(this.#tables)]);
  }

  async noteChanges([forgotten]: readonly number[] = []): Promise<void> {
    await beginNotes(this.#notes, forgotten);
  }

  async forgetChanges(): Promise<void> {
    await endNotes(this.#notes);
  }

  get #notes() {
    return { tables: () => this.#tables, transact: <T>(action: () => T) => this.#transact(action) };
  }

  async readChanges(_partition: number, after: number): Promise<ChangesPage | undefined> {
    return this.#read(1000, () => readNotes(this.#tables, this.#budget, after));
  }

  async scanCounters(): Promise<{ counters: StoredCounter[]; next: undefined }> {
    this.#assertOpen();
    return { counters: this.#counters.all(), next: undefined };
  }

  async restoreCounters(counters: readonly StoredCounter[]): Promise<void> {
    for (const counter of counters) this.#counters.set(counter);
    while (this.#counters.hasUnsaved) await this.#transact(() => undefined);
  }

  async readClocks(): Promise<readonly StoreClock[]> {
    return [];
  }

  async measure(): Promise<StoreSize> {
    this.#assertOpen();
    return measureFolder(this.#parts.path);
  }

  async check(): Promise<void> {
    this.#moving?.assertTakesCommits();
    await this.#transact(() => void this.#tables.meta.put(CHECK_KEY, numbered(Date.now())));
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#saveTimer);
    try {
      await Promise.allSettled([this.#reopening]);
      while (this.#counters.hasUnsaved && (await this.#saveCounters()));
      await this.#root.close();
    } finally {
      this.#parts.lock.release();
    }
  }

  /** @param limit the most records that it reads */
  async #read<T>(limit: number, read: () => T): Promise<T> {
    for (let turn = this.#budget.turnToAwait(limit); turn; turn = this.#budget.turnToAwait(limit)) await turn;
    if (this.#reopening) await this.#reopening;
    this.#assertOpen();
    try {
      return read();
    } catch (error) {
      throw isCallersBug(error) ? error : new StoreUnavailable('The embedded store cannot be read', { cause: error });
    }
  }

  async #transact<T>(action: () => T): Promise<T> {
    this.#assertOpen();
    return this.#write(action);
  }

  /** Saves counters within about a second if no commit does. */
  #saveCountersSoon(): void {
    if (this.#saveTimer || !this.#open || !this.#counters.hasUnsaved) return;
    this.#saveTimer = setTimeout(async () => {
      if (this.#counters.hasUnsaved) await this.#saveCounters();
      this.#saveTimer = undefined;
      this.#saveCountersSoon();
    }, SAVE_COUNTERS_AFTER_MS).unref();
  }

  /** False if the store cannot be written: counting continues in memory, and they are saved later. */
  async #saveCounters(): Promise<boolean> {
    try {
      await this.#write(() => undefined);
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return false;
    }
  }

  /** Runs one child transaction: a throw rolls back only its own puts. Resolves when flushed (tables.ts). */
  async #write<T>(action: () => T): Promise<T> {
    this.#assertFreeSpace();
    if (this.#failed) await this.#reopen();
    try {
      const { result, saved } = await this.#root.childTransaction(() => {
        // It has waited for the previous transaction, which may have filled the disk or failed.
        if (this.#failed) throw new StoreUnavailable('The embedded store could not be written just now');
        this.#assertFreeSpace();
        return { result: action(), saved: this.#counters.save(this.#tables.counters) };
      });
      this.#counters.settle(saved);
      // After a pause this may have gone to a file that the next owner has replaced.
      this.#parts.lock.assertHeld();
      return result;
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      if (isFlushFailure(error)) this.#failed = true;
      throw new StoreUnavailable('The embedded store cannot be written', { cause: await reasonOf(error) });
    }
  }

  /** After a failed flush LMDB's memory may differ from its file (decision 0013): reopen it from the file. */
  #reopen(): Promise<void> {
    const reopen = async () => {
      await this.#root.close();
      const { root, tables } = this.#parts.open();
      this.#root = root;
      this.#tables = tables;
      this.#failed = false;
    };
    this.#reopening ??= reopen()
      .catch((error: unknown) => {
        throw new StoreUnavailable('The embedded store cannot be opened again', { cause: error });
      })
      .finally(() => {
        this.#reopening = undefined;
      });
    return this.#reopening;
  }

  #assertFreeSpace(): void {
    assertFreeSpace(this.#parts.path, this.#parts.lowWaterBytes);
  }

  #assertOpen(): void {
    if (!this.#open) throw new StoreUnavailable('The embedded store is closed');
    this.#parts.lock.assertHeld();
  }
}
