import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { Keys } from '../../store/redis/keys.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { type ClusterNode, migrateSlot, type RedisCluster, startRedisCluster, takeOver } from '../redis-cluster.ts';
import { START_TIMEOUT_MS } from '../redis-server.ts';
import { waitUntil } from '../wait-until.ts';
import { changeOf } from './changes.ts';
import { Auditor, tryWriteNext } from './workload.ts';

const PARTITIONS = 16;
const WRITERS = 48;
/** Each of the two waits for a replica takes a third. */
const REPLICA_TIMEOUT_MS = 6_000;
const keys = new Keys('cs', PARTITIONS);

/** Writers that run until stopped, each in the partition of its name. */
class Load {
  readonly acknowledged = new Map<string, number>();
  /** Partition -> number of acknowledged writes. */
  readonly perPartition = new Array<number>(PARTITIONS).fill(0);
  refusals = 0;
  #writing = true;
  readonly #writers: Promise<void>[];

  constructor(store: Store) {
    this.#writers = Array.from({ length: WRITERS }, (_, at) => this.#write(store, `writer-${at}`));
  }

  async stop(): Promise<void> {
    this.#writing = false;
    await Promise.all(this.#writers);
  }

  /** Resolves when each of these partitions has accepted more writes. */
  async progress(partitions: readonly number[]): Promise<void> {
    const before = [...this.perPartition];
    await waitUntil(`partitions ${partitions} take writes`, () =>
      partitions.every((partition) => (this.perPartition[partition] ?? 0) >= (before[partition] ?? 0) + 5),
    );
  }

  async #write(store: Store, writer: string): Promise<void> {
    const partition = keys.partitionOf(writer);
    while (this.#writing) {
      const n = await tryWriteNext(store, writer);
      if (n === undefined) this.refusals += 1;
      else {
        this.acknowledged.set(writer, n);
        this.perPartition[partition] = (this.perPartition[partition] ?? 0) + 1;
      }
    }
  }
}

/** Slot of each partition. */
let slots: number[] = [];

async function learnSlots(cluster: RedisCluster): Promise<void> {
  const { client } = primary(cluster, 0);
  const names = Array.from({ length: PARTITIONS }, (_, partition) => keys.state(partition));
  slots = await Promise.all(names.map(async (name) => Number(await client.cluster('KEYSLOT', name))));
}

function slotOf(partition: number): number {
  return slots[partition] ?? 0;
}

/** The partitions with writers that started at this primary. */
function partitionsOf(cluster: RedisCluster, node: ClusterNode): number[] {
  const busy = new Set(Array.from({ length: WRITERS }, (_, at) => keys.partitionOf(`writer-${at}`)));
  const third = Math.ceil(16_384 / 3);
  return [...busy].filter((partition) => cluster.primaries[Math.floor(slotOf(partition) / third)] === node);
}

function open(cluster: RedisCluster, replicas = 0): Promise<Store> {
  return openRedisStore({
    url: cluster.url,
    replicas,
    partitions: PARTITIONS,
    eventCap: 1_000_000,
    answerTimeoutMs: replicas > 0 ? REPLICA_TIMEOUT_MS : START_TIMEOUT_MS,
    warn: () => {},
  });
}

function primary(cluster: RedisCluster, at: number): ClusterNode {
  const node = cluster.primaries[at];
  if (!node) throw new Error(`No primary ${at}`);
  return node;
}

