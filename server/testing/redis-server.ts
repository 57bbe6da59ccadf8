import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';

export type Product = 'redis' | 'valkey';

/**
 * Timeout of the stores in tests, as `answerTimeoutMs`: they test responses, not speed, and a flush to a shared disk
 * may take seconds.
 */
export const START_TIMEOUT_MS = 60_000;

export interface RedisServerOptions {
  readonly product: Product;
  /** Further command line arguments: `['--maxmemory-policy', 'allkeys-lru']`. */
  readonly args?: readonly string[];
  readonly cluster?: boolean;
  /** Default: a free one. */
  readonly port?: number;
  /** A command to put in front, which must become the server. */
  readonly wrapper?: readonly string[];
}

/** A server process on loopback with a folder of its own, on a durable configuration. */
export interface RedisServer {
  readonly port: number;
  readonly busPort: number;
  readonly url: string;
  readonly pid: number | undefined;
  /** SIGKILL; resolves when the process is gone. Its data stay. */
  kill(): Promise<void>;
  /** Starts again on the same port and data. */
  start(): Promise<void>;
  /** Kills the process and removes its data. */
  stop(): Promise<void>;
}

const DURABLE = [
  '--repl-diskless-sync-delay',
  '0',
  '--appendonly',
  'yes',
  '--appendfsync',
  'always',
  '--no-appendfsync-on-rewrite',
  'no',
  '--maxmemory-policy',
  'noeviction',
  '--save',
  '',
];

export async function startRedisServer({
  product,
  args = [],
  cluster = false,
  port: wanted,
  wrapper = [],
}: RedisServerOptions): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), `countersign-${product}-`));
  for (let attempt = 1; ; attempt++) {
    const [free = 0, busPort = 0] = await freePorts(2);
    const port = wanted ?? free;
    const clustered = cluster ? ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)] : [];
    const listening = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
    const command = [...listening, ...DURABLE, ...clustered, ...args];
    let child: ChildProcess;
    try {
      child = await launch(product, command, wrapper);
    } catch (error) {
      // Another process may have taken the port in between.
      if (attempt === 3 || error instanceof MissingServer) throw error;
      continue;
    }
    const kill = async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    };
    return {
      port,
      busPort,
      url: `redis://127.0.0.1:${port}`,
      get pid() {
        return child.pid;
      },
      kill,
      start: async () => {
        child = await launch(product, command, wrapper);
      },
      stop: async () => {
        await kill();
        // A process that it had forked to write a file outlives it for a moment.
        await rm(folder, { recursive: true, force: true, maxRetries: 10 });
      },
    };
  }
}

class MissingServer extends Error {}

/** Resolves when the server accepts connections. */
async function launch(product: Product, args: readonly string[], wrapper: readonly string[]): Promise<ChildProcess> {
  const binary = `${product}-server`;
  const [command = binary, ...given] = [...wrapper, binary, ...args];
  const child = spawn(command, given, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', () =>
      reject(new MissingServer(`${binary} is not on PATH: install the Debian package ${binary}`)),
    );
    child.once('exit', () => reject(new Error(`${binary} did not start: ${log}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('Ready to accept connections')) resolve();
    });
  });
  // From here on the log is read only so that the pipe does not fill.
  child.stdout.removeAllListeners('data').resume();
  child.stderr.removeAllListeners('data').resume();
  return child;
}
