import { CodedError } from '@countersign/protocol/coded-error';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { unreadEvents } from '../events/consumed-events.ts';
import { CONSUMERS, consumerDocument } from '../events/documents.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { MovableStore, PartitionState, RawKey, RestoredDocument, StoreMove } from '../kernel/ports/store.ts';
import { CATALOGUE } from '../maintenance/catalogue.ts';
import { reencryptionDocument } from '../maintenance/documents.ts';
import { indexBuildDocument, restorationDocument } from '../store/documents.ts';
import type { Restoration } from '../store/restoration.ts';
import { isStoreEmpty } from '../store/set-store-purpose.ts';
import { newOperation, transact } from '../store/transact.ts';
import { BatchWriter } from './batch-writer.ts';
import { StoreNotEmpty } from './restore-backup.ts';

interface Needs extends Pick<Ports, 'clock' | 'random'> {
  from: MovableStore;
  /** Empty, or partly filled by the same move. */
  to: MovableStore;
}

export interface MoveCounts {
  documents: number;
  indexEntries: number;
  /** Of the streams; those in the audit log are documents. */
  events: number;
  counters: number;
}

/** The move cannot begin or go on. The message says what to do. */
export class MoveRefused extends CodedError {
  readonly code = 'MOVE_REFUSED';
}

class EventsUnread extends MoveRefused {
  constructor() {
    super('there are events that were not read: stop every process of the service, and run this again');
  }
}

const PAGE = 500;
/** A commit of a process that was not stopped may have come while the source was closed. Such versions are skipped. */
const SKIPPED_VERSIONS = 2 ** 28;

/**
 * Moves everything to another store as it is, without the rules of a restore: documents with their versions and
 * expiries, index entries, counters, and the streams of events. The source is closed first, so nothing that is used in
 * one store can be used in the other (SR-69); until the end no service starts on the target. Run again after an
 * interruption it goes on, as what it writes is the same each time.
 *
 * If the number of partitions changes, the streams begin again above all earlier numbers. All events have to be read then.
 *
 * @param name of the target, for people
 * @throws MoveRefused, StoreNotEmpty: nothing has changed
 */
export async function moveStore({ from, to, ...ports }: Needs, name: string): Promise<MoveCounts> {
  const isSplitAlike = from.partitions === to.partitions;
  const startedAt = ports.clock.now();
  const move = await beginMove({ from, to, ...ports }, name, startedAt);
  const states = await from.readStates();
  if (!isSplitAlike && !(await areEventsRead({ from, ...ports }))) {
    await from.setMove(undefined);
    await mark({ ...ports, store: to }, undefined);
    throw new EventsUnread();
  }
  const highest = states.reduce((most, { commits, events }) => {
    return { commits: Math.max(most.commits, commits), events: Math.max(most.events, events) };
  });
  const counts = await copyRecords({ from, to }, startedAt, isSplitAlike ? undefined : highest.events);
  const written = await to.readStates();
  for (const [partition, { events: after }] of written.entries()) {
    const { commits, events } = (isSplitAlike ? states[partition] : undefined) ?? highest;
    const lastVersion = commits + SKIPPED_VERSIONS;
    await to.restoreRecords(partition, { documents: [], entries: [], lastVersion }, startedAt);
    if (isSplitAlike) counts.events += await copyEvents({ from, to }, partition, after);
    await to.restoreEvents(partition, [], events);
  }
  counts.counters = await copyCounters({ from, to }, startedAt);

  await assertUnchanged(from, move, states);
  await from.setMove({ ...move, isFinished: true });
  await openTarget({ ...ports, from, to });
  return counts;
}

/** Puts a store in use again, whose move is not finished. The other store stays unusable. */
export async function cancelMove(from: MovableStore): Promise<void> {
  const move = await from.readMove();
  if (!move) throw new MoveRefused('this store is not being moved');
  if (move.isFinished) throw new MoveRefused(`this store was moved to ${move.to}, where codes have been used since`);
  await from.setMove(undefined);
}

/** The target has the mark first: of two stores of that name, only one goes on with a move. */
async function beginMove({ from, to, ...ports }: Needs, name: string, startedAt: number): Promise<StoreMove> {
  const begun = await from.readMove();
  const [stored] = await to.getMany([restorationDocument.key()], startedAt);
  const isOurs = begun !== undefined && stored?.value.move === begun.id;
  if (begun?.isFinished) {
    // Only the last step was missing, if any.
    if (isOurs) await openTarget({ ...ports, from, to });
    throw new MoveRefused(`this store was moved to ${begun.to} before, which can be used`);
  }
  if (begun) {
    if (isOurs) return begun;
    throw new MoveRefused(`a move to ${begun.to} has begun, and this is not that store: run it there, or cancel it`);
  }
  if (!(await isStoreEmpty({ store: to }))) throw new StoreNotEmpty();
  // Again when the store is closed. This is the usual case of a service that still runs.
  if (from.partitions !== to.partitions && !(await areEventsRead({ from, ...ports }))) throw new EventsUnread();
  const move = { id: newOperation(ports), to: name, isFinished: false };
  await mark({ ...ports, store: to }, { startedAt, backedUpAt: startedAt, move: move.id });
  await from.setMove(move);
  return move;
}

