import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { isPartitionCount, MAX_PARTITIONS } from '@countersign/protocol/partition-count';
import { Cluster, type Redis } from 'ioredis';
import type { MovableStore } from '../../kernel/ports/movable-store.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
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
import { explainUnreachable, isOfSystem } from './explain-failure.ts';
import { Keys } from './keys.ts';
import { claimDeployment } from './partition-check.ts';
import { RedisStore } from './redis-store.ts';
import { type BarrierOptions, ReplicaBarrier } from './replica-barrier.ts';
import { corkWrites } from './socket-corking.ts';
import { encodeConfirmed } from './unconfirmed.ts';
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
  const barrier: BarrierOptions = {
    replicas,
    timeoutMs: Math.floor(answerTimeoutMs / 3),
    encodeConfirmed: (versions) => encodeConfirmed(versions, client instanceof Cluster),
  };
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
