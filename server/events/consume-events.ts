import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { ABSENT, type StoredText } from '../kernel/ports/store.ts';
import { yieldToEventLoop } from '../kernel/yield-to-event-loop.ts';
import { newOperation } from '../store/transact.ts';
import { consumerDocument } from './documents.ts';
import { mergeInTime } from './log/merge-in-time.ts';
import type { AuditRecord, Cursors } from './log/segment.ts';

/**
 * Derives data from all events. What it commits holds its own cursors, so that a kill or a second process neither
 * repeats nor skips an event; the position over all partitions only says where to read next.
 */
export interface EventConsumer {
  readonly name: string;
  /** Takes the events that it has not taken yet. Events of a batch may come again. */
  take(batch: EventBatch): Promise<void>;
  /** Where it begins if no position is stored. Default: the first event. */
  start?(): Promise<Cursors>;
}

/** An event as it was read, with its text as stored. */
export interface StreamEvent extends AuditRecord {
  readonly partition: number;
  readonly sequence: number;
  readonly text: string;
}

/** The next events of one partition. */
export interface StreamPart {
  readonly partition: number;
  readonly upTo: number;
  /** Sequence numbers that the stream's cap dropped. */
  readonly lost: { readonly from: number; readonly to: number } | undefined;
  readonly events: readonly StreamEvent[];
}

export interface EventBatch {
  readonly parts: readonly StreamPart[];
  /** The events of all parts, by account and in time. */
  readonly byAccount: ReadonlyMap<AccountId, readonly StreamEvent[]>;
}

export interface ConsumeOptions {
  /** If true, consuming stops after the current batch. */
  stopping?: () => boolean | Promise<boolean>;
  /** Events of one batch over all partitions, in memory at once. */
  batchSize?: number;
}

const BATCH_SIZE = 4000;
/** The embedded store reads this many in one turn of the event loop: some milliseconds. */
const MAX_PER_PARTITION = 2000;
/** Events parsed per turn of the event loop: about half a millisecond. */
const PARSED_PER_TURN = 200;

/**
 * Consumes every event that has been appended. Consumers at the same position share one read. One that fails stays
 * behind and does not hold up the others. Returns the number of events read.
 */
export async function consumeEvents(
  ports: WritePorts,
  consumers: readonly EventConsumer[],
  { stopping = () => false, batchSize = BATCH_SIZE }: ConsumeOptions = {},
): Promise<number> {
  const limit = Math.min(MAX_PER_PARTITION, Math.ceil(batchSize / ports.store.partitions));
  const failures = new Map<EventConsumer, unknown>();
  for (let seen = 0; ; ) {
    let more = false;
    const working = consumers.filter((consumer) => !failures.has(consumer));
    for (const group of groupByPosition(await readPositions(ports, working))) {
      const streams = await ports.store.readStreams(group.after, limit);
      const batch = await parseStreams(streams, group.after);
      if (batch.parts.length === 0) continue;
      for (const [consumer, reason] of await takeBatch(ports, group.positions, batch)) failures.set(consumer, reason);
      seen += streams.reduce((sum, events) => sum + events.length, 0);
      more ||= streams.some((events) => events.length === limit);
    }
    if (more && failures.size < consumers.length && !(await stopping())) continue;
    if (failures.size > 0) throw failureOf(failures);
    return seen;
  }
}

interface Position {
  readonly consumer: EventConsumer;
  readonly version: number;
  /** The last sequence of each partition. */
  readonly after: readonly number[];
}

async function readPositions({ store, clock }: WritePorts, consumers: readonly EventConsumer[]): Promise<Position[]> {
  const keys = consumers.map(({ name }) => consumerDocument.key(name));
  const stored = await store.getMany(keys, clock.now());
  return Promise.all(
    consumers.map(async (consumer, at) => {
      const cursors = stored[at]?.value.cursors ?? (await consumer.start?.()) ?? {};
      const after = Array.from({ length: store.partitions }, (_, partition) => cursors[partition] ?? 0);
      return { consumer, version: stored[at]?.version ?? ABSENT, after };
    }),
  );
}

