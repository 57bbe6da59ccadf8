import { readCursors } from '../../events/consumed-events.ts';
import { CONSUMERS, consumerDocument } from '../../events/documents.ts';
import {
  CLOSED_LEASE_MS,
  type MovableStore,
  type MoveSource,
  type StoreChanges,
} from '../../kernel/ports/movable-store.ts';
import type { Ports, WritePorts } from '../../kernel/ports/ports.ts';
import type { PartitionState, RecordName, ScannedRecord, Store } from '../../kernel/ports/store.ts';
import type { ProcessStore } from '../../kernel/process-memory.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { restorationDocument } from '../../store/documents.ts';
import type { Restoration } from '../../store/restoration.ts';
import { isStoreEmpty } from '../../store/set-store-purpose.ts';
import { newOperation, transact } from '../../store/transact.ts';
import { type HeldTarget, holdTarget } from './held-target.ts';
import { MoveRefused } from './move-refused.ts';
import { isLeftOut, nameOfRecord, RecordMover } from './moved-records.ts';
import { PAGE } from './page.ts';
import { StoreNotEmpty } from './restore-backup.ts';
import { splitStore } from './split-store.ts';

interface Needs extends Pick<Ports, 'clock' | 'random'> {
  from: ProcessStore<MovableStore>;
  /** Empty, or partly filled by an earlier attempt. */
  to: ProcessStore<MovableStore>;
  /**
   * Lets all consumers read their events of this store. Needed if the target has fewer partitions, which have no place
   * for the streams of the others.
   */
  readAllEvents?: (store: Store) => Promise<unknown>;
}

export interface MoveCounts {
  documents: number;
  indexEntries: number;
  /** Documents and index entries that were read in both stores, and are the same there. */
  compared: { documents: number; indexEntries: number };
  /** Of the streams; those in the audit log are documents. */
  events: number;
  counters: number;
}

export type MoveProgress =
  /** How many records were read, while the service goes on. */
  | { step: 'copied'; records: number }
  /** How many that were changed meanwhile were copied again. */
  | { step: 'caught-up'; records: number }
  /** How many were read in both stores, while the service goes on. */
  | { step: 'compared'; records: number }
  /** Next, the store takes no changes. */
  | { step: 'closing' }
  /** Everything is in the target. Given up now, the service still goes on. */
  | { step: 'closed' }
  /** Only this was missing after an interruption: the target can be used. */
  | { step: 'opened' }
  | { step: 'finished'; counts: MoveCounts };

/** So few changes are copied in a moment. */
const FEW_CHANGES = 200;
const MAX_ROUNDS = 12;
/** What commits change while everything is compared is fewer than this, or the target has lost records. */
const MAX_DIFFERENT = 100_000;
/** A commit that its store did not confirm may have happened on another server. Such versions are skipped. */
const SKIPPED_VERSIONS = 2 ** 28;
/** Events that the smallest stream of a target holds, with some to spare. */
const MAX_UNREAD = 5000;

/**
 * Moves everything to another store as it is, without the rules of a restore: documents with their versions and
 * expiries, index entries, counters, and the streams of events. The service goes on while it is copied. What commits
 * change meanwhile is copied again, until little is left; for that the store takes no commit. At the end the source is
 * closed for ever, and only then the target can be used (SR-69). Before that an interruption changes nothing; run again,
 * it copies everything once more.
 *
 * @param name of the target, for people
 * @throws MoveRefused, StoreNotEmpty, MoveInterrupted: the source is in use, now or in a few seconds
 */
export async function* moveStore(needs: Needs, name: string): AsyncGenerator<MoveProgress> {
  const { from, clock } = needs;
  const finished = await from.readMove();
  if (finished) {
    if ((await readMark(needs))?.move !== finished.id) {
      throw new MoveRefused(`this store was moved to ${finished.to} before: use that store`);
    }
    await openTarget(needs);
    yield { step: 'opened' };
    return;
  }
  const source = await from.startMove();
  try {
    const id = await markTarget(needs, source);
    const run = new MoveRun(needs, source, clock.now());
    yield* run.copyAll();
    yield* run.catchUp();
    yield* run.compareAll();
    yield* run.catchUp();
    await run.compareAgain();
    yield { step: 'closing' };
    await run.copyRest(await source.close({ id, to: name }));
    yield { step: 'closed' };
    await source.finish();
    await openTarget(needs);
    yield { step: 'finished', counts: run.counts };
  } finally {
    await source.end();
  }
}

