import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { isPartitionCount, MAX_PARTITIONS } from '@countersign/protocol/partition-count';
import { Cluster, type Redis } from 'ioredis';
import {
  type Change,
  type CommitOutcome,
  type DocumentOf,
  type IndexEntry,
  type Json,
  type MovableStore,
  type PartitionState,
  type RangeOptions,
  type RawKey,
  type RestoredRecords,
  type ScanPage,
  type StoreClock,
  type Stored,
  type StoredCounter,
  type StoredEvent,
  type StoredText,
  type StoreMove,
  type StoreSize,
  StoreUnavailable,
} from '../../kernel/ports/store.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { withDeadline } from '../../kernel/with-deadline.ts';
import { prepareChange, prepareRecords } from '../codec/prepare-change.ts';
import type { RequiredSetting } from '../required-settings.ts';
import { ClusterWriter } from './cluster-writer.ts';
import {
  type Access,
  type Client,
  createClient,
  createWriteClient,
  parseAddress,
  reconnectDelay,
  whenConnected,
} from './connect.ts';
import { Guard } from './durability-check.ts';
import { explainUnreachable, isCallersBug, isOfSystem } from './explain-failure.ts';
import { Keys } from './keys.ts';
import { INCREMENT } from './library.ts';
import { measureServers } from './measure-servers.ts';
import { parseDeployment, readStates, writeMove } from './move-mark.ts';
import { claimDeployment } from './partition-check.ts';
import { readClocks } from './read-clock.ts';
import { openParsedDocuments, readDocuments } from './read-documents.ts';
import { readRange } from './read-range.ts';
import { confirmStreams, readEntry, readStreams } from './read-streams.ts';
import { type BarrierOptions, ReplicaBarrier, WriteUnconfirmed } from './replica-barrier.ts';
import { restoreEvents, restoreRecords } from './restore-records.ts';
import { restoreCounters, scanCounters } from './scan-counters.ts';
import { scanKeys } from './scan-keys.ts';
import { sendCommit } from './send-commit.ts';
import { corkWrites } from './socket-corking.ts';
import { DirectWriter, type Writer } from './writer.ts';

export interface RedisStoreOptions {
  /** See {@link parseAddress}. */
  readonly url: string;
  /** Prefix of every key; lets deployments share a Redis. Default `cs`. */
  readonly prefix?: string;
  /** Fixed when the deployment is created; another number is refused later. Default 64. */
  readonly partitions?: number;
  /**
   * Replicas of each primary that must at least confirm a write; all that are online must. Without, replicas are
   * refused. Default 1 behind Sentinel, otherwise 0.
   */
  readonly replicas?: number;
  /** Settings that count as sound where a server does not show them. */
  readonly promises?: readonly RequiredSetting[];
  readonly tls?: Access['tls'];
  readonly sentinel?: Access['sentinel'];
  /** Maximum events per partition, at a third of a kilobyte of memory each, never freed again. Default 10,000. */
  readonly eventCap?: number;
  /** Timeout of a response of Redis. Default 3000. */
  readonly answerTimeoutMs?: number;
  /** Interval of checks of the servers' settings and replicas without a readiness request. Default 10,000. */
  readonly recheckMs?: number;
  /** Receives refusals and vulnerable versions. Default: a process warning. */
  readonly warn?: (message: string) => void;
  /** Opens a store that was moved, too. Default false. */
  readonly shouldOpenMoved?: boolean;
}

/** Errors of Redis, not of the connection, after which resending the same operation can succeed. */
const FUNCTION_MISSING = /^ERR Function not found/;
const CONNECTION_LOST =
  /Connection is closed|Socket timeout|ECONNRESET|EPIPE|max retries per request|^Stream isn't writeable|Command aborted/;

