import cluster from 'node:cluster';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import about from '../../package.json' with { type: 'json' };
import { findWithoutPasskey } from '../administration/find-without-passkey.ts';
import { createApp } from '../app.ts';
import type { PlanCatalogue } from '../billing/plans.ts';
import type { Config } from '../config/load-config.ts';
import { plansOf } from '../config/load-plans.ts';
import { createAuditFeed } from '../events/feed/audit-feed.ts';
import type { Surface } from '../http/api/route.ts';
import { listen } from '../http/listen.ts';
import type { Logger } from '../http/log.ts';
import { createReadiness } from '../http/readiness.ts';
import type { TlsCertificate } from '../http/tls-server.ts';
import { clockJob, logEventLimit, periodicJobs, renewalJob } from '../jobs/periodic.ts';
import { type PeriodicJob, startScheduler } from '../jobs/scheduler.ts';
import { isLoopbackHost } from '../kernel/addresses.ts';
import type { BuiltFiles } from '../kernel/ports/built-files.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Tracer } from '../kernel/ports/tracer.ts';
import { Meters } from '../metrics/meters.ts';
import { NO_OBSERVERS, observeWithBoth } from '../metrics/port-observers.ts';
import { tracePorts } from '../metrics/trace-ports.ts';
import { leaveOnFailure } from '../operations/processes/register-process.ts';
import { createDemoMailbox } from '../platform/demo-mailbox/demo-mailbox.ts';
import { builtDocuments } from '../platform/static-files/built-documents.ts';
import { loadBuiltFiles } from '../platform/static-files/load-built-files.ts';
import { systemClock } from '../platform/system-clock/system-clock.ts';
import { createDeliveryWorker } from '../webhooks/delivery-worker.ts';
import { composeMail } from './compose-mail.ts';
import { crashNow, crashOnReplaced, crashOnUncaught } from './crash.ts';
import { createAuditSink } from './create-audit-sink.ts';
import { createPorts, demoFile, type OpenPorts } from './create-ports.ts';
import { expectLoopback } from './demo/expect-loopback.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import { openTracing } from './open-tracing.ts';
import type { OperatorSocket } from './operator/socket.ts';
import { openOperatorSocket } from './operator-server.ts';
import { announceSetup, setupCommand } from './setup-link.ts';
import { onStopSignal } from './stop-signals.ts';
import { serveCertificate } from './tls-certificate.ts';
import { followOrders } from './workers/orders.ts';

/** Beside this file in the built tree: dist/server/main.js, dist/widget/, dist/console/, dist/docs/, dist/reference/, dist/cli/. */
const WIDGET_FOLDER = fileURLToPath(new URL('../widget/', import.meta.url));
const CONSOLE_FOLDER = fileURLToPath(new URL('../console/', import.meta.url));
const DOCUMENTS_FOLDER = fileURLToPath(new URL('../docs/', import.meta.url));
const REFERENCE_FOLDER = fileURLToPath(new URL('../reference/', import.meta.url));
const COMMAND_FOLDER = fileURLToPath(new URL('../cli/', import.meta.url));

export interface DemoOptions {
  /** The address of the shop beside it. */
  shop: string | undefined;
}

/** The service, or a worker of it: the network, the operator's socket and the periodic jobs. */
export async function serve(config: Config, log: Logger, demo?: DemoOptions): Promise<void> {
  if (demo) expectLoopback(config);
  crashOnUncaught(log);
  // The demo sends nothing: it shows its mails instead.
  const mailbox = demo
    ? createDemoMailbox({
        url: config.url,
        compose: (mail) => composeMail(mail, config.url),
        clock: systemClock,
      })
    : undefined;
  const plans = plansOf(config);
  const meters = config.metricsListen && new Meters({ monotonicMs: () => performance.now(), now: systemClock.now });
  const tracer = await openTracing(config, log);
  const observers = [meters, tracer && tracePorts(tracer)]
    .filter((one) => one !== undefined)
    .reduce(observeWithBoth, NO_OBSERVERS);
  const loading = Promise.all([loadBuiltFiles(WIDGET_FOLDER, 'widget'), loadBuiltFiles(CONSOLE_FOLDER, 'console')]);
  // Thrown where it is awaited, when there is a record to withdraw.
  loading.catch(() => undefined);
  const opened = await createPorts(config, log, mailbox, { maxMs: config.redis.waitMs }, observers);
  await leaveOnFailure(opened.registration, async () => {
    const [widget, console] = await loading;
    await startService(config, log, { demo, mailbox, plans, meters, tracer, opened, widget, console });
  });
}

/** Only a demo loads what creates it. */
async function loadDemo(config: Config, ports: Ports): Promise<PeriodicJob> {
  const month = await import('../../demo-site/month/load-demo.ts');
  return month.loadDemo({ ...ports, issuer: config.url }, demoFile(config), config.statisticsKeptDays);
}

/** After the start, which does not depend on it. */
function warnOfMissingPasskeys(ports: Ports, log: Logger): void {
  if (ports.administratorFactors !== 'passkey') return;
  const warn = (administrators: object[]) => {
    if (administrators.length === 0) return;
    const facts = { administrators: administrators.slice(0, 20), count: administrators.length };
    log.warn(facts, 'administrators without a passkey cannot sign in: run countersign admin recover');
  };
  findWithoutPasskey(ports).then(warn, (error: unknown) => log.warn({ err: error }, 'could not look for passkeys'));
}

