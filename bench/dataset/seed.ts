import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { Redis } from 'ioredis';
import { createAccount } from '../../server/accounts/create-account.ts';
import { idFromBytes } from '../../server/kernel/ids.ts';
import { withMemory } from '../../server/kernel/process-memory.ts';
import { isRefusal, type Refusal } from '../../server/kernel/result.ts';
import { ARGON2_FLOOR } from '../../server/platform/argon2/argon2-hasher.ts';
import { createSecretBox } from '../../server/platform/secret-box/secret-box.ts';
import { systemClock } from '../../server/platform/system-clock/system-clock.ts';
import { systemRandom } from '../../server/platform/system-random/system-random.ts';
import { openEmbeddedStore } from '../../server/store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../../server/store/redis/open-redis-store.ts';
import { createApiKey, createResource } from '../../server/testing/as-operator.ts';
import { takeJobs } from '../processes/child.ts';
import { type Dataset, PASSWORD } from './members.ts';
import { writeMember } from './write-member.ts';

export interface SeedJob extends Dataset {
  dataFolder: string;
  /** `embedded` or a Redis URL. */
  store: string;
  masterKey: string;
}

export interface SeedResult {
  resource: string;
  apiKey: string;
}

const BATCH = 200;
const DAY_MS = 86_400_000;

/**
 * Fills a fresh store: account, resource and API key by use-cases, users straight through the store's `commit` with
 * what the use-cases would write. A separate process, so that it closes the store before the service opens it.
 */
async function seed(job: SeedJob): Promise<SeedResult> {
  const store =
    job.store === 'embedded'
      ? await openEmbeddedStore({ path: join(job.dataFolder, 'store') })
      : await openRedisStore({ url: job.store, warn: () => {} });
  const secrets = createSecretBox(Buffer.from(job.masterKey, 'base64'));
  const ports = { store: withMemory(store), secrets, clock: systemClock, random: systemRandom };
  try {
    const { account } = unwrap(await createAccount(ports, { name: 'Benchmark' }));
    const { resource } = unwrap(
      await createResource(ports, { id: idFromBytes('res', systemRandom.bytes(7)) }, account.id, {
        name: 'Benchmark',
        enabled: true,
        failedAttemptsBeforeLock: 5,
        methodPolicy: job.methodPolicy ?? 'auto',
        allowedOrigins: [],
        allowLocalhost: true,
        resultLifetimeMs: 60_000,
      }),
    );
    const key = unwrap(
      await createApiKey(ports, { account: account.id, name: 'Load', scopes: ['authenticate'], lifetimeMs: DAY_MS }),
    );
    const passwordHash = await hash(PASSWORD, {
      memoryCost: ARGON2_FLOOR.memoryKiB,
      timeCost: ARGON2_FLOOR.iterations,
      parallelism: ARGON2_FLOOR.parallelism,
    });
    for (let from = 0; from < job.size; from += BATCH) {
      const indexes = Array.from({ length: Math.min(BATCH, job.size - from) }, (_, at) => from + at);
      await Promise.all(
        indexes.map((index) =>
          writeMember(ports, {
            index,
            account: account.id,
            resource: resource.id,
            passwordHash,
            kind: index < job.totp ? 'totp' : 'hotp',
          }),
        ),
      );
    }
    return { resource: resource.id, apiKey: key.text };
  } finally {
    await store.close();
    if (job.store !== 'embedded') await compactLog(job.store);
  }
}

/** Rewrite the Redis log now, so that Redis does not do it during a measurement. */
async function compactLog(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    // Redis may have begun by itself, because the log has grown.
    await redis.bgrewriteaof().catch((error: Error) => {
      if (!error.message.includes('in progress')) throw error;
    });
    do await pause(50);
    while (/aof_rewrite_(in_progress|scheduled):1/.test(await redis.info('persistence')));
  } finally {
    redis.disconnect();
  }
}

function unwrap<T extends object>(outcome: T | Refusal): T {
  if (isRefusal(outcome)) throw new Error(`seeding was refused: ${outcome.refused}`);
  return outcome;
}

takeJobs(seed);
