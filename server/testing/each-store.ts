import { openService, type Service } from './http-service.ts';
import { type Operation, operationsOf } from './operations.ts';
import { openTemporaryRedisStore } from './temporary-redis-store.ts';
import { openTestPorts } from './test-ports.ts';

export interface OnStore {
  store: 'embedded' | 'redis';
  service: Service;
  operations: Operation[];
}

/** A service on each store, for behaviour that must be the same on both. The caller closes them. */
export async function openOnEachStore(seed: string): Promise<OnStore[]> {
  const embedded = await openService(seed);
  const redis = await openService(seed, await openTestPorts(seed, await openTemporaryRedisStore()));
  return [
    { store: 'embedded', service: embedded, operations: await operationsOf(embedded) },
    { store: 'redis', service: redis, operations: await operationsOf(redis) },
  ];
}
