import type { AnsweredRequest, RequestObserver } from '../kernel/ports/request-observer.ts';
import type { ServiceMetrics } from './service-metrics.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** In place of a route: the client has chosen the address. */
const NO_ROUTE = 'unmatched';

/** Counts requests, and knows how long those that are being handled have taken so far. */
export class RequestMeter implements RequestObserver {
  readonly #metrics: ServiceMetrics;
  readonly #monotonicMs: () => number;
  readonly #startedMs = new Map<string, number>();

  constructor(metrics: ServiceMetrics, monotonicMs: () => number) {
    this.#metrics = metrics;
    this.#monotonicMs = monotonicMs;
  }

  get running(): number {
    return this.#startedMs.size;
  }

  started(id: string): void {
    this.#startedMs.set(id, this.#monotonicMs());
  }

  answered({ id, route = NO_ROUTE, method: given, status, code = '', ms }: AnsweredRequest): void {
    this.#startedMs.delete(id);
    const method = METHODS.has(given) ? given : 'OTHER';
    this.#metrics.requests.add([route, method, String(status), code]);
    this.#metrics.requestSeconds.observe([route, method], ms / 1000);
  }

  /** Seconds since the request arrived; undefined if it is not being handled. */
  ageOf(id: string): number | undefined {
    const startedMs = this.#startedMs.get(id);
    return startedMs === undefined ? undefined : (this.#monotonicMs() - startedMs) / 1000;
  }
}
