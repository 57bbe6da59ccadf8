import { cancelMove, moveStore } from '../backup/move-store.ts';
import { describeDoubt } from '../clock/clock-guard.ts';
import { assessClock } from '../clock/clock-mark.ts';
import { clockMarkDocument } from '../clock/documents.ts';
import { type Config, ConfigError } from '../config/load-config.ts';
import { parseRedisUrl } from '../config/parse.ts';
import { Secret } from '../config/secret.ts';
import { consumeEvents } from '../events/consume-events.ts';
import { createSignInCounter } from '../events/count-sign-ins.ts';
import { createSealer } from '../events/seal-events.ts';
import type { Logger } from '../http/log.ts';
import { ClockInDoubt } from '../kernel/ports/clock.ts';
import type { MovableStore } from '../kernel/ports/store.ts';
import { machineClocks, systemClock } from '../platform/system-clock/system-clock.ts';
import { systemRandom } from '../platform/system-random/system-random.ts';
import { refuseBesideOthers } from '../processes/read-processes.ts';
import { createDeliveryWorker } from '../webhooks/delivery-worker.ts';
import { createPorts, refuseDemoFolder } from './create-ports.ts';
import { openStore } from './open-store.ts';
import { processWait } from './process-wait.ts';

export interface MoveOptions {
  /** `embedded` or a URL of Redis. */
  to?: string;
  /** Of a new Redis store. Default: as configured. */
  partitions?: number;
  /** Puts the configured store in use again instead. */
  cancel?: boolean;
  json?: boolean;
}

/** Moves the configured store to another one, while no service runs, and says what to configure then. */
export async function move(config: Config, log: Logger, options: MoveOptions): Promise<void> {
  refuseDemoFolder(config);
  const print = (answer: object, text: string) => console.log(options.json ? JSON.stringify(answer, null, 2) : text);
  if (options.cancel) {
    await withStore(config, log, cancelMove);
    return print({ cancelled: true }, 'the store is in use again; empty the other one');
  }
  const target = targetOf(config, options);
  const isBegun = await withStore(config, log, async (from) => (await from.readMove()) !== undefined);
  if (!isBegun) await readAllEvents(config, log);
  const counts = await withStore(config, log, (from) => {
    const moveTo = async (to: MovableStore) => {
      await checkClock(from, to);
      return moveStore({ from, to, clock: systemClock, random: systemRandom }, target.name);
    };
    return withStore(target.config, log, moveTo, false);
  });
  const { documents, indexEntries, events, counters } = counts;
  print(
    { to: target.name, ...counts },
    `moved to ${target.name}
documents      ${documents}
index entries  ${indexEntries}
events         ${events}
counters       ${counters}

Now configure:
  ${[...target.variables, ...archiveVariable(config)].join('\n  ')}`,
  );
}

function targetOf(config: Config, { to = '', partitions = config.redis.partitions }: MoveOptions) {
  if (to === 'embedded') {
    if (config.store.kind === 'embedded')
      throw new ConfigError([{ name: '--to', problem: 'is the store that is configured' }]);
    const store = { kind: 'embedded' } as const;
    const variables = ['COUNTERSIGN_STORE=embedded'];
    return { config: { ...config, store }, name: `the embedded store in ${config.dataFolder}`, variables };
  }
  if (!parseRedisUrl(to)) throw new ConfigError([{ name: '--to', problem: 'must be embedded, or the URL of a Redis' }]);
  const store = { kind: 'redis', url: new Secret(to) } as const;
  const name = to.replace(/\/\/[^@/]*@/, '//');
  return {
    config: { ...config, store, redis: { ...config.redis, partitions } },
    name: `${name} (${partitions} partitions)`,
    variables: [`COUNTERSIGN_STORE, to the URL of ${name}`, `COUNTERSIGN_STORE_PARTITIONS=${partitions}`],
  };
}

/** The audit log stays where it is, in a place that only the embedded store has by itself. */
function archiveVariable({ auditArchive }: Config): string[] {
  return auditArchive?.kind === 'folder' ? [`COUNTERSIGN_AUDIT_ARCHIVE=${auditArchive.path}`] : [];
}

async function withStore<T>(
  config: Config,
  log: Logger,
  work: (store: MovableStore) => Promise<T>,
  shouldOpenMoved = true,
): Promise<T> {
  const store = await openStore(config, log, { maxMs: 0, shouldOpenMoved });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** What the service derives from events a second later, so that none is left in the streams. */
async function readAllEvents(config: Config, log: Logger): Promise<void> {
  const { ports, clockGuard, registration } = await createPorts(config, log);
  try {
    await refuseBesideOthers(ports, processWait, registration.id);
    const deliveries = createDeliveryWorker(ports, log, { settledClock: clockGuard.settled });
    const counter = createSignInCounter(ports, config.statisticsKeptDays);
    await consumeEvents(ports, [createSealer(ports), counter, deliveries.consumer]);
  } finally {
    // Its record would be moved, and hold up a process of the new store for as long as that of a killed one.
    await registration.leave().finally(() => ports.store.close());
  }
}

/** With a wrong clock the other store would remove what has not expired (SR-63). */
async function checkClock(from: MovableStore, to: MovableStore): Promise<void> {
  const [mark] = await from.getMany([clockMarkDocument.key()], 0);
  const storeClocks = [...(await from.readClocks()), ...(await to.readClocks())];
  const now = systemClock.now();
  const doubt = assessClock({ now, bootedAt: now - machineClocks.uptime(), storeClocks }, mark?.value);
  if (typeof doubt === 'object') throw new ClockInDoubt(describeDoubt(doubt));
}
