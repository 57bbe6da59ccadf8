import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Logger } from '../../http/log.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import type { AuditSink } from '../../kernel/ports/audit-sink.ts';
import type { ArchivePorts } from '../../kernel/ports/ports.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { transact } from '../../store/transact.ts';
import { feedStateDocument } from '../documents.ts';
import { sealedAccounts } from '../stored-segments.ts';
import { beginAtHead, commitCursor, markIfBehind, pendingAccounts } from './feed-cursors.ts';
import { claimLease, type FeedState, releaseLease } from './feed-lease.ts';
import { type FeedPortion, readPortions } from './read-portions.ts';

export interface FeedObserver {
  /** Events that the receiver has. */
  sent(events: number): void;
  /** Sealed segments that cannot be sent any more. */
  missed(segments: number): void;
}

export interface AuditFeed {
  /** Sends what is new, if no other process does. */
  turn(): Promise<void>;
  /** Gives up what is being sent, and lets another process continue. */
  stop(): Promise<void>;
}

/** Lines in memory and in one message to the receiver, plus those of one segment. */
const MAX_LINES = 500;
/** Accounts whose cursors are committed at once. */
const MAX_CONCURRENT_COMMITS = 8;
/** How often all accounts are compared with their cursors: a process without a feed may have sealed some events. */
const DISCOVER_MS = HOUR_MS;
const MIN_RETRY_MS = SECOND_MS;
const MAX_RETRY_MS = MINUTE_MS;

/**
 * Sends every sealed event at least once, in the order of each account's log. The cursor of an account moves when the
 * receiver has the events: a crash in between repeats them, and a receiver that is down delays only the feed. What it
 * has not got waits in the audit log, up to the retention of events.
 */
export function createAuditFeed(
  ports: ArchivePorts,
  sink: AuditSink,
  log: Pick<Logger, 'info' | 'error'>,
  observer?: FeedObserver,
): AuditFeed {
  return new Feeder(ports, sink, log, observer);
}

class Feeder implements AuditFeed {
  readonly #ports: ArchivePorts;
  readonly #sink: AuditSink;
  readonly #log: Pick<Logger, 'info' | 'error'>;
  readonly #observer: FeedObserver | undefined;
  readonly #holder: string;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  #caughtUpAt: number | undefined;
  #discoverAt = 0;
  #retryAt = 0;
  #failures = 0;

  constructor(
    ports: ArchivePorts,
    sink: AuditSink,
    log: Pick<Logger, 'info' | 'error'>,
    observer: FeedObserver | undefined,
  ) {
    this.#ports = ports;
    this.#sink = sink;
    this.#log = log;
    this.#observer = observer;
    // Without the time: a start with a clock in doubt must not end (SR-63).
    this.#holder = Buffer.from(ports.random.bytes(16)).toString('base64url');
  }

