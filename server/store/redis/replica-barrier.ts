import { once } from 'node:events';
import { CodedError } from '@countersign/protocol/coded-error';
import type { Redis } from 'ioredis';
import type { Command, ReplyKind, Writer } from './writer.ts';

/** The write may have happened, but not every replica has it. */
export class WriteUnconfirmed extends CodedError {
  readonly code = 'WRITE_UNCONFIRMED';
}

export interface BarrierOptions {
  /** Replicas that must at least be online. All that are online must confirm. */
  readonly replicas: number;
  /** For each of the two waits. */
  readonly timeoutMs: number;
  /** Commands that note in each partition, by its home, up to which version its commits are confirmed. */
  readonly encodeConfirmed: (versions: ReadonlyMap<string, number>) => Command[];
}

interface PendingWrite {
  readonly home: string;
  readonly encode: (isFirst: boolean) => Command;
  readonly kind: ReplyKind | undefined;
  readonly isAsking: boolean;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a primary reports after a batch of writes. */
export interface BarrierReplies {
  /** The number of replicas that was asked for. */
  readonly asked: number;
  /** Replicas that received the writes. */
  readonly received: number;
  /** 1 if the primary flushed the writes. */
  readonly flushedHere: number;
  /** Replicas that flushed the writes. */
  readonly flushed: number;
  /** Online replicas, which a failover could promote. */
  readonly online: number;
}

/**
 * `more`: the primary has more replicas than were asked for.
 * @returns a sentence if the writes are not confirmed
 */
export function judgeBarrier(replies: BarrierReplies, replicas: number): 'confirmed' | 'more' | { reason: string } {
  const { asked, received, flushedHere, flushed, online } = replies;
  if (online < replicas) return { reason: shortage(online, replicas) };
  if (flushedHere < 1) return { reason: 'the primary did not flush the change' };
  if (Math.min(received, flushed) >= online) return 'confirmed';
  if (asked < online) return 'more';
  return { reason: `replicas online: ${online}, of which ${received} received the change and ${flushed} flushed it` };
}

/** A primary has too few replicas. */
export function shortage(online: number, replicas: number): string {
  return `replicas online: ${online}, and ${replicas} must confirm each change`;
}

/**
 * A dedicated connection to one primary. Writes that arrive while it waits for replicas form the next batch: all writes,
 * then `WAIT`, `WAITAOF` and `ROLE`, in one pipeline. `WAITAOF` alone would wait for the replicas' next report, about a
 * second; `WAIT` asks for one. On another connection they would not cover these writes.
 */
export class ReplicaBarrier implements Writer {
  readonly waitsForReplicas = true;
  readonly #redis: Redis;
  readonly #options: BarrierOptions;
  #waiting: PendingWrite[] = [];
  #isBusy = false;
  #asked: number;
  /** If the last barrier failed, a missing replica is noticed before anything is written. */
  #isDoubtful = true;
  /** The partitions in which the current connection has committed. */
  #homes = new Set<string>();

  constructor(redis: Redis, options: BarrierOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#asked = options.replicas;
    redis.on('error', ignore);
    redis.on('close', () => {
      this.#homes = new Set();
      this.#isDoubtful = true;
    });
  }

