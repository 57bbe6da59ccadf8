import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openTables, peek } from '../../server/store/lmdb/tables.ts';
import { corkWrites } from '../../server/store/redis/socket-corking.ts';

/** A database by its own client: no versions, operations, indexes or readers of events. */
export interface FloorStore {
  get(keys: string[]): Promise<(string | null)[]>;
  /** Durable when it resolves; false if the key had another value than `before`, and then nothing is written. */
  commit(change: FloorChange): Promise<boolean>;
  fill(values: readonly [key: string, value: string][]): Promise<unknown>;
}

interface FloorChange {
  key: string;
  /** Null: absent. */
  before: string | null;
  /** Null: deleted. */
  after: string | null;
  event?: string;
}

/** Several may share a Redis. */
const PREFIX = `floor-${process.pid}:`;

/** @param folder of the embedded database */
export function openFloorStore(store: string, folder: string): FloorStore {
  return store === 'embedded' ? openLmdb(join(folder, `floor-${process.pid}`)) : openRedis(store);
}

function openRedis(url: string): FloorStore {
  const redis = new Redis(url);
  redis.on('connect', () => corkWrites(redis.stream));
  // An empty value stands for none.
  redis.defineCommand('putIf', {
    numberOfKeys: 2,
    lua: `if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
if ARGV[3] ~= '' then redis.call('XADD', KEYS[2], '*', 'e', ARGV[3]) end
return 1`,
  });
  const { putIf } = redis as unknown as { putIf(...args: string[]): Promise<number> };
  const own = (key: string) => `${PREFIX}${key}`;
  return {
    get: (keys) => redis.mget(keys.map(own)),
    commit: async ({ key, before, after, event = '' }) =>
      (await putIf.call(redis, own(key), own('events'), before ?? '', after ?? '', event)) === 1,
    fill: (values) => redis.mset(values.flatMap(([key, value]) => [own(key), value])),
  };
}

function openLmdb(folder: string): FloorStore {
  const { root, tables } = openTables(folder);
  const { documents, events } = tables;
  const bytes = (text: string) => Buffer.from(text);
  const read = (key: string) => peek(documents, bytes(key))?.toString() ?? null;
  let event = 0;
  return {
    get: async (keys) => keys.map(read),
    commit: (change) =>
      root.transaction(() => {
        if (read(change.key) !== change.before) return false;
        if (change.after === null) void documents.remove(bytes(change.key));
        else void documents.put(bytes(change.key), bytes(change.after));
        if (change.event) void events.put(bytes(`${++event}`.padStart(12, '0')), bytes(change.event));
        return true;
      }) as Promise<boolean>,
    fill: (values) =>
      root.transaction(() => {
        for (const [key, value] of values) void documents.put(bytes(key), bytes(value));
      }),
  };
}
