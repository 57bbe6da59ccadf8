import type { Worker } from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import type { Family } from '../../metrics/series.ts';
import { mergeReports } from '../../platform/prometheus/prometheus.ts';
import { sendOrder } from './orders.ts';

/** A worker's numbers, as it sends them to the primary process. */
export interface WorkerReport {
  readonly kind: 'report';
  readonly families: Family[];
}

/** A busy worker responds within this time; of one that does not, its last report counts. */
const TIMEOUT_MS = 3000;

/**
 * The numbers of all workers. What a worker has counted stays when it ends: a sum that falls would look to Prometheus
 * like a restart of the service.
 */
export class WorkerReports {
  readonly #last = new Map<Worker, Family[]>();
  readonly #waiting = new Map<Worker, (() => void)[]>();
  #ended: Family[] = [];

  /** Listens to a worker from its start to its end. */
  follow(worker: Worker): void {
    worker.on('message', (message: Partial<WorkerReport> | string) => {
      if (typeof message === 'string' || message.kind !== 'report' || !message.families) return;
      this.#last.set(worker, message.families);
      for (const resolve of this.#waiting.get(worker)?.splice(0) ?? []) resolve();
    });
    // Its last message may arrive after its exit.
    worker.once('exit', () => setImmediate(() => setImmediate(() => void this.#retire(worker))));
  }

  /** Asks these workers. */
  async read(workers: readonly Worker[]): Promise<Family[][]> {
    await Promise.all(workers.map((worker) => this.#ask(worker)));
    return [...workers.map((worker) => this.#last.get(worker) ?? []), this.#ended];
  }

  async #ask(worker: Worker): Promise<void> {
    if (!worker.isConnected()) return;
    const answered = new Promise<void>((resolve) => {
      this.#waiting.set(worker, [...(this.#waiting.get(worker) ?? []), resolve]);
    });
    sendOrder(worker, { kind: 'report' });
    await Promise.race([answered, pause(TIMEOUT_MS, undefined, { ref: false })]);
  }

  async #retire(worker: Worker): Promise<void> {
    const last = this.#last.get(worker);
    this.#last.delete(worker);
    for (const resolve of this.#waiting.get(worker) ?? []) resolve();
    this.#waiting.delete(worker);
    const counted = last?.filter(({ type }) => type !== 'gauge');
    if (counted) this.#ended = await mergeReports([this.#ended, counted]);
  }
}