describe('a cluster that changes under load', () => {
  let cluster: RedisCluster;
  let store: Store;
  let load: Load;

  async function moveSlots(): Promise<void> {
    const from = primary(cluster, 0);
    const to = primary(cluster, 2);
    const moving = partitionsOf(cluster, from).slice(0, 3);
    const staying = partitionsOf(cluster, primary(cluster, 1));
    expect(moving.length).toBe(3);
    for (const partition of moving) {
      // While the slot is split, its partition may refuse; the others continue.
      await migrateSlot(cluster, slotOf(partition), from, to, () => load.progress(staying));
      await load.progress([partition]);
    }
    await load.stop();
    expect(await new Auditor(PARTITIONS).faults(store, load)).toEqual([]);
  }

  describe('of three primaries', () => {
    beforeEach(async () => {
      cluster = await startRedisCluster('redis');
      await learnSlots(cluster);
      store = await open(cluster);
      load = new Load(store);
    });
    afterEach(async () => {
      await load?.stop();
      await store?.close();
      await cluster?.stop();
    });

    // SR-51
    test('moving slots during writes loses and repeats nothing', moveSlots);

    test('without replicas a killed primary stops only its partitions, and no acknowledged write is lost', async () => {
      const victim = primary(cluster, 1);
      const lost = partitionsOf(cluster, victim);
      const surviving = [...partitionsOf(cluster, primary(cluster, 0)), ...partitionsOf(cluster, primary(cluster, 2))];
      await load.progress([...lost, ...surviving]);
      await victim.server.kill();
      const refused = load.refusals;
      await waitUntil('its partitions refuse', () => load.refusals > refused);
      await load.progress(surviving);
      await expect(store.check()).rejects.toThrow(StoreUnavailable);
      await victim.server.start();
      await load.progress([...lost, ...surviving]);
      await load.stop();
      await store.check();
      expect(await new Auditor(PARTITIONS).faults(store, load)).toEqual([]);
    });
  });

  describe('with a replica for each primary', () => {
    beforeEach(async () => {
      cluster = await startRedisCluster('valkey', { replicas: true });
      await learnSlots(cluster);
      store = await open(cluster, 1);
      load = new Load(store);
    });
    afterEach(async () => {
      await load?.stop();
      await store?.close();
      await cluster?.stop();
    });

    test('SR-7: a failover could lose writes, so it is refused unless commits wait for replicas, even while its replicas are down', async () => {
      await expect(open(cluster)).rejects.toThrow('replicas: 3');
      await Promise.all(cluster.replicas.map(({ server }) => server.kill()));
      await expect(open(cluster)).rejects.toThrow('replicas: 3');
    });

    test('SR-7: an event that a failover could undo is not read, so nothing is derived from it', async () => {
      await load.stop();
      const before = await store.readStreams(new Array(PARTITIONS).fill(0), 1_000);
      const after = before.map((events) => events.at(-1)?.sequence ?? 0);
      await Promise.all(cluster.replicas.map(({ server }) => server.kill()));
      await expect(store.commit(changeOf('anchor', { append: ['undone'] }))).rejects.toThrow(StoreUnavailable);
      const partition = keys.partitionOf('anchor');
      const { client } = primary(cluster, Math.floor(slotOf(partition) / Math.ceil(16_384 / 3)));
      expect(String(await client.xrevrange(keys.events(partition), '+', '-', 'COUNT', 1))).toContain('undone');
      await expect(store.readStreams(after, 1_000)).rejects.toThrow(StoreUnavailable);
    });

    // SR-51
    test('moving slots during writes that wait for replicas loses and repeats nothing', moveSlots);

    test('SR-7: recovers through a replica after a killed primary, without a lost, repeated or partial change', async () => {
      const victim = primary(cluster, 0);
      const taken = partitionsOf(cluster, victim);
      await load.progress(taken);
      await victim.server.kill();
      await load.progress([
        ...partitionsOf(cluster, primary(cluster, 1)),
        ...partitionsOf(cluster, primary(cluster, 2)),
      ]);
      await takeOver(cluster, victim);
      // The new primary accepts nothing without a replica.
      await victim.server.start();
      await load.progress(taken);
      await load.stop();
      expect(await new Auditor(PARTITIONS).faults(store, load)).toEqual([]);
    });
  });
});

// SR-63. The attack: a shard fails while a process is in doubt or starts, and keeps its clock from being compared.
test('the clocks of all primaries are compared, and without one those of the others', async () => {
  const cluster = await startRedisCluster('redis');
  const store = await open(cluster);
  const isClose = (clock: { now: number }) => Math.abs(clock.now - Date.now()) < START_TIMEOUT_MS;
  const all = await store.readClocks();
  expect(all.map(isClose)).toEqual([true, true, true]);
  await primary(cluster, 1).server.kill();
  await waitUntil('the others answer', async () => (await store.readClocks().catch(() => [])).length === 2);
  await store.close();
  await cluster.stop();
});
