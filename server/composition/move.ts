import { request } from 'node:http';
import { join } from 'node:path';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { listAccounts } from '../accounts/read-account.ts';
import { type Config, ConfigError } from '../config/load-config.ts';
import { parseRedisUrl } from '../config/parse.ts';
import { Secret } from '../config/secret.ts';
import { consumeEvents } from '../events/consume-events.ts';
import { createSignInCounter } from '../events/count-sign-ins.ts';
import { splitLines } from '../events/log/split-lines.ts';
import { createSealer } from '../events/seal-events.ts';
import type { Logger } from '../http/log.ts';
import { ClockInDoubt } from '../kernel/ports/clock.ts';
import type { MovableStore } from '../kernel/ports/movable-store.ts';
import type { Store } from '../kernel/ports/store.ts';
import { type ProcessStore, withMemory } from '../kernel/process-memory.ts';
import { MoveRefused } from '../operations/backup/move-refused.ts';
import { type MoveCounts, type MoveProgress, moveStore } from '../operations/backup/move-store.ts';
import { describeDoubt } from '../operations/clock/clock-guard.ts';
import { assessClock } from '../operations/clock/clock-mark.ts';
import { clockMarkDocument } from '../operations/clock/documents.ts';
import { machineClocks, systemClock } from '../platform/system-clock/system-clock.ts';
import { systemRandom } from '../platform/system-random/system-random.ts';
import { createSignInKeeper } from '../user-management/keep-last-sign-ins.ts';
import { createDeliveryWorker } from '../webhooks/delivery-worker.ts';
import { createPorts, refuseDemoFolder } from './create-ports.ts';
import { expectEmbeddedStore } from './folder-store.ts';
import { openStore } from './open-store.ts';
import { isServed, OPERATOR_SOCKET } from './operator/socket.ts';

/** Where the configured store goes. */
export interface MoveTarget {
  /** `embedded` or a URL of Redis. */
  to: string;
  /** Of a new Redis store. Default: as configured. */
  partitions?: number;
}

export interface MoveOptions extends MoveTarget {
  json?: boolean;
}

/** Moves the configured store to another one while the service runs, and says what to configure then. */
export async function move(config: Config, log: Logger, { json, ...target }: MoveOptions): Promise<void> {
  refuseDemoFolder(config);
  let described: TargetFacts = { name: target.to, variables: [] };
  let counts: MoveCounts | undefined;
  let closedMs = 0;
  let step = '';
  for await (const progress of runMove(config, log, target)) {
    if (progress.step === 'described') {
      described = progress;
      continue;
    }
    if (progress.step === 'closing') closedMs = -performance.now();
    if (progress.step === 'finished') {
      ({ counts } = progress);
      closedMs += performance.now();
    }
    if (!json && progress.step !== step) console.error(STEPS[progress.step]);
    ({ step } = progress);
  }
  const { name, variables } = described;
  const result = { to: name, ...(counts && { ...counts, closedMs: Math.round(closedMs) }) };
  console.log(json ? JSON.stringify(result, null, 2) : textOf(name, variables, counts, closedMs));
}

interface TargetFacts {
  /** For people. */
  readonly name: string;
  /** What to configure for the next start. */
  readonly variables: readonly string[];
}

/** First the target, as the process that moves the store has configured it. */
export type MoveReport = MoveProgress | ({ readonly step: 'described' } & TargetFacts);

const STEPS = {
  copied: 'copying; the service keeps running',
  'caught-up': 'copying what has changed meanwhile',
  compared: 'comparing both stores',
  closing: 'the store takes no changes now',
  closed: 'the other store has everything',
  finished: 'everything is moved',
  opened: 'this store was moved before; the remaining steps are done',
};

function textOf(name: string, variables: readonly string[], counts: MoveCounts | undefined, closedMs: number): string {
  const lines = [`moved to ${name}`];
  if (counts) {
    lines.push(
      `documents      ${counts.documents} (${counts.compared.documents} compared)`,
      `index entries  ${counts.indexEntries} (${counts.compared.indexEntries} compared)`,
      `events         ${counts.events}`,
      `counters       ${counts.counters}`,
      `it took no changes for ${(closedMs / 1000).toFixed(1)} s`,
    );
  }
  lines.push('', 'Now stop every process, set this, and start them again:', ...variables.map((one) => `  ${one}`));
  return lines.join('\n');
}

