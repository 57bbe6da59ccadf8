import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@countersign/protocol/coded-error';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type Config, ConfigError } from '../config/load-config.ts';
import type { Logger } from '../http/log.ts';
import type { MovableStore } from '../kernel/ports/movable-store.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { type ProcessStore, withMemory } from '../kernel/process-memory.ts';
import type { Access } from '../store/redis/connect.ts';
import { readTlsFiles } from './read-tls-files.ts';
import { restartPause } from './workers/restart-pause.ts';

const MAX_PAUSE_MS = 5000;

export interface StoreOpening {
  /** How long Redis is tried again. */
  readonly maxMs: number;
  /** Opens a store that was moved, too: for the end of a move. Default false. */
  readonly shouldOpenMoved?: boolean;
  /** Default: a timer. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** The store could not be opened in the time that a start has for it. */
export class StoreNotOpened extends CodedError {
  readonly code = 'STORE_NOT_OPENED';
}

/**
 * Opens the configured store. Only its client is loaded.
 *
 * @param opening Default: one try
 * @throws StoreNotOpened if Redis cannot be used; the message names the cause
 */
export async function openStore(
  config: Config,
  log: Logger,
  opening: StoreOpening = { maxMs: 0 },
): Promise<ProcessStore<MovableStore>> {
  return withMemory(await openConfigured(config, log, opening));
}

async function openConfigured(config: Config, log: Logger, opening: StoreOpening): Promise<MovableStore> {
  const { store, dataFolder, redis } = config;
  if (store.kind === 'embedded') {
    expectPrivateFolder(dataFolder);
    const { openEmbeddedStore } = await import('../store/lmdb/open-embedded-store.ts');
    return openEmbeddedStore({
      path: join(dataFolder, 'store'),
      warn: (message, error) => log.warn({ err: error }, message),
      ...omitUndefined({ shouldOpenMoved: opening.shouldOpenMoved }),
    });
  }
  const { openRedisStore } = await import('../store/redis/open-redis-store.ts');
  const { StoreSettingsRefused } = await import('../store/redis/durability-check.ts');
  const { partitions, replicas, promises, sentinel } = redis;
  const options = {
    url: store.url.reveal(),
    partitions,
    promises,
    ...omitUndefined({ replicas }),
    tls: await readTls(redis.tls),
    sentinel: omitUndefined({ username: sentinel.user, password: sentinel.password?.reveal() }),
    warn: (message: string) => log.warn(message),
    ...omitUndefined({ shouldOpenMoved: opening.shouldOpenMoved }),
  };
  // A refused setting or a missing replica may be mended meanwhile, as while the service runs.
  const canPass = (error: unknown) => error instanceof StoreUnavailable || error instanceof StoreSettingsRefused;
  return retryOpening(() => openRedisStore(options), canPass, log, opening);
}

async function retryOpening(
  open: () => Promise<MovableStore>,
  canPass: (error: unknown) => error is Error,
  log: Logger,
  { maxMs, pause = sleep }: StoreOpening,
): Promise<MovableStore> {
  const startedMs = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (!canPass(error)) throw error;
      const leftMs = startedMs + maxMs - performance.now();
      if (leftMs <= 0) throw new StoreNotOpened(error.message, { cause: error });
      const pauseMs = Math.ceil(Math.min(leftMs, MAX_PAUSE_MS, restartPause(attempt)));
      log.warn({ attempt, pauseMs, leftMs: Math.floor(leftMs) }, `the store is tried again: ${error.message}`);
      await pause(pauseMs);
    }
  }
}

/** @throws ConfigError naming the variable whose file cannot be used */
async function readTls(tls: Config['redis']['tls']): Promise<NonNullable<Access['tls']>> {
  return { ...(await readTlsFiles('COUNTERSIGN_STORE_TLS', tls)), ...omitUndefined({ servername: tls.name }) };
}

/**
 * Who may write to the folder could replace its files, and who may read it could read what another program puts there.
 *
 * @throws ConfigError naming the command that mends it (SR-86)
 */
function expectPrivateFolder(folder: string): void {
  const status = statSync(folder, { throwIfNoEntry: false });
  if (!status || (status.mode & 0o077) === 0) return;
  const problem = `names a folder that is open to others: chmod 700 ${resolve(folder)}, or name a folder in it that is not there yet`;
  throw new ConfigError([{ name: 'COUNTERSIGN_DATA', problem }]);
}
