import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedisServer } from '../server/testing/redis-server.ts';
import type { Dataset } from './dataset/members.ts';
import type { SeedJob, SeedResult } from './dataset/seed.ts';
import type { Target } from './load/jobs.ts';
import { Child } from './processes/child.ts';
import { pinTo } from './processes/pinning.ts';
import { type Service, type ServiceOptions, startService } from './processes/service.ts';

export const STORES = ['embedded', 'redis'] as const;
export type StoreKind = (typeof STORES)[number];

export interface BenchTargetOptions {
  store: StoreKind;
  population: Dataset;
  profileFolder?: string | undefined;
}

export type StartOptions = Pick<ServiceOptions, 'logLevel' | 'node' | 'workers'>;

/** A seeded store in a temporary folder on which services can be started, one at a time on the embedded store. */
export interface BenchTarget {
  store: StoreKind;
  /** `embedded` or the URL of its Redis. */
  url: string;
  /** Removed with it. */
  dataFolder: string;
  start(options?: StartOptions): Promise<{ service: Service; target: Target }>;
  /** Stops the Redis server, if any, and removes the data. Stop the services first. */
  close(): Promise<void>;
}

export async function openBenchTarget({ store, population, profileFolder }: BenchTargetOptions): Promise<BenchTarget> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const redis = store === 'redis' ? await startRedisServer({ product: 'redis', wrapper: pinTo('store') }) : undefined;
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
      url,
      dataFolder,
      start: async (options = {}) => {
        const service = await startService({ dataFolder, store: url, masterKey, profileFolder, ...options });
        return { service, target: { ...seeded, port: service.port } };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function seed(job: SeedJob): Promise<SeedResult> {
  const seeder = new Child<SeedJob, SeedResult>(new URL('./dataset/seed.ts', import.meta.url), { role: 'load' });
  try {
    return await seeder.ask(job);
  } finally {
    await seeder.close();
  }
}
