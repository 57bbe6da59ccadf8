import { uptime } from 'node:os';
import { Cluster } from 'ioredis';
import { startElapsedClock } from '../../kernel/elapsed-clock.ts';
import {
  MOVE_LEASE_MS,
  type MovableStore,
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
  StoreClosed,
  type Stored,
  type StoredEvent,
  type StoredText,
  type StoreSize,
  StoreUnavailable,
} from '../../kernel/ports/store.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { withDeadline } from '../../kernel/with-deadline.ts';
import { prepareChange, prepareRecords } from '../codec/prepare-change.ts';
import type { Client } from './connect.ts';
import {
  type Deployment,
  endLostMove,
  openPartition,
  parseDeployment,
  readStates,
  replaceDeployment,
} from './deployment-text.ts';
import type { Guard } from './durability-check.ts';
import { isCallersBug } from './explain-failure.ts';
import type { Keys } from './keys.ts';
import { INCREMENT } from './library.ts';
import { measureServers } from './measure-servers.ts';
import { beginNotes, readNotes } from './noted-changes.ts';
import { readClocks } from './read-clock.ts';
import { openParsedDocuments, readDocuments } from './read-documents.ts';
import { readRange } from './read-range.ts';
import { confirmStreams, readEntry, readStreams } from './read-streams.ts';
import { RedisMove } from './redis-move.ts';
import { WriteUnconfirmed } from './replica-barrier.ts';
import { removeRecords, restoreEvents, restoreRecords } from './restore-records.ts';
import { restoreCounters, scanCounters } from './scan-counters.ts';
import { lookUpRecords, scanKeys } from './scan-keys.ts';
import { sendCommit } from './send-commit.ts';
import { findUnconfirmed, readConfirmed } from './unconfirmed.ts';
import type { Writer } from './writer.ts';

/** Errors of Redis, not of the connection, after which resending the same operation can succeed. */
const FUNCTION_MISSING = /^ERR Function not found/;
const CONNECTION_LOST =
  /Connection is closed|Socket timeout|ECONNRESET|EPIPE|max retries per request|^Stream isn't writeable|Command aborted/;

export interface RedisStoreParts {
  readonly partitions: number;
  readonly eventCap: number;
  readonly answerTimeoutMs: number;
  readonly prefix: string;
  readonly client: Client;
  readonly writer: Writer;
  readonly guard: Guard;
  readonly keys: Keys;
}

export class RedisStore implements MovableStore {
  readonly partitions: number;
  /** Other processes commit too. */
  readonly isOrdered = false;
  readonly #client: Client;
  readonly #writer: Writer;
  readonly #guard: Guard;
  readonly #keys: Keys;
  readonly #eventCap: number;
  readonly #answerTimeoutMs: number;
  readonly #prefix: string;
  readonly #parsed = openParsedDocuments();
  /** See `restoreRecords`. */
  readonly #reached = new Map<number, number>();
  #appends = 0;

  constructor(parts: RedisStoreParts) {
    this.#client = parts.client;
    this.#writer = parts.writer;
    this.#guard = parts.guard;
    this.#keys = parts.keys;
    this.partitions = parts.partitions;
    this.#eventCap = parts.eventCap;
    this.#answerTimeoutMs = parts.answerTimeoutMs;
    this.#prefix = parts.prefix;
  }

