import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedisServer } from '../server/testing/redis-server.ts';
import type { Target } from './load/jobs.ts';
import type { Population } from './population/members.ts';
import type { Seeded, SeedJob } from './population/seed.ts';
import { Child } from './processes/child.ts';
import { type Service, startService } from './processes/service.ts';

export const STORES = ['embedded', 'redis'] as const;
export type StoreKind = (typeof STORES)[number];

export interface SiteOptions {
  store: StoreKind;
  population: Population;
  profileFolder?: string | undefined;
}

/** A seeded store in a temporary folder, on which services can be started; one at a time on the embedded store. */
export interface Site {
  store: StoreKind;
  start(options?: { logLevel?: 'info' | 'warn' }): Promise<{ service: Service; target: Target }>;
  /** Ends the Redis server, if any, and removes the data. Stop the services first. */
  close(): Promise<void>;
}

export async function openSite({ store, population, profileFolder }: SiteOptions): Promise<Site> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const redis = store === 'redis' ? await startRedisServer({ product: 'redis' }) : undefined;
  const close = async () => {
    await redis?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
  try {
    const masterKey = randomBytes(32).toString('base64');
    const url = redis?.url ?? 'embedded';
    const seeded = await seed({ ...population, dataFolder, store: url, masterKey });
    return {
      store,
      start: async ({ logLevel = 'info' } = {}) => {
        const service = await startService({ dataFolder, store: url, masterKey, logLevel, profileFolder });
        return { service, target: { ...seeded, port: service.port } };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function seed(job: SeedJob): Promise<Seeded> {
  const seeder = new Child<SeedJob, Seeded>(new URL('./population/seed.ts', import.meta.url));
  try {
    return await seeder.ask(job);
  } finally {
    await seeder.close();
  }
}