/** By the service of this data folder, which knows where its store is; in this process if none runs. */
async function* runMove(config: Config, log: Logger, target: MoveTarget): AsyncGenerator<MoveReport> {
  if (await isServed(join(config.dataFolder, OPERATOR_SOCKET))) return yield* askService(config, target);
  // What is wrong with the target is said before a store is opened.
  describeTarget(config, target);
  expectEmbeddedStore(config);
  const from = await openStore(config, log, { maxMs: 0, shouldOpenMoved: true });
  try {
    yield* moveFrom(from, config, log, target);
  } finally {
    await from.close();
  }
}

/** @throws ConfigError, StoreNotOpened, ClockInDoubt, and what {@link moveStore} throws */
export async function* moveFrom(
  from: ProcessStore<MovableStore>,
  config: Config,
  log: Logger,
  target: MoveTarget,
): AsyncGenerator<MoveReport> {
  const described = describeTarget(config, target);
  // In the store that the service uses there is one. Another one says that the wrong store is configured.
  if (!(await from.readMove()) && (await listAccounts({ store: from, clock: systemClock })).length === 0) {
    throw new MoveRefused(
      'the configured store has no account: pass the variables of the service with countersign --env-file FILE',
    );
  }
  const variables = [...described.variables, ...archiveVariable(config)];
  yield { step: 'described', name: described.name, variables };
  const to = await openStore(described.config, log);
  const isNarrower = to.partitions < from.partitions && (await from.readMove()) === undefined;
  const reader = isNarrower ? await openEventReader(config, log) : undefined;
  try {
    await checkClock(from, to);
    const stores = { from, to, clock: systemClock, random: systemRandom };
    const progress = moveStore({ ...stores, ...omitUndefined({ readAllEvents: reader?.read }) }, described.name);
    for await (const one of progress) {
      if (one.step === 'closing') log.warn({ to: described.name }, 'the store is being moved, and takes no changes');
      yield one;
    }
  } finally {
    await reader?.close();
    await to.close();
  }
}

function describeTarget(config: Config, { to, partitions = config.redis.partitions }: MoveTarget) {
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

/** What the service derives from events a second later. */
async function openEventReader(config: Config, log: Logger) {
  const { ports: opened, clockGuard, registration } = await createPorts(config, log);
  await registration.leave();
  return {
    read: (store: Store) => {
      const ports = { ...opened, store: withMemory(store) };
      const deliveries = createDeliveryWorker(ports, log, { settledClock: clockGuard.settled });
      const counter = createSignInCounter(ports, config.statisticsKeptDays);
      const sealer = createSealer(ports, { isFed: config.auditFeed !== undefined });
      return consumeEvents(ports, [sealer, counter, deliveries.consumer, createSignInKeeper(ports)]);
    },
    close: () => opened.store.close(),
  };
}

/** With a wrong clock the other store would remove what has not expired (SR-63). */
async function checkClock(from: MovableStore, to: MovableStore): Promise<void> {
  const [mark] = await from.getMany([clockMarkDocument.key()], 0);
  const storeClocks = [...(await from.readClocks()), ...(await to.readClocks())];
  const now = systemClock.now();
  const doubt = assessClock({ now, bootedAt: now - machineClocks.uptime(), storeClocks }, mark?.value);
  if (typeof doubt === 'object') throw new ClockInDoubt(describeDoubt(doubt));
}

type Line = { progress: MoveReport } | { refused: string };

/** If this command ends, so does the move. */
async function* askService({ dataFolder }: Config, target: MoveTarget): AsyncGenerator<MoveReport> {
  const headers = { 'content-type': 'application/json' };
  const asked = request({
    ...{ socketPath: join(dataFolder, OPERATOR_SOCKET), path: '/operator/store-move', method: 'POST', headers },
  });
  try {
    const lines = await new Promise<AsyncIterable<string>>((resolve, reject) => {
      asked.on('error', reject);
      asked.on('response', (response) => {
        if (response.statusCode === 200) resolve(splitLines(response));
        else reject(new MoveRefused(`the running service refused to move its store (${response.statusCode})`));
      });
      asked.end(JSON.stringify(target));
    });
    let isFinished = false;
    for await (const text of lines) {
      const line = JSON.parse(text) as Line;
      if ('refused' in line) throw new MoveRefused(line.refused);
      isFinished = ['finished', 'opened'].includes(line.progress.step);
      yield line.progress;
    }
    if (!isFinished) throw new MoveRefused('the service ended first: run this again');
  } finally {
    asked.destroy();
  }
}