  /** @throws WriteUnconfirmed */
  write(home: string, encode: (isFirst: boolean) => Command, kind?: ReplyKind, isAsking = false): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ home, encode, kind, isAsking, resolve, reject });
      if (!this.#isBusy) void this.#sendBatches();
    });
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #sendBatches(): Promise<void> {
    this.#isBusy = true;
    // Writes of the same turn share the first batch.
    await new Promise<void>(process.nextTick);
    while (this.#waiting.length > 0) {
      const fault = await this.#prepare().catch((error: unknown) => error);
      const batch = this.#waiting.splice(0);
      if (fault) for (const { reject } of batch) reject(fault);
      else await this.#send(batch);
    }
    this.#isBusy = false;
  }

  async #prepare(): Promise<void> {
    await whenReady(this.#redis);
    if (!this.#isDoubtful) return;
    const role = await this.#redis.role();
    const [online, { replicas }] = [countOnline(role), this.#options];
    // Anything but a primary refuses the writes itself, and a cluster's node says who accepts them.
    if (role[0] === 'master' && online < replicas) throw new WriteUnconfirmed(shortage(online, replicas));
  }

  async #send(batch: readonly PendingWrite[]): Promise<void> {
    const homes = this.#homes;
    // All of the pipeline is sent in this turn of the event loop, so on one connection.
    const replies = batch.map(({ home, encode, kind, isAsking }): Promise<unknown> => {
      if (isAsking) this.#redis.asking().catch(ignore);
      const [name, ...args] = encode(!homes.has(home));
      return kind === 'read-bytes' ? this.#redis.callBuffer(name, ...args) : this.#redis.call(name, ...args);
    });
    const barrier = this.#confirm().catch((error: unknown) => ({ reason: String(error) }));
    const outcomes = await Promise.allSettled(replies);
    const verdict = await barrier;
    this.#isDoubtful = verdict !== undefined;
    const versions = new Map<string, number>();
    for (const [at, { home, kind, resolve, reject }] of batch.entries()) {
      const outcome = outcomes[at];
      if (outcome?.status !== 'fulfilled') {
        if (isMoved(outcome?.reason)) homes.delete(home);
        reject(outcome?.reason);
      } else if (verdict) reject(new WriteUnconfirmed(verdict.reason));
      else {
        const version = lastCommitIn(outcome.value, kind);
        if (version > 0) versions.set(home, Math.max(version, versions.get(home) ?? 0));
        if (version > 0 && kind === 'commit') homes.add(home);
        resolve(outcome.value);
      }
    }
    this.#noteConfirmed(versions);
  }

  /** Before the callers go on, and on the connection that was confirmed. Without the note, readers wait once more. */
  #noteConfirmed(versions: ReadonlyMap<string, number>): void {
    if (versions.size === 0) return;
    for (const [name, ...args] of this.#options.encodeConfirmed(versions)) {
      this.#redis.call(name, ...args).catch(ignore);
    }
  }

  /** @returns undefined if the writes that this connection sent are confirmed */
  async #confirm(): Promise<{ reason: string } | undefined> {
    const { replicas, timeoutMs } = this.#options;
    for (;;) {
      const asked = this.#asked;
      const [received, flushed, role] = await Promise.all([
        this.#redis.wait(asked, timeoutMs),
        this.#redis.call('WAITAOF', 1, asked, timeoutMs) as Promise<[number, number]>,
        this.#redis.role(),
      ]);
      const online = countOnline(role);
      const verdict = judgeBarrier({ asked, received, flushedHere: flushed[0], flushed: flushed[1], online }, replicas);
      this.#asked = Math.max(replicas, online);
      if (verdict === 'confirmed') return undefined;
      if (verdict !== 'more') return verdict;
    }
  }
}

/** The last commit of the partition that a response reports; 0 if it reports none. */
function lastCommitIn(reply: unknown, kind: ReplyKind | undefined): number {
  if (kind === undefined) return 0;
  return Number(kind === 'commit' ? reply : (reply as readonly unknown[])[0]);
}

/** The replicas in a response to `ROLE`: those that are online. None if the server is no primary. */
function countOnline(role: unknown): number {
  const [name, , replicas] = role as [string, unknown, unknown];
  return name === 'master' && Array.isArray(replicas) ? replicas.length : 0;
}

/** Another primary has the partition, and uses versions until this one has it again. */
function isMoved(reason: unknown): boolean {
  return reason instanceof Error && reason.message.startsWith('MOVED ');
}

/** Waits for at most one attempt to connect. */
async function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  if (redis.status === 'end') throw new Error('Connection is closed.');
  if (redis.status === 'wait') return redis.connect();
  const settled = new AbortController();
  const closed = once(redis, 'close', settled).then(() => {
    throw new Error('Connection is closed.');
  });
  try {
    await Promise.race([once(redis, 'ready', settled), closed]);
  } finally {
    settled.abort();
  }
}

function ignore(): void {}
