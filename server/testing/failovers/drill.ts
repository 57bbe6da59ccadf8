import { setTimeout as pause } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import type { Store } from '../../kernel/ports/store.ts';
import { parseAddress } from '../../store/redis/connect.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { Auditor, tryWriteNext } from '../store-conformance/workload.ts';
import { waitUntil } from '../wait-until.ts';
import type { FailoverKind, FailoverRig } from './failover-rig.ts';

export interface DrillOptions {
  readonly failovers: number;
  /** Defaults to `kill` and `live` in turn. */
  readonly kindOf?: (failover: number) => FailoverKind;
  readonly onFailover?: (result: DrillResult) => void;
}

export interface DrillResult {
  failovers: number;
  /** Commits that the store acknowledged. */
  acknowledged: number;
  /** Commits it refused with 503. */
  refused: number;
  /** Acknowledged commits that a failover undid, and repeated or partial changes. */
  faults: string[];
  /** For comparison, in the same failovers: writes acknowledged without waiting for a replica, and those undone. */
  unprotected: { acknowledged: number; undone: number };
}

const WRITERS = 12;
const PARTITIONS = 8;
const ANSWER_TIMEOUT_MS = 6_000;

/** Forces failovers during writes, and looks for what was acknowledged afterwards. */
export async function drill(rig: FailoverRig, options: DrillOptions): Promise<DrillResult> {
  const { failovers, kindOf = (n) => (n % 2 === 0 ? 'kill' : 'live'), onFailover = () => {} } = options;
  const result: DrillResult = {
    failovers: 0,
    acknowledged: 0,
    refused: 0,
    faults: [],
    unprotected: { acknowledged: 0, undone: 0 },
  };
  const store = await openRedisStore({
    url: rig.url,
    replicas: 1,
    partitions: PARTITIONS,
    eventCap: 1_000_000,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    warn: () => {},
  });
  const unprotected = new UnprotectedWriters(rig.url);
  const auditor = new Auditor(PARTITIONS);
  try {
    for (let n = 0; n < failovers; n++) {
      const load = new Writers(store, result);
      unprotected.start();
      await load.progress();
      await rig.failOver(kindOf(n));
      await load.progress();
      await load.stop();
      await unprotected.stop();
      result.faults.push(...(await auditor.faults(store, load)));
      result.unprotected.undone += await unprotected.countUndone();
      result.unprotected.acknowledged = unprotected.acknowledged;
      result.failovers += 1;
      onFailover(result);
    }
  } finally {
    unprotected.close();
    await store.close();
  }
  return result;
}

class Writers {
  readonly acknowledged = new Map<string, number>();
  readonly #result: DrillResult;
  #isWriting = true;
  readonly #running: Promise<void>[];

  constructor(store: Store, result: DrillResult) {
    this.#result = result;
    this.#running = Array.from({ length: WRITERS }, (_, at) => this.#run(store, `writer-${at}`));
  }

  /** Resolves when every writer has been acknowledged once more. */
  async progress(): Promise<void> {
    const before = new Map(this.acknowledged);
    await waitUntil('every writer is acknowledged', () =>
      Array.from({ length: WRITERS }, (_, at) => `writer-${at}`).every(
        (writer) => (this.acknowledged.get(writer) ?? 0) > (before.get(writer) ?? 0),
      ),
    );
  }

  /** Each ends with an acknowledged commit, so that no later failover undoes what the audit reads. */
  async stop(): Promise<void> {
    this.#isWriting = false;
    await Promise.all(this.#running);
  }

  async #run(store: Store, writer: string): Promise<void> {
    for (let n: number | undefined; this.#isWriting || n === undefined; ) {
      n = await tryWriteNext(store, writer);
      if (n === undefined) {
        this.#result.refused += 1;
        await pause(5);
      } else {
        this.acknowledged.set(writer, n);
        this.#result.acknowledged += 1;
      }
    }
  }
}

/** Add numbers to a set each, as a client that takes the primary's word. */
class UnprotectedWriters {
  acknowledged = 0;
  #tried = 0;
  readonly #client: Redis | Cluster;
  readonly #added = new Map<string, string[]>();
  #isWriting = false;
  #running: Promise<void>[] = [];

  constructor(url: string) {
    const { kind, nodes, master } = parseAddress(url);
    this.#client =
      kind === 'cluster' ? new Cluster([...nodes]) : new Redis({ sentinels: [...nodes], name: master ?? '' });
    this.#client.on('error', () => {});
  }

  start(): void {
    this.#isWriting = true;
    this.#running = Array.from({ length: WRITERS }, (_, at) => this.#run(`unprotected-${at}`));
  }

  async stop(): Promise<void> {
    this.#isWriting = false;
    await Promise.all(this.#running);
  }

  async countUndone(): Promise<number> {
    let undone = 0;
    for (const [key, added] of this.#added) {
      const found = new Set(await this.#client.smembers(key));
      undone += added.filter((n) => !found.has(n)).length;
      this.#added.delete(key);
    }
    return undone;
  }

  close(): void {
    this.#client.disconnect();
  }

  async #run(key: string): Promise<void> {
    const added: string[] = [];
    this.#added.set(key, added);
    while (this.#isWriting) {
      const n = String(this.#tried++);
      try {
        await this.#client.sadd(key, n);
        added.push(n);
        this.acknowledged += 1;
      } catch {
        // Refused, or unknown.
      }
      // As often as the protected writers, about.
      await pause(50);
    }
  }
}
