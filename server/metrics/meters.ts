import type { EventConsumer } from '../events/consume-events.ts';
import type { KeptLogs } from '../events/drop-old-segments.ts';
import type { BreachedPasswords } from '../kernel/ports/breached-passwords.ts';
import type { CodeSender } from '../kernel/ports/code-sender.ts';
import type { Mailer } from '../kernel/ports/mailer.ts';
import type { QueueObserver } from '../kernel/ports/password-hasher.ts';
import type { Store } from '../kernel/ports/store.ts';
import type { WebhookSender } from '../kernel/ports/webhook-sender.ts';
import { observeConsumer } from './observe-consumer.ts';
import { RequestMeter } from './observe-requests.ts';
import { observeBreachedPasswords, observeCodes, observeMailer, observeWebhooks } from './observe-senders.ts';
import { observeStore } from './observe-store.ts';
import type { PortObservers } from './port-observers.ts';
import { type JobOutcome, ServiceMetrics } from './service-metrics.ts';

/** A run of a periodic job that has ended. */
export interface JobRun {
  readonly job: string;
  readonly outcome: JobOutcome;
  readonly ms: number;
}

/** Everything that counts in this process. */
export class Meters implements PortObservers {
  readonly metrics = new ServiceMetrics();
  readonly requests: RequestMeter;
  readonly hashing: QueueObserver;
  /** Jobs by the instant of their last success. */
  readonly jobSuccesses = new Map<string, number>();
  /** Secrets under an old master key, when they were last counted. Undefined: not counted in this process. */
  oldSecrets: number | undefined;
  /** What retention has kept of the audit log, when this process last looked. */
  keptLogs: KeptLogs = {};
  readonly #monotonicMs: () => number;
  readonly #now: () => number;

  constructor({ monotonicMs, now }: { monotonicMs: () => number; now: () => number }) {
    this.#monotonicMs = monotonicMs;
    this.#now = now;
    this.requests = new RequestMeter(this.metrics, monotonicMs);
    this.hashing = {
      ran: (ms) => this.metrics.hashSeconds.observe([], ms / 1000),
      refused: () => this.metrics.hashOverloads.add([]),
    };
  }

  store(store: Store): Store {
    const ageOf = (requestId: string) => this.requests.ageOf(requestId);
    return observeStore(store, { metrics: this.metrics, monotonicMs: this.#monotonicMs, ageOf });
  }

  mailer(mailer: Mailer): Mailer {
    return observeMailer(mailer, this.#sending);
  }

  codes(codes: CodeSender): CodeSender {
    return observeCodes(codes, this.#sending);
  }

  webhooks(sender: WebhookSender): WebhookSender {
    return observeWebhooks(sender, this.#sending);
  }

  readonly breachedPasswords = (source: BreachedPasswords): BreachedPasswords =>
    observeBreachedPasswords(source, this.#sending);

  fault(part: string): void {
    this.metrics.faults.add([part]);
  }

  consumer(consumer: EventConsumer): EventConsumer {
    return observeConsumer(consumer, this.metrics);
  }

  oldSecretsCounted(count: number): void {
    this.oldSecrets = count;
  }

  eventsRemoved(count: number): void {
    this.metrics.eventsRemoved.add([], count);
  }

  eventsKept(log: KeptLogs): void {
    this.keptLogs = log;
  }

  sent(events: number): void {
    this.metrics.feedEvents.add([], events);
  }

  missed(segments: number): void {
    this.metrics.feedMissed.add([], segments);
  }

  jobEnded({ job, outcome, ms }: JobRun): void {
    this.metrics.jobRuns.add([job, outcome]);
    this.metrics.jobSeconds.observe([job], ms / 1000);
    if (outcome === 'success') this.jobSuccesses.set(job, this.#now());
  }

  get #sending() {
    return { metrics: this.metrics, monotonicMs: this.#monotonicMs };
  }
}
