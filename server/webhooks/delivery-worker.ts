import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Logger } from '../http/log.ts';
import type { AccountId, WebhookId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { attemptDelivery, dueDeliveries } from './attempt-delivery.ts';
import { pruneDeliveries, purgeWebhook } from './clear-deliveries.ts';
import type { DeliveryId } from './delivery.ts';
import { deriveDeliveries } from './derive-deliveries.ts';
import { webhookIndexes } from './documents.ts';
import { readBook } from './edit-webhook.ts';

interface DeliveryTimes {
  /** Interval at which all webhooks are looked up, to find deliveries of another process or of a replay. */
  discoverMs: number;
  /** Interval at which old deliveries of a webhook are removed. */
  pruneMs: number;
}

const DEFAULT_TIMES: DeliveryTimes = { discoverMs: 10_000, pruneMs: MINUTE_MS };
/** Maximum concurrent messages, in total and per webhook: a slow receiver delays only itself. */
const MAX_CONCURRENT = 64;
const MAX_CONCURRENT_PER_WEBHOOK = 8;
/** Rounds per read of the index, so that a long queue is not read again for each. */
const ROUNDS_PER_LOOK = 8;

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'webhookSender'>;

/** The queue of one webhook. */
interface Lane {
  account: AccountId;
  webhook: WebhookId;
  lookAt: number;
  pruneAt: number;
  busy: boolean;
  failing: boolean;
}

export interface DeliveryWorker {
  /** Derives deliveries and starts to send those that are due. A failure is logged and retried in a later turn. */
  turn(): Promise<void>;
  /** Starts nothing new; running tries have this time to finish and are then interrupted, to be sent again later. */
  stop(withinMs: number): Promise<void>;
}

/**
 * Derives deliveries from the event streams and sends them, turn by turn: no request waits for it, and an unavailable
 * store only delays it. Several processes may run it on one store.
 */
export function createDeliveryWorker(ports: Needs, log: Logger, times: Partial<DeliveryTimes> = {}): DeliveryWorker {
  return new Runner(ports, log, { ...DEFAULT_TIMES, ...times });
}

class Runner implements DeliveryWorker {
  readonly #ports: Needs;
  readonly #log: Logger;
  readonly #times: DeliveryTimes;
  readonly #lanes = new Map<WebhookId, Lane>();
  readonly #positions: number[];
  readonly #work = new Set<Promise<void>>();
  readonly #breakOff = new AbortController();
  #sending = 0;
  #discoverAt = 0;
  #stopped = false;

  constructor(ports: Needs, log: Logger, times: DeliveryTimes) {
    this.#ports = ports;
    this.#log = log;
    this.#times = times;
    this.#positions = new Array<number>(ports.store.partitions).fill(0);
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
    if (now >= this.#discoverAt) await this.#discover(now);
    await Promise.all(this.#positions.map((_, partition) => this.#derive(partition)));
    for (const lane of this.#lanes.values()) {
      if (!lane.busy && lane.lookAt <= this.#ports.clock.now()) {
        lane.busy = true;
        this.#begin(this.#serve(lane), () => {
          lane.busy = false;
        });
      }
    }
  }

  async #derive(partition: number): Promise<void> {
    while (!this.#stopped) {
      const derived = await deriveDeliveries(this.#ports, partition, this.#positions[partition] ?? 0);
      this.#positions[partition] = derived.position;
      if (derived.lost > 0) {
        this.#log.error({ partition, lost: derived.lost }, 'webhooks: events were dropped before they were read');
      }
      for (const { account, webhook } of derived.made) this.#lane(account, webhook).lookAt = 0;
      if (derived.idle) return;
    }
  }

  async #discover(now: number): Promise<void> {
    let after: IndexEntry | undefined;
    do {
      const page = await this.#ports.store.range(webhookIndexes.all(), { limit: 1000, ...omitUndefined({ after }) });
      for (const { sort, id } of page) {
        const lane = this.#lane(sort as AccountId, id as WebhookId);
        lane.lookAt = Math.min(lane.lookAt, now);
      }
      after = page.length === 1000 ? page.at(-1) : undefined;
    } while (after);
    this.#discoverAt = now + this.#times.discoverMs;
  }

  #lane(account: AccountId, webhook: WebhookId): Lane {
    const known = this.#lanes.get(webhook);
    if (known) return known;
    const lane = { account, webhook, lookAt: 0, pruneAt: 0, busy: false, failing: false };
    this.#lanes.set(webhook, lane);
    return lane;
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
      while (!this.#stopped && (await pruneDeliveries(this.#ports, lane.webhook)) > 0);
      lane.pruneAt = now + this.#times.pruneMs;
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