  async turn(): Promise<void> {
    const now = this.#ports.clock.now();
    // Further ahead than it can have been set: the clock was set back since (SR-63).
    if (this.#isStopping || (now < this.#retryAt && this.#retryAt <= now + MAX_RETRY_MS)) return;
    this.#running = this.#turn();
    try {
      await this.#running;
      this.#failures = 0;
    } catch (error) {
      if (this.#isStopping) return;
      this.#retryAt = this.#ports.clock.now() + Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** this.#failures);
      this.#failures += 1;
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled([this.#running]);
    await this.#sink.close();
    const key = feedStateDocument.key();
    const release = () =>
      transact(this.#ports, key.anchor, [key], ([stored]) => {
        const state = stored && releaseLease(this.#withProgress(stored.value), this.#holder);
        return { answer: undefined, ...(state && { write: { put: [{ key, value: state }] } }) };
      });
    // Without a store or a trusted clock the lease ends by itself.
    await release().catch((error: unknown) =>
      this.#log.info({ err: error }, 'the lease of the audit feed ends by itself'),
    );
  }

  get #isStopping(): boolean {
    return this.#ending.signal.aborted;
  }

  async #turn(): Promise<void> {
    const state = await this.#hold();
    if (!state) {
      await this.#sink.close();
      return;
    }
    if (state.caughtUpAt === undefined && !(await this.#begin())) return;
    await this.#discover();
    for (let isComplete = false; !isComplete && !this.#isStopping; ) {
      const startedAt = this.#ports.clock.now();
      const pass = await this.#pass();
      if (pass === 'lost') return;
      isComplete = pass === 'complete';
      if (isComplete) this.#caughtUpAt = startedAt;
      // A pass may send little, and many of them take longer than a lease.
      else if (!(await this.#hold())) return;
    }
  }

  /** The state with the lease of this process. Undefined: another process feeds. */
  #hold(): Promise<FeedState | undefined> {
    const key = feedStateDocument.key();
    return transact(this.#ports, key.anchor, [key], ([stored], now) => {
      const found = stored?.value ?? { until: 0 };
      // No other process opens an embedded store: another holder has ended.
      const isLeftover = this.#ports.store.isOrdered && found.holder !== this.#holder;
      const before = isLeftover ? { ...found, until: 0 } : found;
      const claimed = claimLease(before, this.#holder, now);
      if (!claimed || claimed === before) return { answer: claimed };
      const state = this.#withProgress(claimed);
      return { answer: state, write: { put: [{ key, value: state }] } };
    });
  }

  #withProgress(state: FeedState): FeedState {
    return { ...state, ...omitUndefined({ caughtUpAt: this.#caughtUpAt ?? state.caughtUpAt }) };
  }

  /** The first start of the feed: it begins with events from now on. Accounts that come later begin with their first. */
  async #begin(): Promise<boolean> {
    for await (const account of sealedAccounts(this.#ports)) {
      await beginAtHead(this.#ports, account);
      if (this.#isStopping || !(await this.#hold())) return false;
    }
    this.#caughtUpAt = this.#ports.clock.now();
    const key = feedStateDocument.key();
    const isBegun = await transact(this.#ports, key.anchor, [key], ([stored]) =>
      stored?.value.holder === this.#holder
        ? { answer: true, write: { put: [{ key, value: this.#withProgress(stored.value) }] } }
        : { answer: false },
    );
    if (isBegun) this.#log.info('the audit feed begins');
    return isBegun;
  }

  async #discover(): Promise<void> {
    const now = this.#ports.clock.now();
    if (now < this.#discoverAt && this.#discoverAt <= now + DISCOVER_MS) return;
    for await (const account of sealedAccounts(this.#ports)) {
      if (this.#isStopping) return;
      await markIfBehind(this.#ports, account);
    }
    this.#discoverAt = now + DISCOVER_MS;
  }

  /**
   * Sends a portion of each account that has something new.
   *
   * @returns `lost` if another process has the lease meanwhile, or this one stops
   */
  async #pass(): Promise<'complete' | 'more' | 'lost'> {
    const faults: unknown[] = [];
    let isComplete = true;
    let batch: FeedPortion[] = [];
    let lines = 0;
    for await (const account of pendingAccounts(this.#ports)) {
      const portions = readPortions(this.#ports, account);
      for (;;) {
        // An archive file that cannot be read holds up only its account.
        const next = await portions.next().catch((fault: unknown) => void faults.push(fault));
        if (!next || next.done) {
          isComplete &&= next?.value ?? true;
          break;
        }
        batch.push(next.value);
        lines += next.value.lines.length;
        if (lines < MAX_LINES) continue;
        await this.#send(batch);
        [batch, lines] = [[], 0];
        if (this.#isStopping || !(await this.#hold())) return 'lost';
      }
    }
    await this.#send(batch);
    if (faults.length > 0) throw faults[0];
    return isComplete ? 'complete' : 'more';
  }

  async #send(portions: readonly FeedPortion[]): Promise<void> {
    const lines = portions.flatMap((portion) => portion.lines);
    if (lines.length > 0) await this.#sink.send(lines, this.#ending.signal);
    const reached = new Map<AccountId, number>();
    for (const { account, upTo, events, gap } of portions) {
      reached.set(account, upTo);
      this.#observer?.sent(events);
      if (!gap) continue;
      this.#observer?.missed(gap.to - gap.from + 1);
      this.#log.error({ account, ...gap }, 'segments were gone before the audit feed had sent them');
    }
    await mapConcurrent([...reached], MAX_CONCURRENT_COMMITS, ([account, upTo]) =>
      commitCursor(this.#ports, account, upTo),
    );
  }
}
