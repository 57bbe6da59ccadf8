import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { ABSENT, type DocumentKey, type IndexEntry, type Json, type StoredEvent } from '../kernel/ports/store.ts';
import { Contention, newOperation, type Write } from '../store/transact.ts';
import { consumerDocument, consumerIndexes } from './documents.ts';
import { mergeInTime } from './log/merge-in-time.ts';
import type { AuditRecord, Cursors } from './log/segment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/**
 * Derives data from all events, for each account on an anchor of its own. The account's state holds a cursor per
 * partition and is committed together with the derived data, so a kill or a second process neither repeats nor skips an
 * event: the version of the state decides which process commits.
 */
export interface EventConsumer<S extends { readonly cursors: Cursors }> {
  readonly name: string;
  /** Maximum number of records per commit. */
  readonly atOnce: number;
  state(account: AccountId): DocumentKey<S>;
  /** Returns the state after these records, with these cursors, and the other writes of that commit on its anchor. */
  derive(taken: {
    account: AccountId;
    state: S | undefined;
    records: readonly AuditRecord[];
    cursors: Cursors;
    now: number;
  }): Promise<{ state: S; write: Write }>;
}

export interface ConsumeOptions {
  /** If true, the consumer stops after the current batch. */
  stopping?: () => boolean;
  /** Events of one batch over all partitions, in memory at once. */
  batchSize?: number;
}

const BATCH_SIZE = 2000;
const MIN_PER_PARTITION = 32;
/** Accounts processed concurrently; their commits share the store's flushes. */
const MAX_CONCURRENT_ACCOUNTS = 8;
const MAX_COMMIT_TRIES = 12;

/** Consumes every event that has been appended. Returns the number of events read. */
export async function consumeEvents<S extends { readonly cursors: Cursors }>(
  ports: Needs,
  consumer: EventConsumer<S>,
  { stopping = () => false, batchSize = BATCH_SIZE }: ConsumeOptions = {},
): Promise<number> {
  const share = Math.max(MIN_PER_PARTITION, Math.ceil(batchSize / ports.store.partitions));
  const limit = Math.min(share, batchSize);
  for (let seen = 0; ; ) {
    const batch = await readBatch(ports, consumer.name, limit);
    seen += batch.seen;
    if (batch.parts.length === 0) return seen;
    await takeBatch(ports, consumer, batch);
    await advanceCursors(ports, consumer.name, batch);
    if (!batch.more || stopping()) return seen;
  }
}

interface TakenEvents extends AuditRecord {
  readonly partition: number;
  readonly sequence: number;
}

/** The next records of one partition, after the cursor of all accounts. */
interface Part {
  readonly partition: number;
  readonly upTo: number;
  /** Sequence numbers that the stream's cap dropped. */
  readonly lost: { readonly from: number; readonly to: number } | undefined;
  readonly byAccount: ReadonlyMap<AccountId, readonly TakenEvents[]>;
}

interface Batch {
  readonly parts: readonly Part[];
  readonly seen: number;
  readonly more: boolean;
  readonly cursors: Cursors;
  readonly version: number;
}

async function readBatch({ store, clock }: Needs, name: string, limit: number): Promise<Batch> {
  const [position] = await store.getMany([consumerDocument.key(name)], clock.now());
  const cursors = position?.value.cursors ?? {};
  const numbers = Array.from({ length: store.partitions }, (_, partition) => partition);
  const streams = await Promise.all(
    numbers.map(async (partition) => {
      const after = cursors[partition] ?? 0;
      return { partition, after, events: await store.readEvents(partition, after, limit) };
    }),
  );
  return {
    parts: streams.flatMap(({ partition, after, events }) => partOf(partition, after, events) ?? []),
    seen: streams.reduce((sum, { events }) => sum + events.length, 0),
    more: streams.some(({ events }) => events.length === limit),
    cursors,
    version: position?.version ?? ABSENT,
  };
}

function partOf(partition: number, after: number, events: readonly StoredEvent[]): Part | undefined {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return undefined;
  const byAccount = new Map<AccountId, TakenEvents[]>();
  for (const { sequence, event: json } of events) {
    if (!isAccountEvent(json)) continue;
    const event = json as unknown as AccountEvent;
    const taken = { id: `${partition}-${sequence}`, event, partition, sequence };
    const list = byAccount.get(event.account);
    if (list) list.push(taken);
    else byAccount.set(event.account, [taken]);
  }
  const lost = first.sequence > after + 1 ? { from: after + 1, to: first.sequence - 1 } : undefined;
  return { partition, upTo: last.sequence, lost, byAccount };
}