/** One attempt. */
class MoveRun {
  readonly #needs: Needs;
  readonly #target: HeldTarget;
  readonly #source: MoveSource;
  readonly #now: number;
  readonly #mover: RecordMover;
  #events = 0;
  #different: RecordName[] = [];
  readonly #compared = { documents: 0, indexEntries: 0 };
  readonly #counters = new Set<string>();

  constructor(needs: Needs, source: MoveSource, now: number) {
    this.#needs = needs;
    this.#source = source;
    this.#now = now;
    this.#target = holdTarget(needs.to, source);
    this.#mover = new RecordMover({ from: needs.from, to: this.#target }, now);
  }

  get counts(): MoveCounts {
    return {
      ...this.#mover.counts,
      compared: { ...this.#compared },
      events: this.#events,
      counters: this.#counters.size,
    };
  }

  async *copyAll(): AsyncGenerator<MoveProgress> {
    const { from, to } = this.#needs;
    const isResumed = !(await isEmptyButForMark(to));
    const write = (page: readonly ScannedRecord[]) => writeAll(this.#mover, page);
    for await (const records of this.#scan(from, write)) yield { step: 'copied', records };
    await this.#mover.flush();
    for (let after: string | undefined; ; ) {
      const page = await from.scanCounters(after, PAGE);
      await this.#copyCounters(page.counters);
      after = page.next;
      if (after === undefined) break;
    }
    await this.#copyEvents();
    if (!isResumed) return;
    const prune = (page: readonly ScannedRecord[]) => this.#mover.prune(page);
    for await (const records of this.#scan(to, prune)) yield { step: 'copied', records };
  }

  /** Until few changes are left, or as many come as are copied. */
  async *catchUp(): AsyncGenerator<MoveProgress> {
    for (let round = 0, before = Number.POSITIVE_INFINITY; round < MAX_ROUNDS; round++) {
      const records = await this.#copyChanges();
      await this.#copyEvents();
      yield { step: 'caught-up', records };
      if (records <= FEW_CHANGES || records > before * 0.8) return;
      before = records;
    }
  }

  /** Reads everything in both stores. What commits have changed meanwhile differs, and is compared again at the end. */
  async *compareAll(): AsyncGenerator<MoveProgress> {
    const { from, clock } = this.#needs;
    const compare = async (page: readonly ScannedRecord[]) => {
      for (const record of page) this.#countCompared(record);
      this.#different.push(...(await this.#mover.findDifferent(page.map(nameOfRecord), clock.now(), page)));
      if (this.#different.length > MAX_DIFFERENT) throw new MoveRefused(DIFFERENT);
    };
    for await (const records of this.#scan(from, compare)) yield { step: 'compared', records };
  }

  #countCompared(record: ScannedRecord): void {
    if (record.kind === 'index') this.#compared.indexEntries += 1;
    else if (!isLeftOut(record)) this.#compared.documents += 1;
  }

  async compareAgain(): Promise<void> {
    const names = this.#different;
    this.#different = [];
    for (let at = 0; at < names.length; at += PAGE) {
      const page = names.slice(at, at + PAGE);
      this.#different.push(...(await this.#mover.findDifferent(page, this.#needs.clock.now())));
      await this.#source.renew();
    }
  }

  /** The store is closed. */
  async copyRest(states: readonly PartitionState[]): Promise<void> {
    const { from, to } = this.#needs;
    await this.#copyChanges(true);
    await this.#copyEvents();
    await this.#dropEvents(states);
    const highest = states.reduce((most, { commits, events }) => {
      return { commits: Math.max(most.commits, commits), events: Math.max(most.events, events) };
    });
    const isSplitAlike = from.partitions === to.partitions;
    const restoreState = async (partition: number) => {
      const state = states[partition];
      const { commits } = (isSplitAlike && state) || highest;
      // A stream whose number stays goes on; the others begin above all earlier numbers.
      const { events } = (to.partitions >= from.partitions && state) || highest;
      const lastVersion = commits + SKIPPED_VERSIONS;
      await this.#target.restoreRecords(partition, { documents: [], entries: [], lastVersion }, this.#now);
      await this.#target.restoreEvents(partition, [], events);
    };
    await Promise.all(Array.from({ length: to.partitions }, (_, partition) => restoreState(partition)));
    await this.#source.renew();
    if (!isSplitAlike) await this.#beginStreams(highest.events);
    // A closed store still raises counters.
    await this.#copyChanges(true);
    await this.compareAgain();
    if (this.#different.length > 0) throw new MoveRefused(DIFFERENT);
  }

  /** @param highest number of an event */
  async #beginStreams(highest: number): Promise<void> {
    const { from, to, readAllEvents } = this.#needs;
    if (to.partitions < from.partitions) {
      if (!readAllEvents) throw new Error('a store with fewer partitions needs readAllEvents');
      const renewing = setInterval(() => this.#source.renew().catch(() => {}), CLOSED_LEASE_MS / 4);
      await readAllEvents(splitStore(from, to)).finally(() => clearInterval(renewing));
    }
    await this.#writePositions(highest);
    await this.#source.renew();
  }

  /** Returns the number of records so far, after each page. */
  async *#scan(
    store: ProcessStore<MovableStore>,
    take: (records: readonly ScannedRecord[]) => Promise<void>,
  ): AsyncGenerator<number> {
    let seen = 0;
    for (let after: string | undefined; ; ) {
      const page = await store.scan(after, PAGE);
      await take(page.records);
      await this.#source.renew();
      await yieldToEventLoop();
      seen += page.records.length;
      after = page.next;
      yield seen;
      if (after === undefined) return;
    }
  }

  /** Returns the number of records. */
  async #copyChanges(isCompared = false): Promise<number> {
    let count = 0;
    for (;;) {
      const changes: StoreChanges = await this.#source.readChanges();
      for (let at = 0; at < changes.records.length; at += PAGE) {
        const names = changes.records.slice(at, at + PAGE);
        await this.#mover.update(names);
        if (isCompared) this.#different.push(...names);
        await this.#source.renew();
      }
      await this.#copyCounters(changes.counters);
      count += changes.records.length;
      if (changes.isLast) return count;
    }
  }

  async #copyCounters(counters: StoreChanges['counters']): Promise<void> {
    for (let at = 0; at < counters.length; at += PAGE) {
      await this.#target.restoreCounters(counters.slice(at, at + PAGE), this.#now);
      await this.#source.renew();
    }
    for (const { key, windowMs, resetAt } of counters) this.#counters.add(`${windowMs} ${resetAt} ${key}`);
  }

  /** The streams keep their partitions, if the target has as many. Otherwise their events are read at the end. */
  async #copyEvents(): Promise<void> {
    const { from, to, clock } = this.#needs;
    if (to.partitions < from.partitions) return;
    const written = await to.readStates();
    const positions = await readCursors({ store: from, clock });
    const isWhole = from.partitions === to.partitions;
    const copy = (partition: number) => {
      const read = isWhole ? 0 : Math.min(...positions.map((cursors) => cursors[partition] ?? 0));
      return this.#copyStream(partition, Math.max(written[partition]?.events ?? 0, read), isWhole);
    };
    await Promise.all(Array.from({ length: from.partitions }, (_, partition) => copy(partition)));
  }

  async #copyStream(partition: number, written: number, isWhole: boolean): Promise<void> {
    const { from } = this.#needs;
    for (let after = written, unread = 0; ; ) {
      const events = await from.readEvents(partition, after, PAGE);
      after = events.at(-1)?.sequence ?? after;
      if (events.length > 0) await this.#target.restoreEvents(partition, events, after);
      this.#events += events.length;
      unread += events.length;
      if (events.length < PAGE) return;
      if (!isWhole && unread > MAX_UNREAD) throw new MoveRefused('many events are not read yet: run this again later');
      await this.#source.renew();
    }
  }

  /** An erasure may have dropped events since they were copied. */
  async #dropEvents(states: readonly PartitionState[]): Promise<void> {
    const { from, to } = this.#needs;
    if (to.partitions < from.partitions) return;
    const firstOf = async (store: Store, partition: number, { events }: PartitionState) => {
      const [first] = await store.readEvents(partition, 0, 1);
      return first?.sequence ?? events + 1;
    };
    const drop = async (state: PartitionState, partition: number) => {
      const kept = await firstOf(from, partition, state);
      if ((await firstOf(to, partition, state)) < kept) await this.#target.dropEvents(partition, kept - 1);
    };
    await Promise.all(states.map(drop));
  }

