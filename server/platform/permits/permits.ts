import { Overloaded, type QueueObserver } from '../../kernel/ports/password-hasher.ts';

interface PermitsOptions {
  /** Tasks that run at once. */
  concurrency: number;
  /** Tasks that may wait; the next is refused. */
  maxQueue: number;
  /** Assumed duration of a task until some are measured. */
  expectedMs: number;
  /** Monotonic milliseconds, only for the estimate in `Overloaded.retryAfterMs`. */
  monotonicMs?: () => number;
  observer?: QueueObserver | undefined;
}

/** Holds a permit until its task ends, or until it is released unused. */
export interface ReservedPermit {
  run<T>(task: () => Promise<T>): Promise<T>;
  release(): void;
}

/** A bound on work in progress with a bounded, first-come queue in front of it (SR-19). */
export class Permits {
  readonly #concurrency: number;
  readonly #maxQueue: number;
  readonly #monotonicMs: () => number;
  readonly #waiting: (() => void)[] = [];
  #head = 0;
  #running = 0;
  /** Permits of running, waiting and reserved tasks. */
  #held = 0;
  #averageMs: number;
  readonly #observer: QueueObserver | undefined;

  constructor(options: PermitsOptions) {
    this.#concurrency = options.concurrency;
    this.#maxQueue = options.maxQueue;
    this.#averageMs = options.expectedMs;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#observer = options.observer;
  }

  get running(): number {
    return this.#running;
  }

  get queued(): number {
    return this.#waiting.length - this.#head;
  }

  /**
   * Runs the task when its turn comes. The permit belongs to the task, not to its caller: it is returned only when the
   * task settles.
   *
   * @throws {Overloaded} if the queue is full; nothing was started.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    return this.reserve().run(task);
  }

  /**
   * Reserves a permit for one later task.
   *
   * @throws {Overloaded} if the queue is full.
   */
  reserve(): ReservedPermit {
    if (this.#held >= this.#concurrency + this.#maxQueue) {
      this.#observer?.refused();
      throw new Overloaded(this.#estimateMs());
    }
    this.#held += 1;
    let unused = true;
    return {
      run: async (task) => {
        if (!unused) throw new Error('a reservation is good for one task');
        unused = false;
        try {
          return await this.#inTurn(task);
        } finally {
          this.#held -= 1;
        }
      },
      release: () => {
        if (unused) this.#held -= 1;
        unused = false;
      },
    };
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#concurrency) {
      // The finished task hands its permit over, so `running` does not change here.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    const startedMs = this.#monotonicMs();
    try {
      return await task();
    } finally {
      const tookMs = this.#monotonicMs() - startedMs;
      this.#averageMs += (tookMs - this.#averageMs) / 16;
      this.#observer?.ran(tookMs);
      this.#release();
    }
  }

  #release(): void {
    const next = this.#waiting[this.#head];
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#head += 1;
    // Drop the used front now and then: a shift() per task would cost the length of the queue.
    if (this.#head > 256 || this.#head === this.#waiting.length) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    next();
  }

  /** Time until the current queue is done, at least a second: an earlier retry only adds load. */
  #estimateMs(): number {
    const drainedMs = (this.#held * this.#averageMs) / this.#concurrency;
    return Math.min(30_000, Math.max(1000, Math.ceil(drainedMs)));
  }
}
