import { consumerDocument, feedIndexes, feedStateDocument } from '../events/documents.ts';
import type { KeptLogs } from '../events/drop-old-segments.ts';
import { SEALER } from '../events/stored-segments.ts';
import type { AccountEvent } from '../kernel/event.ts';
import type { QueueLoad } from '../kernel/ports/password-hasher.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import { withDeadline } from '../kernel/with-deadline.ts';
import type { ClockState } from '../operations/clock/clock-guard.ts';
import { lastBackupDocument, signingKeysDocument } from '../operations/maintenance/documents.ts';
import type { CertificateState } from '../operations/maintenance/judge-certificate.ts';
import { processesDocument } from '../operations/processes/documents.ts';
import { liveProcesses, type ProcessRegistry } from '../operations/processes/process-registry.ts';
import { type Family, gauge } from './series.ts';

/** What a process knows of itself. */
export interface ProcessState {
  readonly version: string;
  readonly store: string;
  /** False while it stops, or while its clock may be wrong. */
  readonly isServing: boolean;
  readonly requestsRunning: number;
  readonly hashing: QueueLoad;
  readonly jobSuccesses: ReadonlyMap<string, number>;
  /** Undefined while they are not counted. */
  readonly oldSecrets: number | undefined;
  readonly clock: Pick<ClockState, 'isTrusted' | 'aheadOfStoreMs'>;
  readonly keptLogs: KeptLogs;
  /** How long events are to be kept. */
  readonly eventsKeptMs: number;
  readonly hasFeed: boolean;
  /** Deliveries that wait, when this process last looked. */
  readonly webhookBacklog: number;
  /** Undefined without TLS. */
  readonly certificate: CertificateState | undefined;
}

/** A scrape waits for the store no longer than this; what it did not answer by then is missing. */
const STORE_TIMEOUT_MS = 2000;

/** The numbers that nothing counts, because they are read when they are asked for. */
export async function readGauges(ports: ReadPorts, state: ProcessState): Promise<Family[]> {
  const reads = await Promise.all([
    isReady(ports, state),
    readSize(ports),
    readUnsealed(ports),
    readKeysAndBackup(ports),
    state.hasFeed ? readFeedLag(ports) : [],
  ]);
  return [...processGauges(state), ...reads.flat()];
}

function processGauges(state: ProcessState): Family[] {
  const { version, store, hashing, clock } = state;
  const info = [{ labels: { version, store }, value: 1 }];
  const successes = Array.from(state.jobSuccesses, ([job, at]) => ({ labels: { name: job }, value: at / 1000 }));
  return [
    gauge('countersign_build_info', 'Always 1; the labels say what runs.', info, 'first'),
    gauge(
      'countersign_clock_trusted',
      'Whether the clock is trusted: 0 while it is in doubt, and everything is refused.',
      clock.isTrusted ? 1 : 0,
      'min',
    ),
    gauge(
      'countersign_clock_offset_seconds',
      'Difference between this clock and that of the store; 0 for the embedded store.',
      Math.abs(clock.aheadOfStoreMs ?? 0) / 1000,
      'max',
    ),
    gauge('countersign_http_requests_running', 'Requests that are being handled.', state.requestsRunning),
    gauge('countersign_password_hashes_running', 'Password hashes that run now.', hashing.running),
    gauge('countersign_password_hashes_queued', 'Password hashes that wait for a thread.', hashing.queued),
    gauge('countersign_password_hash_concurrency', 'Password hashes that can run at once.', hashing.concurrency),
    gauge(
      'countersign_job_last_success_timestamp_seconds',
      'When a periodic job last succeeded in this process.',
      successes,
      'max',
    ),
    ...(state.oldSecrets === undefined
      ? []
      : [
          gauge(
            'countersign_old_secrets',
            'Secrets that are still sealed under an old master key.',
            state.oldSecrets,
            'max',
          ),
        ]),
    ...retentionGauges(state),
    gauge(
      'countersign_webhook_backlog',
      'Webhook deliveries that wait, as of the last minute.',
      state.webhookBacklog,
      'max',
    ),
    ...certificateGauges(state),
  ];
}

function certificateGauges({ certificate }: ProcessState): Family[] {
  if (!certificate) return [];
  const { startsAt, expiresAt, isRenewalRefused } = certificate;
  return [
    gauge(
      'countersign_tls_certificate_start_timestamp_seconds',
      'From when on the certificate of the listener is valid.',
      startsAt / 1000,
      'min',
    ),
    gauge(
      'countersign_tls_certificate_expiry_timestamp_seconds',
      'When the certificate of the listener expires.',
      expiresAt / 1000,
      'min',
    ),
    gauge(
      'countersign_tls_renewal_refused',
      'Whether the files hold a new certificate that cannot be used, so that the one before is served.',
      isRenewalRefused ? 1 : 0,
      'max',
    ),
  ];
}

function retentionGauges({ keptLogs: { oldestAt = 0, early }, eventsKeptMs }: ProcessState): Family[] {
  return [
    gauge(
      'countersign_events_oldest_timestamp_seconds',
      'When the oldest kept event of the audit log was sealed, as of the last minute; 0 if there is none.',
      oldestAt / 1000,
      'max',
    ),
    gauge(
      'countersign_events_reach_seconds',
      'How far back the audit log will reach at its present rate, in the account with the most events: at most the retention time.',
      (early?.reachMs ?? eventsKeptMs) / 1000,
      'min',
    ),
    gauge(
      'countersign_events_early_removal_seconds',
      'Time until COUNTERSIGN_EVENTS_KEPT removes events before COUNTERSIGN_EVENTS_KEPT_DAYS, 0 if it does; absent if it will not.',
      early ? [{ labels: {}, value: early.leftMs / 1000 }] : [],
      'min',
    ),
  ];
}

