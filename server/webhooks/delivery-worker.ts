import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EventConsumer } from '../events/consume-events.ts';
import type { Logger } from '../http/log.ts';
import type { AccountId, WebhookId } from '../kernel/ids.ts';
import { mapConcurrent } from '../kernel/map-concurrent.ts';
import type { Clock } from '../kernel/ports/clock.ts';
import type { WebhookPorts } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';
import { attemptDelivery, dueDeliveries } from './attempt-delivery.ts';
import { pruneDeliveries, purgeWebhook } from './clear-deliveries.ts';
import type { DeliveryId } from './delivery.ts';
import { createDeriver } from './derive-deliveries.ts';
import { webhookIndexes } from './documents.ts';
import { readBook } from './edit-webhook.ts';
import { readQueue } from './read-deliveries.ts';

interface DeliveryTimes {
  /** Interval at which all webhooks are looked up, to find deliveries that another process left behind. */
  discoverMs: number;
  /** Interval at which old deliveries of a webhook in use are removed. */
  pruneMs: number;
}

const DEFAULT_TIMES: DeliveryTimes = { discoverMs: MINUTE_MS, pruneMs: MINUTE_MS };
/** The same for one that is not in use: age alone makes its deliveries old. */
const IDLE_PRUNE_MS = HOUR_MS;
/** Pause after the store or something else failed. */
const RETRY_MS = 10_000;
/** Maximum concurrent messages, in total and per webhook: a slow receiver delays only itself. */
const MAX_CONCURRENT = 64;
const MAX_CONCURRENT_PER_WEBHOOK = 8;
/** Webhooks whose queues are read concurrently: a turn waits for all. */
const MAX_CONCURRENT_LOOKUPS = 8;
/** Rounds per read of the index, so that a long queue is not read again for each. */
const ROUNDS_PER_LOOK = 8;

/** The queue of one webhook. */
interface Lane {
  account: AccountId;
  webhook: WebhookId;
  lookAt: number;
  pruneAt: number;
  busy: boolean;
  failing: boolean;
  /** Tried something since deliveries were last removed. */
  used: boolean;
}

export interface DeliveryWorker {
  /** Derives the deliveries. */
  readonly consumer: EventConsumer;
  /** Deliveries that waited when all webhooks were last looked up. */
  readonly backlog: number;
  /** Starts to send deliveries that are due. A failure is logged and retried in a later turn. */
  turn(): Promise<void>;
  /** Starts nothing new; running tries have this time to finish and are then interrupted, to be sent again later. */
  stop(withinMs: number): Promise<void>;
}

/**
 * Sends the deliveries that its consumer derives, turn by turn: no request waits for it, and an unavailable store only
 * delays it. Several processes may run it on one store.
 *
 * @param settledClock says which deliveries are old (SR-63)
 */
export function createDeliveryWorker(
  ports: WebhookPorts,
  log: Logger,
  { settledClock = ports.clock, ...times }: Partial<DeliveryTimes> & { settledClock?: Clock } = {},
): DeliveryWorker {
  return new Runner(ports, { ...ports, clock: settledClock }, log, { ...DEFAULT_TIMES, ...times });
}

class Runner implements DeliveryWorker {
  readonly consumer: EventConsumer;
  readonly #ports: WebhookPorts;
  /** For the removal of old deliveries. */
  readonly #settled: WebhookPorts;
  readonly #log: Logger;
  readonly #times: DeliveryTimes;
  readonly #lanes = new Map<WebhookId, Lane>();
  readonly #work = new Set<Promise<void>>();
  readonly #breakOff = new AbortController();
  #sending = 0;
  #discoverAt = 0;
  #backlog = 0;
  #stopped = false;

  constructor(ports: WebhookPorts, settled: WebhookPorts, log: Logger, times: DeliveryTimes) {
    this.#ports = ports;
    this.#settled = settled;
    this.#log = log;
    this.#times = times;
    this.consumer = createDeriver(ports, {
      onWork: (account, webhook) => {
        this.#lane(account, webhook).lookAt = 0;
      },
      onLost: (partition, lost) =>
        log.error({ partition, lost }, 'webhooks: events were dropped before they were read'),
    });
  }

  get backlog(): number {
    return this.#backlog;
  }