  async getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    const found = await this.#ask(() => readDocuments(this.#deployment, this.#parsed, keys, now));
    return found as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const prepared = prepareChange(change);
    // The operation id makes a resend harmless if the first was applied and its response lost (SR-52).
    const send = () => this.#ask(() => sendCommit(this.#writer, this.#keys, prepared, this.#eventCap));
    try {
      return await send().catch(async (error: unknown) => {
        if (!isClosedPartition(error)) throw error;
        await this.#ask(() => openPartition(this.#deployment, this.#keys.partitionOf(prepared.anchor)));
        return send();
      });
    } finally {
      if (prepared.events.length > 0) this.#appends += 1;
    }
  }

  async increment(
    key: string,
    windowMs: number,
    limit: number,
    now: number,
  ): Promise<{ count: number; allowed: boolean; resetAt: number }> {
    const window = Math.floor(now / windowMs);
    const partition = this.#keys.partitionOf(key);
    const names = [
      this.#keys.counter(key, windowMs, window),
      this.#keys.journal(partition),
      this.#keys.raised(partition),
    ];
    const values = [windowMs + MINUTE_MS, windowMs > MINUTE_MS ? MOVE_LEASE_MS : '-'];
    const count = await this.#ask(
      async () => (await this.#client.fcall(INCREMENT, names.length, ...names, ...values)) as number,
    );
    return { count, allowed: count <= limit, resetAt: (window + 1) * windowMs };
  }

  async range(index: string, options: RangeOptions): Promise<IndexEntry[]> {
    return this.#ask(() => readRange(this.#deployment, this.partitions, index, options));
  }

  async readEvents(partition: number, after: number, limit: number): Promise<StoredEvent[]> {
    const stream = this.#keys.events(partition);
    const events = await this.#ask(async () => {
      const entries = await this.#client.xrange(stream, `${after + 1}-0`, '+', 'COUNT', limit);
      const read = entries.map(readEntry);
      await this.#confirmEvents(new Map([[partition, read]]));
      return read;
    });
    return events.map(({ sequence, text }) => ({ sequence, event: JSON.parse(text) as Json }));
  }

  async readStreams(after: readonly number[], limit: number): Promise<StoredText[][]> {
    // Read again when sent again: another primary may have other events.
    return this.#ask(async () => {
      const streams = await readStreams(this.#client, this.#keys, after, limit);
      await this.#confirmEvents(new Map(streams.entries()));
      return streams;
    });
  }

  /** What is derived from an event may leave the service, or be on another primary, and would outlive the event. */
  async #confirmEvents(streams: ReadonlyMap<number, readonly StoredText[]>): Promise<void> {
    if (!this.#writer.waitsForReplicas) return;
    const partitions = [...streams].filter(([, events]) => events.length > 0).map(([partition]) => partition);
    if (partitions.length === 0) return;
    const unconfirmed = await findUnconfirmed(this.#deployment, partitions);
    const doubtful = new Map([...streams].filter(([partition]) => unconfirmed.has(partition)));
    await confirmStreams(this.#writer, this.#keys, doubtful, (partition) =>
      readConfirmed(this.#deployment, partition, [this.#keys.confirmed(partition)]),
    );
  }

  async dropEvents(partition: number, upTo: number): Promise<void> {
    const [home, stream] = [this.#keys.home(partition), this.#keys.events(partition)];
    await this.#ask(() => this.#writer.write(home, () => ['xtrim', stream, 'MINID', '=', `${upTo + 1}-0`]));
  }

  get appends(): number {
    return this.#appends;
  }

  partitionOf(anchor: string): number {
    return this.#keys.partitionOf(anchor);
  }

  /** Not one transaction: the store is not in use yet, and an interrupted restore starts again. */
  async restoreEvents(partition: number, events: readonly StoredEvent[], last: number): Promise<void> {
    const restored = { events, last, eventCap: this.#eventCap };
    await this.#ask(() => restoreEvents(this.#deployment, partition, restored));
  }

  async restoreRecords(partition: number, records: RestoredRecords, now: number): Promise<void> {
    const prepared = prepareRecords(this, partition, records);
    const to = { ...this.#deployment, reached: this.#reached };
    await this.#ask(() => restoreRecords(to, partition, prepared, now));
  }

  async scan(after: string | undefined, limit: number, only?: 'documents'): Promise<ScanPage> {
    return this.#ask(() => scanKeys(this.#client, this.#prefix, { after, limit, only }));
  }

  async readMove(): Promise<StoreMove | undefined> {
    const text = (await this.#ask(() => this.#client.get(this.#keys.deployment))) ?? '';
    const { moved } = parseDeployment(text);
    if (!moved?.isFinished) return undefined;
    // It may not have been confirmed yet.
    const command = replaceDeployment(this.#keys, { from: text, to: text, run: moved.run, lease: 'lost' });
    await this.#ask(() => this.#writer.write(this.#keys.deployment, () => command));
    return moved.move;
  }

  startMove(): Promise<MoveSource> {
    return RedisMove.start({
      ...this.#deployment,
      prefix: this.#prefix,
      ask: (send) => this.#ask(send),
      elapsed: startElapsedClock({ monotonic: () => performance.now(), uptime: () => uptime() * 1000 }),
    });
  }

  async lookUp(names: readonly RecordName[]): Promise<(ScannedRecord | undefined)[]> {
    return this.#ask(() => lookUpRecords(this.#client, this.#keys, names));
  }

  async noteChanges(forgotten: readonly number[] = []): Promise<void> {
    const source = { ...this.#deployment, prefix: this.#prefix };
    // One after the other: forgetting many stops Redis meanwhile.
    for (let partition = 0; partition < this.partitions; partition++) {
      await this.#ask(() => beginNotes(source, partition, forgotten[partition]));
    }
  }

  async forgetChanges(): Promise<void> {
    for (let partition = 0; partition < this.partitions; partition++) {
      await this.#ask(() => this.#client.unlink(this.#keys.changes(partition)));
    }
  }

  async readChanges(partition: number, after: number): Promise<ChangesPage | undefined> {
    return this.#ask(() => readNotes({ ...this.#deployment, prefix: this.#prefix }, partition, after));
  }

  async removeRecords(partition: number, names: readonly RecordName[]): Promise<void> {
    await this.#ask(() => removeRecords(this.#deployment, partition, names));
  }

  async readStates(): Promise<readonly PartitionState[]> {
    return this.#ask(() => readStates(this.#deployment));
  }

  async scanCounters(after: string | undefined, limit: number) {
    return this.#ask(() => scanCounters(this.#client, this.#prefix, after, limit));
  }

  async restoreCounters(counters: readonly StoredCounter[], now: number): Promise<void> {
    await this.#ask(() => restoreCounters(this.#client, this.#keys, counters, now));
  }

  get #deployment(): Deployment {
    return { client: this.#client, writer: this.#writer, keys: this.#keys, partitions: this.partitions };
  }

  async readClocks(): Promise<readonly StoreClock[]> {
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    const answers = await this.#ask(() => readClocks(nodes));
    for (const { node, clock } of answers) if (!clock) this.#guard.warnOfHiddenClock(node);
    return answers.flatMap(({ clock }) => clock ?? []);
  }

  measure(): Promise<StoreSize> {
    return this.#inTime(this.#ask(() => measureServers(this.#client)));
  }

  /** Writes to every partition of a cluster, so that a shard without a primary is detected. */
  async check(): Promise<void> {
    const written = this.#client instanceof Cluster ? this.partitions : 1;
    this.#guard.recheck();
    await this.#inTime(this.#ask(() => endLostMove(this.#deployment)));
    await this.#inTime(
      this.#ask(() => Promise.all(Array.from({ length: written }, (_, partition) => this.#probe(partition)))),
    );
  }

  /** Writes to a partition. If it is confirmed, so is every earlier write there. */
  #probe(partition: number): Promise<unknown> {
    const key = this.#keys.check(partition);
    return this.#writer.write(this.#keys.home(partition), () => ['set', key, '1', 'PX', MINUTE_MS]);
  }

  async close(): Promise<void> {
    this.#writer.close();
    if (this.#client.status === 'ready') await this.#client.quit().catch(() => this.#client.disconnect());
    else this.#client.disconnect();
  }

  /**
   * Sends a command, and again if the connection broke or the function library is missing. Returns a result only while
   * the guard refuses no server.
   */
  async #ask<T>(send: () => Promise<T>): Promise<T> {
    if (this.#guard.refusal) {
      this.#guard.recheck();
      await this.#guard.settled();
    }
    this.#assertAccepted();
    const answer = await this.#sendTwice(send);
    if (!this.#guard.isSettled) await this.#guard.settled();
    this.#assertAccepted();
    return answer;
  }

  async #sendTwice<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await this.#sendInTime(send);
    } catch (error) {
      if (isCallersBug(error) || error instanceof StoreClosed) throw error;
      if (error instanceof WriteUnconfirmed) this.#guard.recheck();
      const reason = error instanceof Error ? error.message : '';
      if (!FUNCTION_MISSING.test(reason) && !CONNECTION_LOST.test(reason)) throw unavailable(error);
      try {
        if (FUNCTION_MISSING.test(reason)) await this.#guard.loadEverywhere();
        return await this.#sendInTime(send);
      } catch (second) {
        throw unavailable(second);
      }
    }
  }

  /** While no Sentinel responds, ioredis would hold the command back without an end. */
  #sendInTime<T>(send: () => Promise<T>): Promise<T> {
    return this.#client.status === 'ready' ? send() : this.#inTime(send());
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    const timeoutMs = this.#answerTimeoutMs;
    return withDeadline(work, timeoutMs, () => new StoreUnavailable(`Redis did not answer in ${timeoutMs} ms`));
  }

  #assertAccepted(): void {
    const refusal = this.#guard.refusal;
    if (refusal) throw new StoreUnavailable(refusal.message, { cause: refusal });
  }
}

/** Its state is not a hash while the store is closed, so the first write of a commit fails. */
function isClosedPartition(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.cause instanceof Error && /^WRONGTYPE/.test(error.cause.message);
}

function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreClosed) return error;
  return new StoreUnavailable('Redis did not confirm', { cause: error });
}
