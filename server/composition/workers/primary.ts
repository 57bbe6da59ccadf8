import cluster, { type Worker } from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../config/load-config.ts';
import type { Logger } from '../../http/log.ts';
import type { Family } from '../../metrics/series.ts';
import { crashOnUncaught } from '../crash.ts';
import { onStopSignal } from '../stop-signals.ts';
import { endLostConnection } from './end-lost-connection.ts';
import { sendOrder } from './orders.ts';
import { countFailures, restartPause } from './restart-pause.ts';
import type { WorkerReports } from './worker-reports.ts';

/** A worker ends by itself within COUNTERSIGN_SHUTDOWN_MS. One that takes so much longer hangs. */
const HANGING_MS = 5000;

/**
 * Starts workers that serve the configured address together, and replaces those that end. SIGHUP replaces all of them, one
 * after the other; SIGTERM and SIGINT end them.
 *
 * The first is started alone: it creates what a new installation lacks, and if it does not start, neither would the others,
 * so the service ends with its exit code.
 */
export async function runWorkers(
  count: number,
  config: Pick<Config, 'shutdownMs' | 'metricsListen'>,
  log: Logger,
): Promise<void> {
  crashOnUncaught(log);
  // Whatever the environment says: workers that accept for themselves share long connections unevenly (decision 0260).
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const workers = new Workers(config.shutdownMs, log);
  const stop = (reason: string) => {
    log.info({ reason }, 'stopping the workers');
    void workers.stop().then(() => process.exit());
  };
  onStopSignal(stop);
  process.on('SIGHUP', () => void workers.restart());
  const { metricsListen } = config;
  if (metricsListen) {
    // Loaded only where metrics are wanted.
    const { serveMetrics } = await import('../metrics/serve-metrics.ts');
    await serveMetrics(metricsListen, await workers.observe(), log);
  }
  const exitCode = await workers.start(count);
  if (exitCode !== undefined) process.exit(exitCode);
}

/** The place of one worker and its successors. */
interface Slot {
  /** Serving. Undefined while there is none. */
  worker?: Worker | undefined;
  servingSinceMs: number;
  failures: number;
  /** True while a successor is started beside it. */
  isHandingOver: boolean;
}

class Workers {
  readonly #shutdownMs: number;
  readonly #log: Logger;
  readonly #slots: Slot[] = [];
  /** The worker with the operator's socket. */
  #operator: Worker | undefined;
  #hadOperator = false;
  #restarting: Promise<void> | undefined;
  #isRestartDue = false;
  #isStopping = false;
  #reports: WorkerReports | undefined;

  constructor(shutdownMs: number, log: Logger) {
    this.#shutdownMs = shutdownMs;
    this.#log = log;
  }

  /** Follows what the workers count. Called before they start; returns what reads the report of each. */
  async observe(): Promise<() => Promise<Family[][]>> {
    const { WorkerReports } = await import('./worker-reports.ts');
    const reports = new WorkerReports();
    this.#reports = reports;
    return () => reports.read(this.#slots.flatMap(({ worker }) => worker ?? []));
  }

  /** Resolves when the first serves; with its exit code if it does not. */
  async start(count: number): Promise<number | undefined> {
    const first = await this.#launch();
    if (this.#isStopping) return undefined;
    if (typeof first === 'number') return first;
    for (let at = 0; at < count; at++) {
      const slot = { servingSinceMs: 0, failures: 0, isHandingOver: false };
      this.#slots.push(slot);
      if (at === 0) this.#occupy(slot, first);
      else void this.#refill(slot);
    }
    return undefined;
  }

  /** Replaces every worker, so that it reads its files again. A call meanwhile starts over afterwards. */
  restart(): Promise<void> {
    this.#isRestartDue = true;
    this.#restarting ??= this.#restartAll().finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  /** Ends every worker, those that do not start or end by force. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(
      Object.values(cluster.workers ?? {}).map(
        (worker) => worker && this.#end(worker, () => worker.process.kill('SIGTERM')),
      ),
    );
  }

  async #restartAll(): Promise<void> {
    while (this.#isRestartDue && !this.#isStopping) {
      this.#isRestartDue = false;
      this.#log.info('replacing the workers');
      for (const slot of this.#slots) {
        if (this.#isStopping) return;
        // One that is missing is being started.
        if (slot.worker && !(await this.#replace(slot, slot.worker))) break;
      }
    }
  }

  async #replace(slot: Slot, old: Worker): Promise<boolean> {
    slot.isHandingOver = true;
    const successor = await this.#launch();
    slot.isHandingOver = false;
    if (this.#isStopping) return false;
    if (typeof successor === 'number') {
      this.#log.error({ exitCode: successor }, 'a new worker does not start: the others are not replaced');
      if (!slot.worker) void this.#refill(slot);
      return false;
    }
    this.#occupy(slot, successor);
    await this.#end(old, () => sendOrder(old, { kind: 'hand-over' }));
    return true;
  }

  /** Starts workers until one serves, with rising pauses. */
  async #refill(slot: Slot): Promise<void> {
    while (!this.#isStopping) {
      if (slot.failures > 0) await pause(restartPause(slot.failures));
      if (this.#isStopping) return;
      const worker = await this.#launch();
      if (typeof worker !== 'number') return this.#occupy(slot, worker);
      slot.failures = countFailures(slot.failures, 0);
      this.#logFailure(slot, { exitCode: worker });
    }
  }

  #occupy(slot: Slot, worker: Worker): void {
    if (this.#isStopping) return;
    slot.worker = worker;
    slot.servingSinceMs = performance.now();
    worker.once('exit', (exitCode, signal) => {
      if (this.#operator === worker) this.#operator = undefined;
      if (slot.worker === worker) {
        slot.worker = undefined;
        slot.failures = countFailures(slot.failures, performance.now() - slot.servingSinceMs);
        if (!this.#isStopping) this.#logFailure(slot, { exitCode, signal });
        if (!slot.isHandingOver) void this.#refill(slot);
      }
      this.#chooseOperator();
    });
    this.#chooseOperator();
  }

  /** The command line speaks to one process for each data folder. */
  #chooseOperator(): void {
    if (this.#operator || this.#isStopping) return;
    this.#operator = this.#slots.find(({ worker }) => worker?.isConnected())?.worker;
    if (!this.#operator) return;
    sendOrder(this.#operator, { kind: 'open-socket', isFirst: !this.#hadOperator });
    this.#hadOperator = true;
  }

  #logFailure({ failures }: Slot, end: { exitCode: number; signal?: string }): void {
    this.#log.error({ ...end, failures, pauseMs: restartPause(failures) }, 'a worker ended and is started again');
  }

  /** The worker once it serves, or its exit code. */
  async #launch(): Promise<Worker | number> {
    const worker = cluster.fork();
    endLostConnection(worker);
    this.#reports?.follow(worker);
    // A process that could not be made, or a message to one that has just ended, whose exit says the rest.
    worker.on('error', (error) => this.#log.warn({ err: error }, 'a worker could not be reached'));
    return new Promise((resolve) => {
      worker.once('message', () => resolve(worker));
      worker.once('exit', (exitCode) => resolve(exitCode ?? 1));
      worker.once('error', () => resolve(1));
    });
  }

  async #end(worker: Worker, ask: () => void): Promise<void> {
    if (worker.isDead()) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const hanging = setTimeout(() => worker.process.kill('SIGKILL'), this.#shutdownMs + HANGING_MS);
    ask();
    await ended;
    clearTimeout(hanging);
  }
}