/** `createEvent` makes every event; ignore other entries instead of stopping at them. */
function isAccountEvent(json: Json): boolean {
  return typeof json === 'object' && json !== null && 'account' in json && typeof json.account === 'string';
}

async function takeBatch<S extends { readonly cursors: Cursors }>(
  ports: Needs,
  consumer: EventConsumer<S>,
  { parts }: Batch,
): Promise<void> {
  const accounts = new Set(parts.flatMap(({ byAccount }) => [...byAccount.keys()]));
  // The accounts of lost events are unknown, so every account is marked.
  if (parts.some(({ lost }) => lost))
    for await (const account of knownAccounts(ports, consumer.name)) accounts.add(account);
  const waiting = accounts.values();
  const work = async () => {
    for (const account of waiting) await takeForAccount(ports, consumer, account, parts);
  };
  const done = await Promise.allSettled(Array.from({ length: MAX_CONCURRENT_ACCOUNTS }, work));
  for (const outcome of done) if (outcome.status === 'rejected') throw outcome.reason;
}

async function* knownAccounts({ store }: Needs, consumer: string): AsyncGenerator<AccountId> {
  for (let after: IndexEntry | undefined; ; ) {
    const entries = await store.range(consumerIndexes.accounts(consumer), { limit: 1000, ...omitUndefined({ after }) });
    for (const { id } of entries) yield id as AccountId;
    after = entries.at(-1);
    if (entries.length < 1000) return;
  }
}

/** Commits one account's records of the batch, in portions of the consumer's size; each portion is all or nothing. */
async function takeForAccount<S extends { readonly cursors: Cursors }>(
  ports: Needs,
  consumer: EventConsumer<S>,
  account: AccountId,
  parts: readonly Part[],
): Promise<void> {
  const key = consumer.state(account);
  for (let tries = 0; tries < MAX_COMMIT_TRIES; ) {
    const now = ports.clock.now();
    const [stored] = await ports.store.getMany([key], now);
    const current = stored as { value: S; version: number } | undefined;
    const before = current?.value.cursors ?? {};
    const fresh = mergeInTime(parts.map((part) => newEventsOf(part, account, before[part.partition] ?? 0, now)));
    if (fresh.length === 0) return;
    const records = fresh.slice(0, consumer.atOnce);
    const cursors = { ...before };
    for (const { partition, sequence } of records) cursors[partition] = sequence;
    const last = records.length === fresh.length;
    // The last portion completes the batch, also for an account without records in it.
    if (last) for (const { partition, upTo } of parts) cursors[partition] = Math.max(upTo, cursors[partition] ?? 0);
    const portion = records.map(({ id, event }) => ({ id, event }));
    const { state, write } = await consumer.derive({ account, state: current?.value, records: portion, cursors, now });
    const known = { index: consumerIndexes.accounts(consumer.name), add: { sort: account, id: account } };
    const outcome = await ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      now,
      expect: [{ key, version: current?.version ?? ABSENT }],
      ...write,
      put: [{ key, value: state }, ...(write.put ?? [])],
      index: [...(current ? [] : [known]), ...(write.index ?? [])],
    });
    if (outcome === 'committed' && last) return;
    tries = outcome === 'committed' ? 0 : tries + 1;
  }
  throw new Contention(key.anchor);
}

function newEventsOf(
  { partition, lost, byAccount }: Part,
  account: AccountId,
  cursor: number,
  now: number,
): TakenEvents[] {
  const fresh = (byAccount.get(account) ?? []).filter(({ sequence }) => sequence > cursor);
  if (!lost || lost.to <= cursor) return fresh;
  const { to } = lost;
  const event: AccountEvent = {
    type: 'events.lost',
    at: now,
    account,
    actor: { kind: 'service' },
    outcome: 'done',
    lost: { partition, from: Math.max(lost.from, cursor + 1), to },
  };
  return [{ id: `lost-${partition}-${to}`, event, partition, sequence: to }, ...fresh];
}

/** Moves the cursor of all accounts. If another process moved it meanwhile, that process continues. */
async function advanceCursors(ports: Needs, name: string, { parts, cursors, version }: Batch): Promise<void> {
  const key = consumerDocument.key(name);
  const moved = Object.fromEntries(parts.map(({ partition, upTo }) => [partition, upTo]));
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now: ports.clock.now(),
    expect: [{ key, version }],
    put: [{ key, value: { cursors: { ...cursors, ...moved } } }],
  });
}
