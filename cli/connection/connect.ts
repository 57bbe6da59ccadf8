import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseUrl } from '@countersign/protocol/parse-url';
import { type HttpService, httpService } from './http.ts';
import { type Service, Unreachable, UsageError } from './service.ts';

interface ConnectOptions {
  /** URL of a remote service; needs an API key. */
  url?: string | undefined;
  apiKey?: string | undefined;
  /** Id of the account. Defaults to the only one. */
  account?: string | undefined;
  dataFolder: string;
  /** The built server's entry. */
  server: string;
  /** For a server that is started for the command. */
  environment: NodeJS.ProcessEnv;
}

/**
 * Connects to the service: with an API key if there is a URL, else as the operator through the socket in the data
 * folder. If no service runs there, starts one that serves only the socket, for this command.
 */
export async function connect(options: ConnectOptions): Promise<Service> {
  if (options.url !== undefined) return remote(options.url, options.apiKey);
  const service = await connectToServer(options);
  return options.account === undefined ? service : service.as({ 'countersign-account': options.account });
}

async function connectToServer(options: ConnectOptions): Promise<HttpService> {
  const { path, close } = await localSocket(options);
  return httpService({ at: { socket: path }, headers: {} }, close);
}

/** Connects to the given account, or to the only one. */
export async function connectToAccount(options: ConnectOptions): Promise<Service> {
  if (options.url !== undefined || options.account !== undefined) return connect(options);
  const service = await connectToServer(options);
  try {
    const { items } = (await service.send('GET', '/operator/accounts')).body as {
      items: { id: string; name: string }[];
    };
    const [only, ...others] = items;
    if (!only) throw new UsageError('there is no account yet: countersign setup');
    if (others.length > 0) {
      const list = items.map(({ id, name }) => `  ${id}  ${name}`).join('\n');
      throw new UsageError(`several accounts: name one with --account\n${list}`);
    }
    return service.as({ 'countersign-account': only.id });
  } catch (error) {
    await service.close();
    throw error;
  }
}

function remote(url: string, apiKey: string | undefined): Service {
  const parsed = parseUrl(url);
  if (!parsed) throw new UsageError('--url: must be a URL such as https://auth.example');
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (parsed.protocol !== 'https:' && !loopback)
    throw new UsageError('an API key can be sent only over https, or to this machine');
  if (!apiKey) throw new UsageError('set COUNTERSIGN_API_KEY to an API key of the account');
  return httpService({ at: { url: parsed }, headers: { authorization: `Bearer ${apiKey}` } });
}

async function localSocket({ dataFolder, server, environment }: ConnectOptions) {
  const path = join(dataFolder, 'operator.sock');
  if (await isListening(path)) return { path, close: async () => {} };
  if (existsSync(server)) expectInstallation(dataFolder, environment);
  return { path, close: await startServer(server, { ...environment, COUNTERSIGN_DATA: dataFolder }) };
}

/** Without this check, a mistyped folder would get an empty service with a new key. */
function expectInstallation(dataFolder: string, environment: NodeJS.ProcessEnv): void {
  const store = environment.COUNTERSIGN_STORE || environment.COUNTERSIGN_STORE_FILE;
  if (store && store !== 'embedded') return;
  if (!store && existsSync(join(dataFolder, 'store-is-redis'))) {
    throw new UsageError(
      `the service of ${dataFolder} is not running, and its data is in Redis: pass the variables of the service with --env-file FILE`,
    );
  }
  if (existsSync(join(dataFolder, 'store'))) return;
  throw new UsageError(
    `nothing is installed in ${dataFolder}: name the service's data folder with --data, or start the service there first: countersign serve. If its data is in Redis, pass the variables of the service with --env-file FILE`,
  );
}

/** Starts a server for this command. It ends when its standard input closes. */
async function startServer(server: string, env: NodeJS.ProcessEnv): Promise<() => Promise<void>> {
  if (!existsSync(server)) throw new Unreachable(`no service is running, and there is none to start at ${server}`);
  const child = spawn(process.execPath, [server, 'operate'], { stdio: ['pipe', 'pipe', 'pipe'], env });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = once(child, 'exit');
  const ready = waitForLine(child.stdout, 'ready');
  if ((await Promise.race([ready, exited.then(() => false)])) === false) throw new Unreachable(errors.trim());
  child.stdout.resume();
  return async () => {
    child.stdin.end();
    await exited;
  };
}

/** Waits for a line; log lines come first on the same stream. */
async function waitForLine(output: Readable, word: string): Promise<boolean> {
  for await (const line of createInterface(output)) if (line === word) return true;
  return false;
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The server rejects unknown variables, and does not need the command's secrets. */
const CLI_VARIABLES = new Set([
  'COUNTERSIGN_API_URL',
  'COUNTERSIGN_API_KEY',
  'COUNTERSIGN_ACCOUNT',
  'PROTECTIMUS_API_KEY',
]);

export function serverEnvironment(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !CLI_VARIABLES.has(name)));
}
