import { Overloaded } from '../../ports/password-hasher.ts';

export interface PermitsOptions {
  /** How many tasks run at once. */
  concurrency: number;
  /** How many may wait; the next is refused. */
  maxQueue: number;
  /** First guess of a task's duration, until some were measured. */
  expectedMs: number;
  /** Monotonic milliseconds, only for the estimate in `Overloaded.retryAfterMs`. */
  monotonicMs?: () => number;
}

/** A bound on work in progress with a bounded, first-come queue in front of it (SR-19). */
export class Permits {
  readonly #concurrency: number;
  readonly #maxQueue: number;
  readonly #monotonicMs: () => number;
  readonly #waiting: (() => void)[] = [];
  #head = 0;
  #running = 0;
  #averageMs: number;

  constructor(options: PermitsOptions) {
    this.#concurrency = options.concurrency;
    this.#maxQueue = options.maxQueue;
    this.#averageMs = options.expectedMs;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  get running(): number {
    return this.#running;
  }

  get queued(): number {
    return this.#waiting.length - this.#head;
  }

  /**
   * Runs the task when its turn comes. The permit belongs to the task and not to whoever waits for the answer: it is
   * given back when the task settles and at no other time.
   *
   * @throws {Overloaded} the queue is full; nothing was started.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    this.assertRoom();
    if (this.#running >= this.#concurrency) {
      // Whoever finishes hands its permit over, so `running` does not change here.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    const startedMs = this.#monotonicMs();
    try {
      return await task();
    } finally {
      this.#averageMs += (this.#monotonicMs() - startedMs - this.#averageMs) / 16;
      this.#release();
    }
  }

  /** @throws {Overloaded} all run and the queue is full. */
  assertRoom(): void {
    if (this.#running >= this.#concurrency && this.queued >= this.#maxQueue) throw new Overloaded(this.#estimateMs());
  }

  #release(): void {
    const next = this.#waiting[this.#head];
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#head += 1;
    // Cut the used front off now and then: a shift() per task would cost the length of the queue.
    if (this.#head > 256 || this.#head === this.#waiting.length) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    next();
  }

  /** When the queue of now will have been worked off, at least a second: below that a retry only adds to the crowd. */
  #estimateMs(): number {
    const drainedMs = ((this.queued + this.#running) * this.#averageMs) / this.#concurrency;
    return Math.min(30_000, Math.max(1000, Math.ceil(drainedMs)));
  }
}