  async turn(): Promise<void> {
    if (!this.#stopped) await this.#begin(this.#turn());
  }

  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    const deadline = setTimeout(() => this.#breakOff.abort(), withinMs);
    while (this.#work.size > 0) await Promise.allSettled([...this.#work]);
    clearTimeout(deadline);
  }

  /** Work that `stop` waits for. Its failure affects nothing else. */
  #begin(work: Promise<void>, then?: () => void): Promise<void> {
    const done: Promise<void> = work
      .catch((error: unknown) => this.#log.warn({ err: error }, 'webhooks: something failed, and is tried again'))
      .finally(() => {
        this.#work.delete(done);
        if (!this.#stopped) then?.();
      });
    this.#work.add(done);
    return done;
  }

  async #turn(): Promise<void> {
    const now = this.#ports.clock.now();
    // Further ahead than it can have been set: the clock was set back since (SR-63).
    const isAhead = this.#discoverAt > now + this.#times.discoverMs;
    if (now >= this.#discoverAt || isAhead) await this.#discover(now);
    for (const lane of this.#lanes.values()) {
      if (!lane.busy && lane.lookAt <= this.#ports.clock.now()) {
        lane.busy = true;
        this.#begin(this.#serveOrRetry(lane), () => {
          lane.busy = false;
        });
      }
    }
  }

  async #discover(now: number): Promise<void> {
    let after: IndexEntry | undefined;
    let backlog = 0;
    do {
      const page = await this.#ports.store.range(webhookIndexes.all(), { limit: 1000, ...omitUndefined({ after }) });
      await mapConcurrent(page, MAX_CONCURRENT_LOOKUPS, async ({ sort, id }) => {
        const lane = this.#lane(sort as AccountId, id as WebhookId);
        // Its queue is one read; its deliveries are one of every partition.
        const { pending } = await readQueue(this.#ports, lane.webhook);
        backlog += pending;
        if (now >= lane.pruneAt || pending > 0) lane.lookAt = Math.min(lane.lookAt, now);
      });
      after = page.length === 1000 ? page.at(-1) : undefined;
    } while (after);
    this.#backlog = backlog;
    this.#discoverAt = now + this.#times.discoverMs;
  }

  #lane(account: AccountId, webhook: WebhookId): Lane {
    const known = this.#lanes.get(webhook);
    if (known) return known;
    const lane = { account, webhook, lookAt: 0, pruneAt: 0, busy: false, failing: false, used: false };
    this.#lanes.set(webhook, lane);
    return lane;
  }

  async #serveOrRetry(lane: Lane): Promise<void> {
    try {
      await this.#serve(lane);
    } catch (error) {
      lane.lookAt = Math.min(lane.lookAt, this.#ports.clock.now() + RETRY_MS);
      throw error;
    }
  }

  /** Sends what is due for one webhook until nothing is, or other webhooks hold the permits. */
  async #serve(lane: Lane): Promise<void> {
    lane.lookAt = Number.POSITIVE_INFINITY;
    const book = await readBook(this.#ports, lane.account);
    const webhook = book.find(({ id }) => id === lane.webhook);
    if (!webhook) {
      if (await purgeWebhook(this.#ports, lane.account, lane.webhook)) this.#lanes.delete(lane.webhook);
      else lane.lookAt = 0;
      return;
    }
    const now = this.#ports.clock.now();
    if (now >= lane.pruneAt) {
      while (!this.#stopped && (await pruneDeliveries(this.#settled, lane.webhook)) > 0);
      lane.pruneAt = now + (lane.used ? this.#times.pruneMs : IDLE_PRUNE_MS);
      lane.used = false;
    }
    while (webhook.enabled && !this.#stopped) {
      const places = Math.min(lane.failing ? 1 : MAX_CONCURRENT_PER_WEBHOOK, MAX_CONCURRENT - this.#sending);
      if (places <= 0) {
        lane.lookAt = 0;
        return;
      }
      const { due, nextAt } = await dueDeliveries(this.#ports, lane.webhook, places * ROUNDS_PER_LOOK);
      lane.lookAt = Math.min(lane.lookAt, nextAt ?? Number.POSITIVE_INFINITY);
      if (due.length === 0 || !(await this.#send(lane, due, places))) return;
    }
  }

  /** Sends so many at once and waits for them. Returns true to continue. */
  async #send(lane: Lane, due: DeliveryId[], places: number): Promise<boolean> {
    this.#sending += places;
    if (!lane.used) lane.pruneAt = Math.min(lane.pruneAt, this.#ports.clock.now() + this.#times.pruneMs);
    lane.used = true;
    let delivered = 0;
    let paused = false;
    const worker = async () => {
      for (let id = due.shift(); id !== undefined && !paused && !this.#stopped; id = due.shift()) {
        const attempted = await attemptDelivery(this.#ports, id, this.#breakOff.signal);
        if (attempted === 'delivered') delivered += 1;
        paused ||= attempted === 'paused' || attempted === 'gone';
      }
    };
    try {
      const settled = await Promise.allSettled(Array.from({ length: places }, worker));
      for (const one of settled) if (one.status === 'rejected') throw one.reason;
      return !paused;
    } finally {
      this.#sending -= places;
      // A receiver that does not respond gets one try at a time, so it holds only one of the shared permits.
      lane.failing = delivered === 0;
    }
  }
}
