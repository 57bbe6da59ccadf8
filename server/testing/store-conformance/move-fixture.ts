import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { MovableStore } from '../../kernel/ports/movable-store.ts';
import { withMemory } from '../../kernel/process-memory.ts';
import { type MoveProgress, moveStore } from '../../operations/backup/move-store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { FakeClock, seededRandom } from '../test-ports.ts';
import { changeOf, keyOf } from './changes.ts';

let names = 0;

export const nameOf = (kind: string) => `${kind}-${++names}`;

/** Stores for the tests of a file, closed after each of them. */
export function setUpStores() {
  const opened = new Set<MovableStore>();
  let server: RedisServer;
  let raw: Redis;
  let folder: string;
  beforeAll(async () => {
    server = await startRedisServer({ product: 'redis' });
    raw = new Redis(server.url);
    folder = await mkdtemp(join(tmpdir(), 'countersign-move-live-'));
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    opened.clear();
  });
  afterAll(async () => {
    raw?.disconnect();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const opening = async (store: Promise<MovableStore>): Promise<MovableStore> => {
    opened.add(await store);
    return store;
  };
  return {
    raw: () => raw,
    folder: () => folder,
    opening,
    redis: (prefix = nameOf('redis'), partitions = 4, shouldOpenMoved = false) =>
      opening(
        openRedisStore({
          ...{ url: server.url, prefix, partitions, shouldOpenMoved },
          ...{ answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} },
        }),
      ),
  };
}

export const moving = (from: MovableStore, to: MovableStore) => {
  const ports = { clock: new FakeClock(), random: seededRandom(nameOf('seed')) };
  return moveStore({ from: withMemory(from), to: withMemory(to), ...ports }, 'there');
};

export async function finish(steps: AsyncGenerator<MoveProgress>): Promise<void> {
  for await (const _ of steps) {
  }
}

export const users = (...numbers: number[]) => numbers.map((n) => keyOf<string>(`usr_${n}`));

export async function fill(store: MovableStore, count = 30): Promise<void> {
  for (let n = 0; n < count; n++) {
    const index = [{ index: 'users/created', add: { sort: String(n), id: `usr_${n}` } }];
    const put = [{ key: keyOf(`usr_${n}`), value: `first ${n}` }];
    await store.commit(changeOf(`usr_${n}`, { put, index, append: [n] }));
  }
}

/** Everything that can be read. */
export async function contentOf(store: MovableStore) {
  const found = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await store.scan(after, 100);
    for (const record of page.records) found.add(JSON.stringify(record));
    after = page.next;
    if (after === undefined) break;
  }
  const counters = new Map<string, number>();
  for (let after: string | undefined; ; ) {
    const page = await store.scanCounters(after, 100);
    for (const { key, count } of page.counters) counters.set(key, count);
    after = page.next;
    if (after === undefined) break;
  }
  const events: unknown[] = [];
  for (let partition = 0; partition < store.partitions; partition++) {
    events.push(await store.readEvents(partition, 0, 1000));
  }
  return { records: [...found].sort(), counters: [...counters].sort(), events };
}