function groupByPosition(positions: readonly Position[]) {
  const groups = new Map<string, { after: readonly number[]; positions: Position[] }>();
  for (const position of positions) {
    const name = position.after.join();
    const group = groups.get(name);
    if (group) group.positions.push(position);
    else groups.set(name, { after: position.after, positions: [position] });
  }
  return groups.values();
}

async function parseStreams(streams: readonly StoredText[][], after: readonly number[]): Promise<EventBatch> {
  const parts: StreamPart[] = [];
  const lists = new Map<AccountId, StreamEvent[][]>();
  let parsed = 0;
  for (const [partition, texts] of streams.entries()) {
    const [first] = texts;
    const last = texts.at(-1);
    if (!first || !last) continue;
    const events: StreamEvent[] = [];
    for (const { sequence, text } of texts) {
      parsed += 1;
      if (parsed % PARSED_PER_TURN === 0) await yieldToEventLoop();
      const event: unknown = JSON.parse(text);
      if (isAccountEvent(event)) events.push({ id: `${partition}-${sequence}`, event, partition, sequence, text });
    }
    for (const [account, list] of groupByAccount(events)) {
      const known = lists.get(account);
      if (known) known.push(list);
      else lists.set(account, [list]);
    }
    const next = (after[partition] ?? 0) + 1;
    const lost = first.sequence > next ? { from: next, to: first.sequence - 1 } : undefined;
    parts.push({ partition, upTo: last.sequence, lost, events });
  }
  return { parts, byAccount: new Map(Array.from(lists, ([account, of]) => [account, mergeInTime(of)] as const)) };
}

/** `createEvent` makes every event; ignore other entries instead of stopping at them. */
function isAccountEvent(json: unknown): json is AccountEvent {
  return typeof json === 'object' && json !== null && 'account' in json && typeof json.account === 'string';
}

function groupByAccount(events: readonly StreamEvent[]): Map<AccountId, StreamEvent[]> {
  const byAccount = new Map<AccountId, StreamEvent[]>();
  for (const event of events) {
    const list = byAccount.get(event.event.account);
    if (list) list.push(event);
    else byAccount.set(event.event.account, [event]);
  }
  return byAccount;
}

/** Returns the errors of consumers that did not take it; their positions stay. */
async function takeBatch(
  ports: WritePorts,
  positions: readonly Position[],
  batch: EventBatch,
): Promise<Map<EventConsumer, unknown>> {
  const outcomes = await Promise.allSettled(positions.map(({ consumer }) => consumer.take(batch)));
  const failures = new Map<EventConsumer, unknown>();
  const taken = positions.filter(({ consumer }, at) => {
    const outcome = outcomes[at];
    if (outcome?.status === 'rejected') failures.set(consumer, outcome.reason);
    return outcome?.status === 'fulfilled';
  });
  await Promise.all(taken.map((position) => advance(ports, position, batch)));
  return failures;
}

/** Names every consumer that failed, for the log. The cause is the first reason. */
function failureOf(failures: ReadonlyMap<EventConsumer, unknown>): Error {
  const [cause] = failures.values();
  return new Error(`consumers failed: ${Array.from(failures.keys(), ({ name }) => name).join(', ')}`, { cause });
}

/** Moves the position of a consumer. If another process moved it meanwhile, that process continues. */
async function advance(
  ports: WritePorts,
  { consumer, version, after }: Position,
  { parts }: EventBatch,
): Promise<void> {
  const key = consumerDocument.key(consumer.name);
  const moved = Object.fromEntries(parts.map(({ partition, upTo }) => [partition, upTo]));
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    once: true,
    now: ports.clock.now(),
    expect: [{ key, version }],
    put: [{ key, value: { cursors: { ...after, ...moved } } }],
  });
}
