import { chargeDuePlans, refreshPlans } from '../billing/charge-due-plans.ts';
import type { PlanCatalogue } from '../billing/plans.ts';
import type { Config } from '../config/load-config.ts';
import { archiveSegments } from '../events/archive-segments.ts';
import type { EventConsumer } from '../events/consume-events.ts';
import { createSignInCounter } from '../events/count-sign-ins.ts';
import { type DroppedEvents, dropOldSegments, type KeptLogs } from '../events/drop-old-segments.ts';
import { createEventRounds } from '../events/event-rounds.ts';
import type { AuditFeed } from '../events/feed/audit-feed.ts';
import { retentionOf } from '../events/retention-forecast.ts';
import { createSealer } from '../events/seal-events.ts';
import type { Logger } from '../http/log.ts';
import type { AuditArchive } from '../kernel/ports/audit-archive.ts';
import type { Clock } from '../kernel/ports/clock.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { StoreClosed, StoreVersionRefused } from '../kernel/ports/store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/time.ts';
import { endUnusedNotes } from '../operations/backup/end-unused-notes.ts';
import type { ClockGuard } from '../operations/clock/clock-guard.ts';
import { deleteAccountData } from '../operations/maintenance/delete-account-data.ts';
import { countSecrets, reencryptSecrets } from '../operations/maintenance/reencrypt-secrets.ts';
import { finishErasures } from '../operations/personal-data/finish-erasures.ts';
import { RENEWAL_MS } from '../operations/processes/process-registry.ts';
import { ProcessRefused, type Registration } from '../operations/processes/register-process.ts';
import { createSignInKeeper } from '../user-management/keep-last-sign-ins.ts';
import type { DeliveryWorker } from '../webhooks/delivery-worker.ts';
import type { PeriodicJob } from './scheduler.ts';
import { watchStore } from './watch-store.ts';

interface PeriodicJobsOptions {
  config: Pick<Config, 'eventRetention' | 'statisticsKeptDays'>;
  plans: PlanCatalogue;
  /** For what removes and charges. It goes on slowly after a long stop (SR-63). */
  settledClock: Clock;
  deliveries: Pick<DeliveryWorker, 'turn' | 'consumer'>;
  /** Undefined: no audit feed is configured. */
  feed?: Pick<AuditFeed, 'turn'> | undefined;
  refreshSigningKeys: () => Promise<void>;
  /** True if there are old master keys, so that secrets must be re-encrypted. */
  hasOldMasterKeys: boolean;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  observer?: JobObserver | undefined;
}

interface JobObserver {
  /** Puts something between events and what consumes them. */
  consumer(consumer: EventConsumer): EventConsumer;
  /** How many secrets are sealed under an old master key. */
  oldSecretsCounted(count: number): void;
  /** How many old events retention has removed. */
  eventsRemoved(count: number): void;
  /** What retention has kept of the audit log. */
  eventsKept(log: KeptLogs): void;
}

const DROPPED = 'old audit events were removed (COUNTERSIGN_EVENTS_KEPT_DAYS, COUNTERSIGN_EVENTS_KEPT)';

const EARLY =
  'COUNTERSIGN_EVENTS_KEPT removes audit events before COUNTERSIGN_EVENTS_KEPT_DAYS: name a COUNTERSIGN_AUDIT_ARCHIVE';

/** All periodic jobs of the service. Each is safe in several processes at once. */
export function periodicJobs(ports: Ports, options: PeriodicJobsOptions): PeriodicJob[] {
  const { config, plans, settledClock, deliveries, feed, refreshSigningKeys, hasOldMasterKeys, log, observer } =
    options;
  const retention = retentionOf(config.eventRetention);
  const reencryption: PeriodicJob = {
    name: 're-encryption',
    everyMs: HOUR_MS,
    processes: 'every',
    failureLevel: 'error',
    run: (isStopping) => reencrypt(ports, { log, observer }, isStopping),
  };
  const onDropped = (dropped: DroppedEvents) => {
    log.info(dropped, DROPPED);
    observer?.eventsRemoved(dropped.events);
  };
  const reportEarly = earlyRemovalReport(log, config.eventRetention.keptDays);
  const onKept = (kept: KeptLogs) => {
    observer?.eventsKept(kept);
    reportEarly(kept, ports.clock.now());
  };
  const { archive } = ports;
  const settled = { ...ports, clock: settledClock };
  const consumers = [
    reportLoss(createSealer(ports, { isFed: feed !== undefined }), log),
    createSignInCounter(ports, config.statisticsKeptDays),
    deliveries.consumer,
    createSignInKeeper(ports),
  ].map((consumer) => observer?.consumer(consumer) ?? consumer);
  return [
    { name: 'webhooks', everyMs: 250, processes: 'every', run: () => deliveries.turn() },
    { name: 'events', everyMs: 1000, processes: 'every', run: createEventRounds(ports, consumers) },
    ...(feed ? [feedJob(feed)] : []),
    {
      name: 'retention',
      everyMs: MINUTE_MS,
      processes: 'one',
      run: (stopping) => dropOldSegments(settled, retention, { stopping, onDropped, onKept }),
    },
    { name: 'store', everyMs: MINUTE_MS, processes: 'every', failureLevel: 'error', run: () => watchStore(ports, log) },
    ...(archive ? [archiveJob(ports, archive)] : []),
    // Far more often than keys change.
    {
      name: 'signing-keys',
      everyMs: MINUTE_MS / 2,
      processes: 'every',
      failureLevel: 'error',
      run: refreshSigningKeys,
    },
    {
      name: 'plans',
      everyMs: HOUR_MS,
      processes: 'every',
      failureLevel: 'error',
      run: () => charge(ports, settled, plans),
    },
    { name: 'backup-notes', everyMs: HOUR_MS, processes: 'one', run: () => endUnusedNotes(ports) },
    { name: 'erasures', everyMs: MINUTE_MS, processes: 'one', run: (stopping) => finishErasures(ports, stopping) },
    {
      name: 'account-deletions',
      everyMs: MINUTE_MS,
      processes: 'one',
      run: (stopping) => deleteAccounts(ports, log, stopping),
    },
    ...(hasOldMasterKeys ? [reencryption] : []),
  ];
}