/** Asked for at each scrape, as the readiness probe does: a service without sign-ins would not notice a dead store. */
async function isReady({ store }: ReadPorts, { isServing }: ProcessState): Promise<Family[]> {
  const isUp = await inTime(store.check().then(() => true));
  const help =
    'Whether this process takes requests: 1 if it is not stopping, its clock is trusted and the store took a durable write.';
  return [gauge('countersign_ready', help, isServing && isUp === true ? 1 : 0, 'min')];
}

async function readSize({ store }: ReadPorts): Promise<Family[]> {
  const size = await inTime(store.measure());
  if (!size) return [];
  const { usedBytes, freeBytes } = size;
  return [
    gauge('countersign_store_size_bytes', 'Bytes of the store, on disk or in the memory of Redis.', usedBytes, 'max'),
    ...(freeBytes === undefined
      ? []
      : [
          gauge(
            'countersign_store_free_bytes',
            'Bytes by which the store can still grow: on the disk, up to maxmemory of Redis, or without that in the memory of its machine.',
            freeBytes,
            'min',
          ),
        ]),
  ];
}

/** The age says more than a number of events would: it grows only if sealing does not keep up. */
async function readUnsealed({ store, clock }: ReadPorts): Promise<Family[]> {
  const now = clock.now();
  const read = async () => {
    const [position] = await store.getMany([consumerDocument.key(SEALER)], now);
    const cursors = position?.value.cursors ?? {};
    const after = Array.from({ length: store.partitions }, (_, partition) => cursors[partition] ?? 0);
    return store.readStreams(after, 1);
  };
  const streams = await inTime(read());
  if (!streams) return [];
  const oldest = Math.min(now, ...streams.flat().map(({ text }) => instantOf(text) ?? now));
  const help = 'Age of the oldest event that is not sealed into the audit log yet; 0 if there is none.';
  return [gauge('countersign_events_unsealed_age_seconds', help, (now - oldest) / 1000, 'max')];
}

/** An age and not a number, as above: it grows only if the feed does not keep up. */
async function readFeedLag({ store, clock }: ReadPorts): Promise<Family[]> {
  const now = clock.now();
  const waits = () => store.range(feedIndexes.pending(), { limit: 1 });
  const read = await inTime(Promise.all([waits(), store.getMany([feedStateDocument.key()], now)]));
  if (!read) return [];
  const [waiting, [state]] = read;
  const lag = waiting.length === 0 ? 0 : now - (state?.value.caughtUpAt ?? now);
  const help = 'Time since the audit feed last had nothing to send; 0 if it has nothing.';
  return [gauge('countersign_audit_feed_lag_seconds', help, lag / 1000, 'max')];
}

function instantOf(text: string): number | undefined {
  const event = JSON.parse(text) as Partial<AccountEvent> | null;
  return typeof event?.at === 'number' ? event.at : undefined;
}

async function readKeysAndBackup({ store, clock }: ReadPorts): Promise<Family[]> {
  const now = clock.now();
  const asked = [signingKeysDocument.key(), lastBackupDocument.key(), processesDocument.key()] as const;
  const read = await inTime(store.getMany(asked, now));
  if (!read) return [];
  const [keys, backup, registry] = read;
  const { at = 0, fullAt = 0 } = backup?.value ?? {};
  const help = (kind: string) => `When the last ${kind} was complete; 0 if there was none.`;
  const shared = [
    gauge('countersign_last_backup_timestamp_seconds', help('backup'), at / 1000, 'max'),
    gauge('countersign_last_full_backup_timestamp_seconds', help('full backup'), fullAt / 1000, 'max'),
    countProcesses(registry?.value, now),
  ];
  const signing = keys?.value.keys.filter(({ signsFromAt, retiresAt }) => signsFromAt <= now && !retiresAt);
  if (!signing || signing.length === 0) return shared;
  const created = Math.max(...signing.map(({ createdAt }) => createdAt));
  const keyHelp = 'When the key that signs results was created.';
  return [...shared, gauge('countersign_signing_key_created_timestamp_seconds', keyHelp, created / 1000, 'max')];
}

/** Versions that have a number of their own; further ones are counted together. */
const MAX_VERSIONS = 8;

function countProcesses(registry: ProcessRegistry | undefined, now: number): Family {
  const counts = new Map<string, number>();
  for (const { version } of liveProcesses(registry, now)) {
    const label = counts.has(version) || counts.size < MAX_VERSIONS ? version : 'other';
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const samples = Array.from(counts, ([version, value]) => ({ labels: { version }, value }));
  return gauge('countersign_processes', 'Processes of this store by version, workers included.', samples, 'max');
}

/** Undefined if the store failed or did not answer in time: the other numbers are worth more then than ever. */
function inTime<T>(read: Promise<T>): Promise<T | undefined> {
  return withDeadline(read, STORE_TIMEOUT_MS, () => new Error('too slow')).catch(() => undefined);
}
