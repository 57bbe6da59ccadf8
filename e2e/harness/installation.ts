import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { freePorts } from '../../server/testing/free-ports.ts';
import { type RedisServer, startRedisServer } from '../../server/testing/redis-server.ts';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { builtService } from './built-service.ts';

/** Redis stands for Valkey too: the store's own tests run on both. */
export const STORES = ['embedded', 'redis'] as const;

export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

/** The built product on a machine of its own, as an operator has it. */
export interface Installation {
  readonly url: string;
  readonly folder: string;
  /** Starts the service, or its demo, and waits until it is ready; or only until it answers. */
  start(mode?: '--demo', given?: { env?: Record<string, string>; until?: 'ready' | 'live' }): Promise<void>;
  /** SIGTERM, as a restart does. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** The memory of its process. */
  residentBytes(): Promise<number>;
  /** The output of the service since its last start. */
  log(): string;
  /** Runs `countersign` to its end. */
  run(args: readonly string[], given?: { input?: string; env?: Record<string, string> }): Promise<CommandResult>;
  /** Starts it and leaves it running, for the test to kill. */
  begin(args: readonly string[], more?: Record<string, string>): ChildProcess;
  remove(): Promise<void>;
}

export async function install(store: (typeof STORES)[number]): Promise<Installation> {
  const entry = builtService();
  const command = join(dirname(entry), '../cli/countersign.js');
  const folder = await mkdtemp(join(tmpdir(), 'cs-'));
  const [port = 0] = await freePorts(1);
  const redis: RedisServer | undefined = store === 'embedded' ? undefined : await startRedisServer({ product: store });
  const url = `http://localhost:${port}`;
  const env = {
    PATH: process.env.PATH ?? '',
    COUNTERSIGN_DATA: join(folder, 'data'),
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_DRAIN_MS: '0',
    ...omitUndefined({ COUNTERSIGN_STORE: redis?.url }),
  };
  let service: ChildProcess | undefined;
  let log = '';

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = service;
    service = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const closed = once(ending, 'close');
    ending.kill(signal);
    await closed;
  }

  return {
    url,
    folder,
    log: () => log,
    async residentBytes() {
      const status = await readFile(`/proc/${service?.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    },
    async start(mode, { env: more = {}, until = 'ready' } = {}) {
      log = '';
      const child = spawn(process.execPath, [entry, 'serve', ...(mode ? [mode] : [])], {
        env: { ...env, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      service = child;
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          log += text;
        });
      }
      await waitUntil(`the service answers at ${url}`, async () => {
        if (child.exitCode !== null) throw new Error(`the service ended:\n${log}`);
        const answer = await fetch(`${url}/health/${until}`).catch(() => undefined);
        return answer?.ok === true;
      });
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async run(args, { input = '', env: more = {} } = {}) {
      const child = spawn(process.execPath, [command, ...args], { env: { ...env, ...more }, cwd: folder });
      const ended: CommandResult = { code: -1, out: '', err: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        ended.out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        ended.err += text;
      });
      child.stdin.on('error', () => {});
      child.stdin.end(input);
      const [code] = (await once(child, 'close')) as [number | null];
      return { ...ended, code: code ?? -1 };
    },
    begin: (args, more = {}) =>
      spawn(process.execPath, [command, ...args], { env: { ...env, ...more }, cwd: folder, stdio: 'ignore' }),
    async remove() {
      await end('SIGTERM');
      await redis?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command that must succeed; returns its output. */
export class Operator {
  readonly #installation: Installation;
  readonly #global: readonly string[];
  readonly #env: Record<string, string>;

  constructor(installation: Installation, global: readonly string[] = [], env: Record<string, string> = {}) {
    this.#installation = installation;
    this.#global = global;
    this.#env = env;
  }

  /** The same, over the network: with the URL and an API key. */
  withKey(key: string): Operator {
    const { url } = this.#installation;
    return new Operator(this.#installation, [], { COUNTERSIGN_API_URL: url, COUNTERSIGN_API_KEY: key });
  }

  /** The same, in one of several accounts. */
  in(account: string): Operator {
    return new Operator(this.#installation, ['--account', account], this.#env);
  }

  run(args: readonly string[], input?: string): Promise<CommandResult> {
    const given = { env: this.#env, ...omitUndefined({ input }) };
    return this.#installation.run([...this.#global, ...args], given);
  }

  async json<T>(args: readonly string[], input?: string): Promise<T> {
    const { code, out, err } = await this.run(['--json', ...args], input);
    if (code !== 0) throw new Error(`countersign ${args.join(' ')} ended with ${code}:\n${err}`);
    return JSON.parse(out) as T;
  }
}
