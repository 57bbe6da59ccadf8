import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Client, createClient, createVerifier, type Verifier } from '../../clients/typescript/src/index.ts';
import { loadConfig } from '../../server/config/load-config.ts';
import { createLogger } from '../../server/http/log.ts';
import { openPorts } from '../../server/open-ports.ts';
import type { Ports } from '../../server/ports/index.ts';
import { freePorts } from '../../server/testing/free-ports.ts';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { builtService } from './built-service.ts';

const run = promisify(execFile);

/** The real service as it is built, in a process of its own, with one account and a key for it. */
export interface Service {
  /** `http://localhost:PORT`: to a browser another site than the pages on `127.0.0.1`. */
  url: string;
  apiKey: string;
  client: Client;
  verifierOf(resource: string): Verifier;
  /** Ends it as an outage does: at once, with whatever is in flight. */
  kill(): Promise<void>;
  /** Does something to its data that only its own code may, while it is down; then starts it again. */
  whileDown<T>(work: (ports: Ports) => Promise<T>): Promise<T>;
  /** Again, on the same data and port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startService(): Promise<Service> {
  const entry = builtService();
  const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-e2e-'));
  const [port] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const env = {
    PATH: process.env.PATH,
    COUNTERSIGN_DATA: dataFolder,
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_URL: url,
    COUNTERSIGN_LOG_LEVEL: 'warn',
    COUNTERSIGN_DRAIN_MS: '0',
  };

  const setUp = await run(process.execPath, [entry, 'setup', '--name', 'Harbour & Co.'], { env });
  const apiKey = /^API key +(\S+)$/m.exec(setUp.stdout)?.[1];
  if (apiKey === undefined) throw new Error(`setup printed no API key: ${setUp.stdout}${setUp.stderr}`);

  let child: ChildProcess | undefined;
  const killAtExit = () => child?.kill('SIGKILL');
  process.once('exit', killAtExit);

  const service: Service = {
    url,
    apiKey,
    client: createClient({ url, apiKey }),
    verifierOf: (resource) => createVerifier({ issuer: url, resource }),
    async start() {
      let words = '';
      const started = spawn(process.execPath, [entry, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          words = (words + chunk).slice(-4_000);
        });
      }
      await waitUntil('the service is ready', async () => {
        if (started.exitCode !== null) throw new Error(`The service ended instead of starting: ${words}`);
        const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
        return answer?.ok === true;
      });
    },
    async whileDown(work) {
      await service.kill();
      const { ports } = await openPorts(loadConfig(env), createLogger({ level: 'silent' }));
      const done = await work(ports).finally(() => ports.store.close());
      await service.start();
      return done;
    },
    async kill() {
      const killed = child;
      child = undefined;
      if (!killed || killed.exitCode !== null) return;
      const ended = once(killed, 'exit');
      killed.kill('SIGKILL');
      await ended;
    },
    async close() {
      await service.kill();
      process.off('exit', killAtExit);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
  await service.start().catch(async (error: unknown) => {
    await service.close();
    throw error;
  });
  return service;
}