/**
 * The store on Redis 7+ or Valkey, standalone, behind Sentinel, or a Cluster.
 * @throws StoreSettingsRefused naming each setting that is too weak
 * @throws StoreUnavailable if Redis cannot be reached; the message names the cause
 * @throws StoreMoved, PartitionsRefused
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<MovableStore> {
  const { prefix = 'cs', partitions = 64, answerTimeoutMs = 3_000 } = options;
  if (!/^[\w.-]+$/.test(prefix)) throw new TypeError('The key prefix may hold letters, digits, and . _ -');
  if (!isPartitionCount(partitions)) throw new RangeError(`partitions must be 1 to ${MAX_PARTITIONS}`);
  const address = parseAddress(options.url);
  const { replicas = address.kind === 'sentinel' ? 1 : 0 } = options;
  const access: Access = omitUndefined({ tls: options.tls, sentinel: options.sentinel });
  let isOpen = false;
  const client = createClient(address, answerTimeoutMs, {
    ...access,
    // A start that fails says why; later the search for a primary goes on.
    sentinelRetryStrategy: (attempt) => (isOpen ? reconnectDelay(attempt) : null),
  });
  const guard = new Guard(replicas, options.promises ?? [], options.warn ?? process.emitWarning);
  let connectionError: unknown;
  // The first: what follows it is only that the connection is closed.
  const keepError = (error: unknown) => {
    connectionError ??= error;
  };
  client.on('error', keepError);
  watchServers(client, guard);
  const connect = (node?: string): Redis => {
    const redis = createWriteClient(address, answerTimeoutMs, access, node);
    redis.on('connect', () => corkWrites(redis.stream));
    redis.on('error', keepError);
    guard.watch(redis);
    return redis;
  };
  const barrier = { replicas, timeoutMs: Math.floor(answerTimeoutMs / 3) };
  const writer = createWriter(client, connect, barrier);
  const keys = new Keys(prefix, partitions);
  const eventCap = options.eventCap ?? 10_000;
  const store = new RedisStore({ client, writer, guard, keys, partitions, eventCap, answerTimeoutMs, prefix });
  try {
    await client.connect().catch(async (error: unknown) => {
      const cause = connectionError ?? error;
      const explanation = await explainUnreachable(address, answerTimeoutMs, access, cause);
      throw new StoreUnavailable(`Redis cannot be reached: ${explanation}`, isOfSystem(cause) ? { cause } : {});
    });
    if (client instanceof Cluster) await Promise.all(client.nodes('all').map(whenConnected));
    await guard.settled();
    if (guard.refusal) throw guard.refusal;
    const { shouldOpenMoved = false } = options;
    await claimDeployment(client, writer, { keys, partitions, usesTls: address.tls, shouldOpenMoved });
    const rechecking = setInterval(() => guard.recheck(), options.recheckMs ?? 10_000).unref();
    client.once('end', () => clearInterval(rechecking));
    isOpen = true;
    return store;
  } catch (error) {
    writer.close();
    client.disconnect();
    throw error;
  }
}

function watchServers(client: Client, guard: Guard): void {
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => {
      node.on('connect', () => corkWrites(node.stream));
      guard.watch(node);
    });
  } else {
    client.on('connect', () => corkWrites(client.stream));
    client.on('ready', () => guard.watch(client));
  }
}

function createWriter(client: Client, connect: (node?: string) => Redis, barrier: BarrierOptions): Writer {
  if (barrier.replicas === 0) return new DirectWriter(client);
  return client instanceof Cluster
    ? new ClusterWriter(client, connect, barrier)
    : new ReplicaBarrier(connect(), barrier);
}

interface RedisStoreParts
  extends Pick<Required<RedisStoreOptions>, 'partitions' | 'eventCap' | 'answerTimeoutMs' | 'prefix'> {
  readonly client: Client;
  readonly writer: Writer;
  readonly guard: Guard;
  readonly keys: Keys;
}

class RedisStore implements MovableStore {
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
    const found = await this.#ask(() => readDocuments(this.#client, this.#keys, this.#parsed, keys, now));
    return found as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const prepared = prepareChange(change);
    // The operation id makes a resend harmless if the first was applied and its response lost (SR-52).
    try {
      return await this.#ask(() => sendCommit(this.#writer, this.#keys, prepared, this.#eventCap));
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
    const counter = this.#keys.counter(key, windowMs, window);
    const count = await this.#ask(
      async () => (await this.#client.fcall(INCREMENT, 1, counter, windowMs + MINUTE_MS)) as number,
    );
    return { count, allowed: count <= limit, resetAt: (window + 1) * windowMs };
  }

  async range(index: string, options: RangeOptions): Promise<IndexEntry[]> {
    return this.#ask(() => readRange(this.#client, this.#keys, this.partitions, index, options));
  }

  async readEvents(partition: number, after: number, limit: number): Promise<StoredEvent[]> {
    const stream = this.#keys.events(partition);
    const entries = await this.#ask(() => this.#client.xrange(stream, `${after + 1}-0`, '+', 'COUNT', limit));
    return entries.map(readEntry).map(({ sequence, text }) => ({ sequence, event: JSON.parse(text) as Json }));
  }

  async readStreams(after: readonly number[], limit: number): Promise<StoredText[][]> {
    // Read again when sent again: another primary may have other events.
    return this.#ask(async () => {
      const streams = await readStreams(this.#client, this.#keys, after, limit);
      // What is derived from an event may be on another primary, and would outlive an unconfirmed event.
      if (this.#writer instanceof ClusterWriter) {
        await confirmStreams(this.#writer, this.#keys, streams, (partition) => this.#probe(partition));
      }
      return streams;
    });
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
    const text = await this.#ask(() => this.#client.get(this.#keys.deployment));
    return parseDeployment(text ?? '').move;
  }

  async setMove(move: StoreMove | undefined): Promise<void> {
    await this.#ask(() => writeMove(this.#deployment, move));
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

  get #deployment() {
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
      if (isCallersBug(error)) throw error;
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

function unavailable(error: unknown): StoreUnavailable {
  return new StoreUnavailable('Redis did not confirm', { cause: error });
}
