import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../server/testing/free-ports.ts';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { ROOT } from './code-blocks.ts';

/** Built before the first of the tests that use it: they are of the projects `built` and `browser`. */
const ENTRY = join('dist', 'server', 'start.cjs');

/** The built service as an operator starts it, with a folder of its own. */
export interface BuiltService {
  readonly url: string;
  /** Everything it wrote so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Where a service is going to run: its environment, before any process of it exists. */
export interface Place {
  readonly url: string;
  /** Host and port of its metrics. */
  readonly metrics: string;
  readonly env: Record<string, string>;
  remove(): Promise<void>;
}

export async function makePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-docs-'));
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const metrics = `127.0.0.1:${metricsPort}`;
  return {
    metrics,
    url: `http://localhost:${port}`,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      TMPDIR: folder,
      COUNTERSIGN_DATA: join(folder, 'data'),
      COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_METRICS_LISTEN: metrics,
      COUNTERSIGN_DRAIN_MS: '0',
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `setup`, as the documents say it: the text of the first key. */
export function setUp(place: Place, entry = ENTRY): string {
  const made = spawnSync(process.execPath, [entry, 'setup', '--name', 'Example Ltd'], {
    cwd: ROOT,
    env: place.env,
    encoding: 'utf8',
  });
  const key = /csk_\w+/.exec(made.stdout)?.[0];
  if (key === undefined) throw new Error(`setup printed no key:\n${made.stdout}${made.stderr}`);
  return key;
}

export async function serve(place: Place, entry = ENTRY): Promise<BuiltService> {
  const child = spawn(process.execPath, [entry, 'serve'], { cwd: ROOT, env: place.env });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  await waitUntil(`the service answers at ${place.url}`, async () => {
    if (child.exitCode !== null) throw new Error(`the service ended:\n${log}`);
    const answer = await fetch(`${place.url}/health/ready`).catch(() => undefined);
    return answer?.ok === true;
  });
  return {
    url: place.url,
    log: () => log,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
}
