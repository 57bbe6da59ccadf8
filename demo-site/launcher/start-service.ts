import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface ServiceOptions {
  /** Path of the built service's entry, `start.cjs`. */
  entry: string;
  /** Address to listen on, such as `127.0.0.1:8080`. */
  listen: string;
  dataFolder: string;
  /** Deletes the demo of the folder first. */
  isFresh: boolean;
  /** The address of the shop, which the service links to. */
  shop: string;
  env: NodeJS.ProcessEnv;
}

export interface RunningService {
  /** Resolves with the last message if the service ends by itself. */
  ended: Promise<string>;
  /** Stops the service; resolves when it has ended. */
  stop(): Promise<void>;
}

/** The interval of probes at the start, the timeout of one probe, and of all. */
const KNOCK_MS = 15;
const ANSWER_MS = 2_000;
const GIVE_UP_MS = 30_000;
const MAX_WORDS = 4_000;

/**
 * Starts the service in demo mode and waits until it is ready. Its log goes into the data folder.
 *
 * @throws Error with the service's own message when it ends instead.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { entry, listen, dataFolder, isFresh, shop, env } = options;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const logFile = join(dataFolder, 'countersign.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [entry, 'serve', '--demo', '--shop', shop, ...(isFresh ? ['--fresh'] : [])], {
    // A process group of its own: Ctrl-C in the terminal reaches only the launcher, which then stops the service in
    // order.
    detached: true,
    stdio: ['ignore', log, 'pipe'],
    env: { COUNTERSIGN_DRAIN_MS: '0', ...env, COUNTERSIGN_LISTEN: listen, COUNTERSIGN_DATA: dataFolder },
  });
  closeSync(log);

  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    appendFileSync(logFile, chunk);
    words = (words + chunk.toString()).slice(-MAX_WORDS);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(words.trim() || `The service ended (${signal ?? code}); see ${logFile}.`),
    );
  });
  // Stop the service even if the launcher crashes.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  void ended.then(() => process.off('exit', kill));

  await untilReady(`http://${listen}/health/ready`, ended).catch((error: unknown) => {
    kill();
    throw error;
  });
  return { ended, stop: () => stop(child, ended) };
}

async function untilReady(url: string, ended: Promise<string>): Promise<void> {
  let lastWords: string | undefined;
  const waiting = new AbortController();
  void ended.then((words) => {
    lastWords = words;
    waiting.abort();
  });
  const deadline = performance.now() + GIVE_UP_MS;
  while (performance.now() < deadline) {
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(ANSWER_MS)]);
    const isReady = await knock(url, signal);
    // Checked after the response: another program may have responded on the port that the service failed to get.
    if (lastWords !== undefined) throw new Error(lastWords);
    if (isReady) return;
    await wait(KNOCK_MS);
  }
  throw new Error(`The service was not ready after ${GIVE_UP_MS / 1000} s.`);
}

async function knock(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}
