import { createHash } from 'node:crypto';
import type { Store } from '../../kernel/ports/store.ts';
import { withMemory } from '../../kernel/process-memory.ts';
import { createSecretBox } from '../../platform/secret-box/secret-box.ts';
import { systemRandom } from '../../platform/system-random/system-random.ts';
import { createHttpsWebhookSender } from '../../platform/webhook-http/https-webhook-sender.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { START_TIMEOUT_MS } from '../redis-server.ts';

/** The ports of a service whose clock is ahead by so much that the leases of a killed one have expired. */
export function webhookPorts(store: Store, aheadMs: number) {
  return {
    store: withMemory(store),
    clock: { now: () => Date.now() + aheadMs },
    random: systemRandom,
    secrets: createSecretBox(createHash('sha256').update('a master key for tests').digest()),
    webhookSender: createHttpsWebhookSender({ allowedNetworks: [], allowHttpOnLoopback: true }),
  };
}

export function openStoreAt(place: string): Promise<Store> {
  return place.startsWith('redis:')
    ? openRedisStore({ url: place, partitions: 8, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} })
    : openEmbeddedStore({ path: place });
}