interface ServiceParts {
  readonly demo: DemoOptions | undefined;
  readonly mailbox: ReturnType<typeof createDemoMailbox> | undefined;
  readonly plans: PlanCatalogue;
  readonly meters: Meters | undefined;
  readonly tracer: Tracer | undefined;
  readonly opened: OpenPorts;
  readonly widget: BuiltFiles;
  readonly console: BuiltFiles;
}

async function startService(
  config: Config,
  log: Logger,
  { demo, mailbox, plans, meters, tracer, opened, widget, console }: ServiceParts,
): Promise<void> {
  const { ports, clockGuard } = opened;
  const demoJob = demo && (await loadDemo(config, ports));
  const readiness = createReadiness(() => clockGuard.isTrusted());
  const options = {
    issuer: config.url,
    rpId: config.rpId,
    relatedOrigins: config.relatedOrigins,
    securityContact: config.securityContact,
    version: about.version,
    trustedProxies: config.trustedProxies,
    forwardedHeader: config.forwardedHeader,
    widget,
    console,
    documents: builtDocuments(DOCUMENTS_FOLDER),
    reference: builtDocuments(REFERENCE_FOLDER),
    log,
    readiness,
    startLimits: config.startLimits,
    plans,
    observer: meters?.requests,
    tracer,
    ...omitUndefined({ mailbox, shop: demo?.shop }),
    ...(config.paymentSecret && { paymentSecret: Buffer.from(config.paymentSecret.reveal(), 'base64') }),
  };
  const { isWorker } = cluster;
  const feed = config.auditFeed && createAuditFeed(ports, await createAuditSink(config.auditFeed), log, meters);
  const deliveries = createDeliveryWorker(ports, log, { settledClock: clockGuard.settled });
  const certificate =
    config.tls && (await serveCertificate({ ...config.tls, url: config.url, log, now: systemClock.now }));
  // Before the service takes requests, so that a refused address is a failed start.
  const metrics = meters && (await openMetrics({ config, meters, opened, readiness, deliveries, certificate, log }));
  const open = (surface: Surface, address: Config['listen'], tls: TlsCertificate | undefined) =>
    listen(createApp(ports, { ...options, surface }).fetch, {
      ...address,
      tls,
      isWorker,
      readiness,
      timeouts: { drainMs: config.drainMs, shutdownMs: config.shutdownMs },
      onFault: (error) => log.error({ err: error }, 'a request failed outside the app'),
    });
  const { adminListen } = config;
  // On loopback a proxy or a tunnel leads to it.
  const adminTls = adminListen && isLoopbackHost(adminListen.host) ? undefined : certificate;
  const administration = adminListen && (await open('all', adminListen, adminTls));
  const listening = await open(administration ? 'public' : 'all', config.listen, certificate);
  let socket: OperatorSocket | undefined;
  const openSocket = async (isFirst: boolean) => {
    socket = await openOperatorSocket(opened, config, log, certificate);
    // After the socket is open, because the command gets the link through it.
    if (!isFirst || demo || !clockGuard.isTrusted()) return;
    const command = setupCommand(join(COMMAND_FOLDER, 'countersign.js'), config.dataFolder);
    await announceSetup({ ...ports, issuer: config.url }, { log, command, errors: process.stderr });
  };
  if (!isWorker) await openSocket(true);
  const { refreshSigningKeys, hasOldMasterKeys, registration } = opened;
  const usualJobs = periodicJobs(ports, {
    config,
    plans,
    settledClock: clockGuard.settled,
    deliveries,
    feed,
    refreshSigningKeys,
    hasOldMasterKeys,
    log,
    observer: meters,
  });
  const jobs = [...usualJobs, ...(demoJob ? [demoJob] : [])];
  meters?.metrics.expectJobs(jobs.map(({ name }) => name));
  const isPaused = () => !clockGuard.isTrusted();
  const scheduler = startScheduler(ports, jobs, log, isPaused, (run) => meters?.jobEnded(run));
  const renewal = renewalJob(registration, crashOnReplaced(log));
  const clockTurns = startScheduler(ports, [clockJob(clockGuard), renewal], log);
  const addresses = { listening: listening.url, ...omitUndefined({ administration: administration?.url }) };
  if (!isWorker) warnOfMissingPasskeys(ports, log);
  logEventLimit(config.eventRetention, log);
  log.info({ url: config.url, ...addresses, version: about.version }, 'serving');

  let isStopping = false;
  const stop = (reason: string, staysReady = false) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, 'stopping');
    const listeners = [listening, administration].map((listener) => listener?.stop(staysReady));
    const turns = [deliveries.stop(config.shutdownMs / 2), scheduler.stop(), clockTurns.stop(), feed?.stop()];
    Promise.all([...listeners, ...turns])
      .then(() => socket?.close())
      .then(() => metrics?.stop())
      .then(() => registration.leave())
      .then(() => tracer?.stop())
      .then(() => ports.store.close())
      .then(() => log.info('stopped'))
      .then(() => process.exit())
      .catch((error: unknown) => crashNow(log, error, 'could not stop cleanly'));
  };
  onStopSignal(stop, isWorker);
  if (isWorker) {
    const report = async () => metrics?.report();
    followOrders({ openSocket, report, handOver: () => stop('hand-over', true) }, log);
  }
}
