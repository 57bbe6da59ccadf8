import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface ServiceOptions {
  /** The built service's entry, `start.cjs`. */
  entry: string;
  /** Where it listens, `127.0.0.1:8080`. */
  listen: string;
  dataFolder: string;
  env: NodeJS.ProcessEnv;
}

export interface RunningService {
  /** The service ended by itself; resolves with what it said last. */
  ended: Promise<string>;
  /** Asks it to end, and resolves when it has. */
  stop(): Promise<void>;
}

/** How often to knock while it starts, how long to wait for an answer, and when to give up. */
const KNOCK_MS = 15;
const ANSWER_MS = 2_000;
const GIVE_UP_MS = 30_000;
const MAX_WORDS = 4_000;

/**
 * Starts the service in demo mode and waits until it is ready. Its log goes into the data folder.
 *
 * @throws Error with the service's own message when it ends instead.
 */
export async function startService({ entry, listen, dataFolder, env }: ServiceOptions): Promise<RunningService> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const logFile = join(dataFolder, 'countersign.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [entry, 'serve', '--demo'], {
    // A group of its own: Ctrl-C in the terminal reaches the launcher alone, which then stops the service in order.
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
  // Should the launcher fall, the service does not stay behind.
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
    // Asked afterwards: another program may have answered on the port that ours failed to get.
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
