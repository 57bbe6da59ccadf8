import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, createVerifier, type Verifier } from '../../clients/typescript/src/index.ts';
import { firstPlan } from '../../server/billing/plans.ts';
import { createPorts } from '../../server/composition/create-ports.ts';
import { openAccount } from '../../server/composition/open-account.ts';
import { type Config, loadConfig } from '../../server/config/load-config.ts';
import { plansOf } from '../../server/config/load-plans.ts';
import { createLogger } from '../../server/http/log.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import { unwrap } from '../../server/testing/fixtures.ts';
import { freePorts } from '../../server/testing/free-ports.ts';
import { QUICK_FOLDER } from '../../tools/test-run/own-folders.ts';
import { builtService } from './built-service.ts';
import { serviceProcess } from './service-process.ts';

/** The built service in a separate process, with one account and a key for it. */
export interface Service {
  /** `http://localhost:PORT`: for a browser another site than the pages on `127.0.0.1`. */
  url: string;
  apiKey: string;
  client: Client;
  verifierOf(resource: string): Verifier;
  /** Kills it, with requests in flight. */
  kill(): Promise<void>;
  /** Changes its data with its own code while it is down; then starts it again. */
  whileDown<T>(work: (ports: Ports) => Promise<T>): Promise<T>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings further variables */
export async function startService(settings: Record<string, string> = {}): Promise<Service> {
  const entry = builtService();
  const dataFolder = await mkdtemp(join(process.env[QUICK_FOLDER] ?? tmpdir(), 'countersign-e2e-'));
  const [port] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const env = {
    PATH: process.env.PATH,
    COUNTERSIGN_DATA: dataFolder,
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_URL: url,
    COUNTERSIGN_LOG_LEVEL: 'warn',
    COUNTERSIGN_DRAIN_MS: '0',
    ...settings,
  };

  async function withPorts<T>(work: (ports: Ports, config: Config) => Promise<T>): Promise<T> {
    const config = loadConfig(env);
    const { ports } = await createPorts(config, createLogger({ level: 'silent' }));
    return work(ports, config).finally(() => ports.store.close());
  }
  // As `setup` does, without the time that another process takes to start.
  const apiKey = await withPorts(async (ports, config) => {
    const account = { name: 'Harbour & Co.', plan: firstPlan(plansOf(config)) };
    return unwrap(await openAccount({ ...ports, issuer: config.url }, account)).apiKey.text;
  });

  const running = serviceProcess(entry, url, env);
  const service: Service = {
    url,
    apiKey,
    client: createClient({ url, apiKey }),
    verifierOf: (resource) => createVerifier({ issuer: url, resource }),
    async whileDown(work) {
      await running.kill();
      const done = await withPorts(work);
      await running.start();
      return done;
    },
    start: running.start,
    kill: running.kill,
    async close() {
      await running.kill();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
  await service.start().catch(async (error: unknown) => {
    await service.close();
    throw error;
  });
  return service;
}