  /** Nothing before the beginning of a new stream is lost. */
  async #writePositions(highest: number): Promise<void> {
    const { from, to, clock } = this.#needs;
    const isWider = to.partitions > from.partitions;
    const positions = await readCursors({ store: from, clock });
    for (const [at, name] of CONSUMERS.entries()) {
      const cursors = Object.fromEntries(
        Array.from({ length: to.partitions }, (_, partition) => {
          const isKept = isWider && partition < from.partitions;
          return [partition, isKept ? (positions[at]?.[partition] ?? 0) : highest];
        }),
      );
      const key = consumerDocument.key(name);
      const documents = [{ key, value: { cursors }, version: 1 }];
      await this.#target.restoreRecords(to.partitionOf(key.anchor), { documents, entries: [] }, this.#now);
    }
  }
}

const DIFFERENT =
  'a record differs in the other store: this one stays in use. Check what else uses the other store, empty it, and run this again';

async function writeAll(mover: RecordMover, records: Parameters<RecordMover['prune']>[0]): Promise<void> {
  for (const record of records) await mover.write(record);
}

type Stores = Pick<Needs, 'from' | 'to' | 'clock' | 'random'>;

/** With the mark no service starts on the target, and only the same source fills it. Returns the id of the move. */
async function markTarget(stores: Stores, { sourceId }: MoveSource): Promise<string> {
  const { to, clock } = stores;
  const mark = (await readMark(stores))?.move;
  if (mark?.startsWith(`${sourceId}.`)) return mark;
  if (mark !== undefined || !(await isStoreEmpty({ store: to }))) throw new StoreNotEmpty();
  const move = `${sourceId}.${newOperation(stores)}`;
  const startedAt = clock.now();
  await writeMark({ ...stores, store: to }, { startedAt, backedUpAt: startedAt, move });
  return move;
}

async function readMark({ to, clock }: Stores): Promise<Restoration | undefined> {
  const [stored] = await to.getMany([restorationDocument.key()], clock.now());
  return stored?.value;
}

async function isEmptyButForMark(to: ProcessStore<MovableStore>): Promise<boolean> {
  let records = 0;
  for (let after: string | undefined; ; ) {
    const page = await to.scan(after, PAGE);
    records += page.records.length;
    after = page.next;
    if (records > 1) return false;
    if (after === undefined) return true;
  }
}

/** Gives the target the mark of the source, if that was restored once. From then on a service may start on it. */
async function openTarget(stores: Stores): Promise<void> {
  const { from, to, clock } = stores;
  const [stored] = await from.getMany([restorationDocument.key()], clock.now());
  await writeMark({ ...stores, store: to }, stored?.value);
}

async function writeMark(target: WritePorts, value: Restoration | undefined): Promise<void> {
  const key = restorationDocument.key();
  await transact(target, key.anchor, [key], () => ({
    answer: undefined,
    write: value ? { put: [{ key, value }] } : { delete: [key] },
  }));
}
