import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@countersign/protocol/coded-error';
import { type Config, ConfigError } from '../config/load-config.ts';
import type { Logger } from '../http/log.ts';
import { isServed, OPERATOR_SOCKET } from './operator/socket.ts';

/** In the data folder of a service whose data is in Redis. */
const REDIS_MARK = 'store-is-redis';
const REDIS_MARK_TEXT = 'The data of this service is in Redis. A command for it needs the variables of the service.\n';

/** A service runs in the data folder, and the command would open a store beside it. */
class ServiceRuns extends CodedError {
  readonly code = 'SERVICE_RUNS';
}

/**
 * Refuses a command that would open another store than the service of its data folder, such as a new embedded one
 * beside a service on Redis, because the variables of the service are missing.
 *
 * @throws ServiceRuns, ConfigError
 */
export async function refuseAnotherStore(command: string, config: Config): Promise<void> {
  const { dataFolder, store, isStoreNamed } = config;
  // Several services may share a data folder and a Redis, and the move asks the service.
  const isAllowed = command === 'move' || (command === 'serve' && store.kind === 'redis');
  if (!isAllowed && (await isServed(join(dataFolder, OPERATOR_SOCKET)))) {
    throw new ServiceRuns(
      command === 'setup'
        ? `a service runs in ${dataFolder}: use countersign setup, which asks it`
        : `a service runs in ${dataFolder}: stop it first, or name another data folder`,
    );
  }
  if (store.kind === 'redis' || isStoreNamed || !existsSync(join(dataFolder, REDIS_MARK))) return;
  // The move asks a service that runs.
  if (command === 'move' && (await isServed(join(dataFolder, OPERATOR_SOCKET)))) return;
  const problem = `is not set, and the service of ${dataFolder} keeps its data in Redis: pass the variables of the service with countersign --env-file FILE, or set it to embedded`;
  throw new ConfigError([{ name: 'COUNTERSIGN_STORE', problem }]);
}

/** Leaves a mark for commands without the variables of the service. */
export async function markFolderStore({ dataFolder, store }: Config, log: Logger): Promise<void> {
  const file = join(dataFolder, REDIS_MARK);
  try {
    if (store.kind === 'redis') await writeFile(file, REDIS_MARK_TEXT, { mode: 0o600 });
    else await rm(file, { force: true });
  } catch (error) {
    // A data folder that is read-only must not stop users from signing in.
    log.warn({ err: error, file }, 'the data folder does not say where the data is');
  }
}

/** @throws ConfigError if the embedded store would be a new one */
export function expectEmbeddedStore({ dataFolder, store }: Config): void {
  if (store.kind !== 'embedded' || existsSync(join(dataFolder, 'store', 'data.mdb'))) return;
  const problem = `is embedded, and there is no store in ${dataFolder}: pass the variables of the service with countersign --env-file FILE`;
  throw new ConfigError([{ name: 'COUNTERSIGN_STORE', problem }]);
}
