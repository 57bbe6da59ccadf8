import { type ProcessStore, withMemory } from '../kernel/process-memory.ts';
import { openRedisStore } from '../store/redis/open-redis-store.ts';
import { START_TIMEOUT_MS, startRedisServer } from './redis-server.ts';

/** A real, empty Redis in a process of its own. */
export async function openTemporaryRedisStore(): Promise<{ store: ProcessStore; remove(): Promise<void> }> {
  const server = await startRedisServer({ product: 'redis' });
  const store = withMemory(
    await openRedisStore({
      url: server.url,
      partitions: 8,
      answerTimeoutMs: START_TIMEOUT_MS,
      warn: () => {},
    }),
  );
  return {
    store,
    remove: async () => {
      await store.close();
      await server.stop();
    },
  };
}
