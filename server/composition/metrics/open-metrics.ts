import cluster from 'node:cluster';
import about from '../../../package.json' with { type: 'json' };
import type { Config } from '../../config/load-config.ts';
import type { Logger } from '../../http/log.ts';
import type { Readiness } from '../../http/readiness.ts';
import { DAY_MS } from '../../kernel/time.ts';
import type { Meters } from '../../metrics/meters.ts';
import { readGauges } from '../../metrics/read-gauges.ts';
import type { Family } from '../../metrics/series.ts';
import { systemClock } from '../../platform/system-clock/system-clock.ts';
import type { DeliveryWorker } from '../../webhooks/delivery-worker.ts';
import type { OpenPorts } from '../create-ports.ts';
import type { ServedCertificate } from '../tls-certificate.ts';
import type { WorkerReport } from '../workers/worker-reports.ts';
import { serveMetrics } from './serve-metrics.ts';

interface MeteredProcess {
  readonly config: Pick<Config, 'metricsListen' | 'store' | 'auditFeed' | 'eventRetention'>;
  readonly meters: Meters;
  readonly opened: OpenPorts;
  readonly readiness: Readiness;
  readonly deliveries: Pick<DeliveryWorker, 'backlog'>;
  readonly certificate: ServedCertificate | undefined;
  readonly log: Logger;
}

export interface OpenMetrics {
  /** Sends the numbers of this worker to the primary process, which serves them. */
  report(): Promise<void>;
  /** A worker sends its last numbers. */
  stop(): Promise<void>;
}

/** The numbers of this process: served, or as a worker sent to the primary process when it asks. */
export async function openMetrics(metered: MeteredProcess): Promise<OpenMetrics> {
  const { config, log } = metered;
  const { collectProcess } = await import('../../platform/prometheus/prometheus.ts');
  const readProcess = collectProcess();
  const read = async () => [...(await readNumbers(metered)), ...(await readProcess())];
  const report = async () => sendReport(await read());
  if (cluster.isWorker || !config.metricsListen) return { report, stop: report };
  const server = await serveMetrics(config.metricsListen, async () => [await read()], log);
  return { report, stop: () => server.stop() };
}

async function readNumbers({
  config,
  meters,
  opened,
  readiness,
  deliveries,
  certificate,
}: MeteredProcess): Promise<Family[]> {
  const { requests, jobSuccesses, oldSecrets, keptLogs } = meters;
  // The machine's own clock: that of the service has no time while it is in doubt, which must not blind its operator.
  const gauges = await readGauges(
    { store: opened.ports.store, clock: systemClock },
    {
      version: about.version,
      store: config.store.kind,
      isServing: readiness.ready && readiness.isClockTrusted(),
      requestsRunning: requests.running,
      hashing: opened.hashLoad(),
      jobSuccesses,
      oldSecrets,
      keptLogs,
      eventsKeptMs: config.eventRetention.keptDays * DAY_MS,
      hasFeed: config.auditFeed !== undefined,
      clock: opened.clockGuard.state(),
      webhookBacklog: deliveries.backlog,
      certificate: certificate?.state(),
    },
  );
  return [...meters.metrics.families(), ...gauges];
}

/** Resolves when the primary process has it, or has ended. */
function sendReport(families: Family[]): Promise<void> {
  const report: WorkerReport = { kind: 'report', families };
  return new Promise((resolve) => {
    if (process.send && process.connected) process.send(report, () => resolve());
    else resolve();
  });
}