/** At a start: what the settings promise, before there are events to count. */
export function logEventLimit({ keptDays, mostEvents }: Config['eventRetention'], log: Pick<Logger, 'info'>): void {
  if (!Number.isFinite(mostEvents)) return;
  log.info({ mostEvents, keptDays }, 'audit events are kept up to a number, so a busy account may lose them earlier');
}

/** Soon after a start and then once a day: an operator without metrics learns it too. */
function earlyRemovalReport(log: Pick<Logger, 'warn'>, keptDays: number): (kept: KeptLogs, now: number) => void {
  let reportedAt: number | undefined;
  return ({ early }, now) => {
    if (!early || (reportedAt !== undefined && now - reportedAt < DAY_MS)) return;
    reportedAt = now;
    const { account, reachMs, leftMs } = early;
    const [reachDays, daysLeft] = [reachMs, leftMs].map((ms) => Math.floor(ms / DAY_MS));
    log.warn({ account, reachDays, keptDays, daysLeft }, EARLY);
  };
}

/** The webhooks report their own loss. */
function reportLoss(sealer: EventConsumer, log: Pick<Logger, 'error'>): EventConsumer {
  return {
    ...sealer,
    async take(batch) {
      for (const { partition, lost } of batch.parts) {
        if (lost) log.error({ partition, ...lost }, 'events were dropped from the store before they were sealed');
      }
      await sealer.take(batch);
    },
  };
}

/** The renewal of this process's record, also while the clock is in doubt. */
export function renewalJob(
  registration: Pick<Registration, 'renew'>,
  onReplaced: (error: ProcessRefused | StoreVersionRefused | StoreClosed) => void,
): PeriodicJob {
  const run = async () => {
    try {
      await registration.renew();
    } catch (error) {
      const isMoved = error instanceof StoreClosed && error.isFinished;
      if (!(isMoved || error instanceof ProcessRefused || error instanceof StoreVersionRefused)) throw error;
      onReplaced(error);
    }
  };
  return { name: 'processes', everyMs: RENEWAL_MS, processes: 'every', run };
}

/** The comparison of the clock, which runs also while it is in doubt. */
export function clockJob(guard: Pick<ClockGuard, 'turn'>): PeriodicJob {
  return { name: 'clock', everyMs: 10 * SECOND_MS, processes: 'every', run: () => guard.turn() };
}

/** One process has its lease; the others ask for it. */
function feedJob(feed: Pick<AuditFeed, 'turn'>): PeriodicJob {
  return { name: 'audit-feed', everyMs: SECOND_MS, processes: 'every', run: () => feed.turn() };
}

function archiveJob(ports: Ports, archive: AuditArchive): PeriodicJob {
  return {
    name: 'archive',
    everyMs: MINUTE_MS,
    processes: 'one',
    run: (stopping) => archiveSegments(ports, archive, { stopping }),
  };
}

async function charge(ports: Ports, settled: Ports, plans: PlanCatalogue): Promise<void> {
  await refreshPlans(ports, plans);
  await chargeDuePlans(settled, plans);
}

async function deleteAccounts(ports: Ports, log: Pick<Logger, 'warn'>, isStopping: () => boolean): Promise<void> {
  for (const account of await deleteAccountData(ports, isStopping)) {
    log.warn({ account }, 'the data of a deleted account is gone');
  }
}

async function reencrypt(
  ports: Ports,
  { log, observer }: Pick<PeriodicJobsOptions, 'log' | 'observer'>,
  isStopping: () => boolean,
): Promise<void> {
  const { resealed } = await reencryptSecrets(ports, isStopping);
  if (isStopping()) return;
  const secrets = await countSecrets(ports);
  const old = Object.values(secrets.old).reduce((sum, count) => sum + count, 0);
  observer?.oldSecretsCounted(old);
  const isDone = old === 0;
  log.info({ resealed, secrets }, isDone ? 'no secret is left under an old master key' : 'secrets by master key');
}
