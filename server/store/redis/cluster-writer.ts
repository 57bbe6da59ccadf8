import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import { type BarrierOptions, ReplicaBarrier } from './replica-barrier.ts';
import type { Command, ReplyKind, Writer } from './writer.ts';

const MAX_TRIES = 16;
const TRY_AGAIN_DELAY_MS = 50;
const CLUSTER_DOWN_DELAY_MS = 100;

/** A {@link ReplicaBarrier} for each primary of a cluster. Redirections show which primary has a partition. */
export class ClusterWriter implements Writer {
  readonly waitsForReplicas = true;
  readonly #cluster: Cluster;
  readonly #connect: (node: string) => Redis;
  readonly #options: BarrierOptions;
  /** By `host:port`. */
  readonly #barriers = new Map<string, ReplicaBarrier>();
  /** Partition -> `host:port`. */
  readonly #nodes = new Map<string, string>();
  #isClosed = false;

  constructor(cluster: Cluster, connect: (node: string) => Redis, options: BarrierOptions) {
    this.#cluster = cluster;
    this.#connect = connect;
    this.#options = options;
  }

  /** @throws WriteUnconfirmed */
  async write(home: string, encode: (isFirst: boolean) => Command, kind?: ReplyKind): Promise<unknown> {
    let node = this.#nodes.get(home) ?? this.#anyPrimary();
    let isAsking = false;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#barrierOf(node).write(home, encode, kind, isAsking);
      } catch (error) {
        const [reason, , target] = error instanceof Error ? error.message.split(' ') : [];
        isAsking = reason === 'ASK';
        if (reason === 'TRYAGAIN') await pause(TRY_AGAIN_DELAY_MS);
        else if (reason === 'CLUSTERDOWN') await pause(CLUSTER_DOWN_DELAY_MS);
        else if ((reason === 'MOVED' || isAsking) && target) {
          // Without a host it is the host that answered.
          node = /^:\d+$/.test(target) ? node.slice(0, node.lastIndexOf(':')) + target : target;
          if (!isAsking) this.#nodes.set(home, node);
        } else {
          this.#nodes.delete(home);
          throw error;
        }
        if (tries === MAX_TRIES) throw error;
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const barrier of this.#barriers.values()) barrier.close();
  }

  #anyPrimary(): string {
    const primaries = this.#cluster.nodes('master');
    const chosen = primaries[Math.floor(Math.random() * primaries.length)];
    if (!chosen) throw new Error('Connection is closed.');
    return `${chosen.options.host}:${chosen.options.port}`;
  }

  #barrierOf(node: string): ReplicaBarrier {
    const open = this.#barriers.get(node);
    if (open) return open;
    if (this.#isClosed) throw new Error('Connection is closed.');
    const redis = this.#connect(node);
    const barrier = new ReplicaBarrier(redis, this.#options);
    this.#barriers.set(node, barrier);
    redis.once('end', () => this.#barriers.delete(node));
    return barrier;
  }
}