/** @param highest number of an event, if the streams begin again behind it */
async function copyRecords(
  { from, to }: Pick<Needs, 'from' | 'to'>,
  now: number,
  highest: number | undefined,
): Promise<MoveCounts> {
  const counts: MoveCounts = { documents: 0, indexEntries: 0, events: 0, counters: 0 };
  const writer = new BatchWriter(to, now);
  let after: string | undefined;
  do {
    const page = await from.scan(after, PAGE);
    for (const record of page.records) {
      if (record.kind === 'document') {
        const { key, value, version, expiresAt } = record;
        if (isLeftOut(key, value, highest)) continue;
        counts.documents += 1;
        await writer.document({ key, value, version, ...omitUndefined({ expiresAt }) });
      } else {
        const { index, entry, partition } = record;
        const anchor = CATALOGUE.anchorOfEntry(index, entry);
        if (highest !== undefined && anchor === undefined) {
          throw new MoveRefused(`the index ${index} cannot be moved to a store with other partitions: cancel the move`);
        }
        counts.indexEntries += 1;
        const there = highest === undefined || anchor === undefined ? partition : to.partitionOf(anchor);
        await writer.entry(there, { index, entry });
      }
    }
    after = page.next;
  } while (after !== undefined);
  if (highest !== undefined) for (const one of positionsAt(to, highest)) await writer.document(one);
  await writer.flush();
  return counts;
}

/** Walks over the whole store, whose position means nothing in another one: they begin again there. */
const WALKS: readonly unknown[] = [indexBuildDocument, reencryptionDocument];

/** The target's own mark, walks that are under way, and positions of consumers that are made again. */
function isLeftOut(key: RawKey, value: unknown, highest: number | undefined): boolean {
  const document = CATALOGUE.documentOf(key);
  if (document === restorationDocument) return true;
  if (WALKS.includes(document)) return (value as { finishedAt?: number }).finishedAt === undefined;
  return highest !== undefined && document === consumerDocument;
}

function positionsAt({ partitions }: MovableStore, highest: number): RestoredDocument[] {
  const cursors = Object.fromEntries(Array.from({ length: partitions }, (_, partition) => [partition, highest]));
  return CONSUMERS.map((name) => ({ key: consumerDocument.key(name), value: { cursors }, version: 1 }));
}

/** Returns the number of events. */
async function copyEvents(
  { from, to }: Pick<Needs, 'from' | 'to'>,
  partition: number,
  written: number,
): Promise<number> {
  let count = 0;
  for (let after = written; ; ) {
    const events = await from.readEvents(partition, after, PAGE);
    after = events.at(-1)?.sequence ?? after;
    if (events.length > 0) await to.restoreEvents(partition, events, after);
    count += events.length;
    if (events.length < PAGE) return count;
  }
}

async function copyCounters({ from, to }: Pick<Needs, 'from' | 'to'>, now: number): Promise<number> {
  let count = 0;
  let after: string | undefined;
  do {
    const page = await from.scanCounters(after, PAGE);
    await to.restoreCounters(page.counters, now);
    count += page.counters.length;
    after = page.next;
  } while (after !== undefined);
  return count;
}

async function areEventsRead({ from, clock }: Pick<Needs, 'from' | 'clock'>): Promise<boolean> {
  return (await unreadEvents({ store: from, clock })).length === 0;
}

/** A move that was cancelled meanwhile, on the same Redis, must not be finished: the source has been used since. */
async function assertUnchanged(from: MovableStore, move: StoreMove, before: readonly PartitionState[]): Promise<void> {
  const current = await from.readMove();
  const states = await from.readStates();
  const isSame = states.every(({ commits, events }, at) => {
    return commits === before[at]?.commits && events === before[at].events;
  });
  if (current?.id !== move.id || !isSame) throw new MoveRefused('the move was cancelled: empty the other store');
}

/** Gives the target the mark of the source, if that was restored once. From then on a service may start on it. */
async function openTarget({ from, to, ...ports }: Needs): Promise<void> {
  const [stored] = await from.getMany([restorationDocument.key()], ports.clock.now());
  await mark({ ...ports, store: to }, stored?.value);
}

async function mark(target: Pick<Ports, 'store' | 'clock' | 'random'>, value: Restoration | undefined): Promise<void> {
  const key = restorationDocument.key();
  await transact(target, key.anchor, [key], () => ({
    answer: undefined,
    write: value ? { put: [{ key, value }] } : { delete: [key] },
  }));
}
