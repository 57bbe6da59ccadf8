import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Logger } from '../../http/log.ts';
import { type Clock, ClockInDoubt, type MachineClocks } from '../../kernel/ports/clock.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import { type Decision, transact } from '../../store/transact.ts';
import {
  type Assessment,
  acceptedMark,
  advanceMark,
  assessClock,
  type ClockMark,
  type ClockReading,
  type Doubt,
  isSameBoot,
  MAX_STEP_MS,
  settledTime,
} from './clock-mark.ts';
import { clockMarkDocument } from './documents.ts';
import { readLastEventTime } from './last-event.ts';

/** After this time a clock that was set forward by little is taken for right: a paused machine, for example. */
const STEADY_MS = MINUTE_MS;
/** By more than this in a day, an operator or a second source has to vouch for it. */
const MAX_LEAP_MS = HOUR_MS;
/** In this time after its start a machine gets its time from the network. */
const JUST_BOOTED_MS = 15 * MINUTE_MS;
/** Unnoticed steps add up to at most {@link MAX_STEP_MS} in this time. */
const ANCHORED_MS = HOUR_MS;

interface GuardOptions {
  readonly machine: MachineClocks;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** A demo takes the clock as it is: it has nothing to lose. */
  readonly isDemo?: boolean;
}

/** A reading, and the monotonic clock at the same moment. */
interface Sample extends ClockReading {
  readonly monotonic: number;
}

/** A moment in which the clock was trusted. */
interface Anchor {
  /** Wall clock minus monotonic clock: constant unless one of them is set, or the machine sleeps. */
  readonly offset: number;
  readonly bootedAt: number;
  readonly monotonic: number;
}

export interface ClockState {
  readonly isTrusted: boolean;
  readonly reason?: Doubt['reason'];
  /** What the clock reads. */
  readonly at: number;
  /** The latest time that a process has trusted. */
  readonly trustedAt?: number;
  /** Old data is removed and fees are charged up to this time. */
  readonly settledAt?: number;
  /** By how much this clock is ahead of the store's, by the last comparison; of several servers the worst. */
  readonly aheadOfStoreMs?: number;
}

const DOUBTS: Readonly<Record<Doubt['reason'], string>> = {
  behind: 'the clock is earlier than a time that was trusted before',
  ahead: 'the clock is far later than the last time that was trusted, and no second source vouches for it',
  differs: 'the clock differs from that of the store',
  leapt: 'the clock was set while the service runs',
};

/**
 * The clock of the service. It has no time while that may be wrong (SR-63), so that nothing is signed in, removed,
 * charged or expired by it. Every reading is compared with the monotonic clock; at the start and at every turn, the clock
 * is compared with the store's and with a mark in the store.
 */
export class ClockGuard implements Clock {
  readonly #needs: Pick<Ports, 'store' | 'random'>;
  readonly #machine: MachineClocks;
  readonly #log: GuardOptions['log'];
  readonly #isDemo: boolean;
  /** Of the anchor while the clock is trusted; otherwise no number, with which every comparison is false. */
  #offset = Number.NaN;
  #anchor: Anchor | undefined;
  #doubt: Doubt | undefined;
  #mark: ClockMark | undefined;
  #aheadOfStoreMs: number | undefined;
  /** Since when a clock in doubt runs evenly. */
  #steady: Anchor | undefined;
  /** Forward, and trusted without a second source, in the last day. */
  #leaps: { readonly at: number; readonly ms: number }[] = [];
  /** The time while the service opens with a clock in doubt. */
  #openingAt: number | undefined;

  constructor(needs: Pick<Ports, 'store' | 'random'>, { machine, log, isDemo = false }: GuardOptions) {
    this.#needs = needs;
    this.#machine = machine;
    this.#log = log;
    this.#isDemo = isDemo;
  }

  /** On the path of every request: two clocks and a comparison. */
  now = (): number => {
    const now = this.#machine.wall();
    const step = now - this.#machine.monotonic() - this.#offset;
    return step <= MAX_STEP_MS && step >= -MAX_STEP_MS ? now : this.#look();
  };

  /** For what removes and charges: never more than an interval past the mark. */
  readonly settled: Clock = {
    now: () => {
      const now = this.now();
      return this.#mark ? settledTime(this.#mark, now) : now;
    },
  };

  isTrusted(): boolean {
    try {
      this.now();
      return this.#doubt === undefined;
    } catch (error) {
      if (error instanceof ClockInDoubt) return false;
      throw error;
    }
  }

  state(): ClockState {
    const isTrusted = this.isTrusted();
    return {
      isTrusted,
      ...(this.#doubt && { reason: this.#doubt.reason }),
      at: this.#machine.wall(),
      ...(this.#mark && { trustedAt: this.#mark.at, settledAt: this.#mark.settledAt }),
      ...omitUndefined({ aheadOfStoreMs: this.#aheadOfStoreMs }),
    };
  }

  /** Compares the clock with the mark and the store's clocks, and moves the mark. */
  async turn(): Promise<void> {
    const sample = await this.#sample();
    const assessment = this.#assess(sample);
    if (typeof assessment === 'object') return this.#isDemo ? void (await this.accept()) : this.#distrust(assessment);
    const known = this.#mark;
    this.#trust(sample);
    await this.#writeMark((mark) => advanceMark(mark, sample, mark ?? known));
  }

  /**
   * At the start. A clock in doubt does not keep the service from opening, because an operator decides through it: until
   * {@link finishOpening} the time is the earliest of those that were compared, at which nothing more has expired.
   */
  async open(): Promise<void> {
    try {
      await this.turn();
    } catch (error) {
      // A full disk keeps the mark where it was, and the service from nothing else.
      if (!(error instanceof StoreUnavailable) || !this.isTrusted()) throw error;
      this.#log.warn({ err: error }, 'the time could not be stored');
    }
    if (!this.#doubt) return this.#sayWhatIsLeft();
    const { now, other } = this.#doubt;
    this.#openingAt = Math.min(now, other, this.#mark?.at ?? now);
  }

  finishOpening(): void {
    this.#openingAt = undefined;
  }

  /** Takes the clock as right because an operator says so. Returns the doubt that is left if the store's differs. */
  async accept(): Promise<Doubt | undefined> {
    const sample = await this.#sample();
    const assessment = assessClock(sample, undefined);
    if (typeof assessment === 'object') {
      this.#distrust(assessment);
      return assessment;
    }
    await this.#writeMark(() => acceptedMark(sample.now, sample.bootedAt));
    this.#trust(sample);
    return undefined;
  }

  #sayWhatIsLeft(): void {
    const { at = 0, settledAt = at } = this.#mark ?? {};
    if (settledAt === at) return;
    const facts = { from: isoTime(settledAt), to: isoTime(at) };
    this.#log.warn(facts, 'after the stop, old data is removed and fees are charged slowly: an hour of it each minute');
  }

  async #sample(): Promise<Sample> {
    const { store } = this.#needs;
    const { monotonic } = this.#machine;
    const asked = monotonic();
    const clocks = await store.readClocks();
    const answered = monotonic();
    // The mark does not expire, so that the time of the question does not matter.
    const [stored] = await store.getMany([clockMarkDocument.key()], 0);
    this.#mark = stored?.value ?? (await this.#markOfEvents());
    const sampled = monotonic();
    const now = this.#machine.wall();
    const sinceAnswer = sampled - (asked + answered) / 2;
    const storeClocks = clocks.map((clock) => ({ ...clock, now: Math.round(clock.now + sinceAnswer) }));
    const offsets = storeClocks.map((clock) => now - clock.now).sort((one, other) => Math.abs(other) - Math.abs(one));
    this.#aheadOfStoreMs = offsets[0];
    return { now, monotonic: sampled, bootedAt: this.#bootedAt(now), storeClocks };
  }

  /** Of a store that has lost its mark. */
  async #markOfEvents(): Promise<ClockMark | undefined> {
    const at = await readLastEventTime(this.#needs.store);
    return at === undefined ? undefined : acceptedMark(at, 0);
  }

  #bootedAt(now: number): number {
    return Math.round(now - this.#machine.uptime());
  }

  #assess(sample: Sample): Assessment {
    const assessment = assessClock(sample, this.#mark);
    if (assessment !== 'plausible' || !this.#anchor) return assessment;
    const leap = sample.now - sample.monotonic - this.#anchor.offset;
    if (Math.abs(leap) <= MAX_STEP_MS || isSameBoot(sample.bootedAt, this.#anchor.bootedAt)) return 'plausible';
    if (leap <= this.#possibleLeap(sample) && this.#isSteady(sample)) {
      this.#leaps.push({ at: sample.monotonic, ms: Math.max(leap, 0) });
      return 'plausible';
    }
    return { reason: 'leapt', now: sample.now, other: sample.now - leap };
  }

  /** Many leaps of an hour would be as long as a forbidden one. */
  #possibleLeap({ now, bootedAt, monotonic }: Sample): number {
    this.#leaps = this.#leaps.filter(({ at }) => monotonic - at < DAY_MS);
    // A machine without a clock of its own learns only now how long it was off: as with every start, the mark bounds it.
    if (this.#leaps.length === 0 && now - bootedAt < JUST_BOOTED_MS) return Number.POSITIVE_INFINITY;
    return MAX_LEAP_MS - this.#leaps.reduce((sum, { ms }) => sum + ms, 0);
  }

  /** True if the clock has run evenly for a while: one that is being corrected may be set again. */
  #isSteady(sample: Sample): boolean {
    const current = anchorOf(sample);
    if (!this.#steady || Math.abs(current.offset - this.#steady.offset) > MAX_STEP_MS) this.#steady = current;
    return sample.monotonic - this.#steady.monotonic >= STEADY_MS;
  }

  #trust(sample: Sample): void {
    const current = anchorOf(sample);
    const isMoved = !this.#anchor || Math.abs(current.offset - this.#anchor.offset) > MAX_STEP_MS;
    if (isMoved || this.#doubt || current.monotonic - (this.#anchor?.monotonic ?? 0) >= ANCHORED_MS) {
      this.#anchor = current;
      this.#offset = current.offset;
    }
    this.#steady = undefined;
    if (!this.#doubt) return;
    this.#doubt = undefined;
    this.#log.warn({ now: isoTime(sample.now) }, 'the clock is trusted again');
  }

  #distrust(doubt: Doubt): void {
    const isNew = this.#doubt?.reason !== doubt.reason;
    this.#doubt = doubt;
    this.#offset = Number.NaN;
    if (isNew) this.#log.error(timesOf(doubt), `${describeDoubt(doubt)}: sign-ins are refused, and no job runs`);
  }

  /** The clock does not agree with the monotonic one, or is in doubt already. */
  #look(): number {
    if (this.#openingAt !== undefined) return this.#openingAt;
    const now = this.#machine.wall();
    const monotonic = this.#machine.monotonic();
    if (!this.#doubt && this.#anchor) {
      const step = now - monotonic - this.#anchor.offset;
      // The process was only held up between its two readings.
      if (Math.abs(step) <= MAX_STEP_MS) return now;
      const bootedAt = this.#bootedAt(now);
      if (isSameBoot(bootedAt, this.#anchor.bootedAt)) {
        // The machine has slept, and both clocks know.
        this.#anchor = { offset: now - monotonic, bootedAt, monotonic };
        this.#offset = this.#anchor.offset;
        return now;
      }
      this.#distrust({ reason: 'leapt', now, other: Math.round(now - step) });
    }
    throw new ClockInDoubt(this.#doubt ? describeDoubt(this.#doubt) : 'the clock was not compared yet');
  }

  async #writeMark(decide: (mark: ClockMark | undefined) => ClockMark | undefined): Promise<void> {
    const key = clockMarkDocument.key();
    // Its own time is in the mark; the documents of this change do not expire.
    const ports = { ...this.#needs, clock: { now: this.#machine.wall } };
    this.#mark = await transact(ports, key.anchor, [key], ([stored]): Decision<ClockMark | undefined> => {
      const next = decide(stored?.value);
      return next ? { answer: next, write: { put: [{ key, value: next }] } } : { answer: stored?.value };
    });
  }
}

/** Opens the guard of a deployment. It may be in doubt then. */
export async function openClockGuard(
  needs: Pick<Ports, 'store' | 'random'>,
  options: GuardOptions,
): Promise<ClockGuard> {
  const guard = new ClockGuard(needs, options);
  await guard.open();
  return guard;
}

function anchorOf({ now, monotonic, bootedAt }: Sample): Anchor {
  return { offset: now - monotonic, bootedAt, monotonic };
}

export function describeDoubt(doubt: Doubt): string {
  return `${DOUBTS[doubt.reason]} (it reads ${isoTime(doubt.now)}, and not ${isoTime(doubt.other)})`;
}

function timesOf({ reason, now, other }: Doubt) {
  return { reason, now: isoTime(now), other: isoTime(other), offMs: now - other };
}

/** A clock can read what is no date. */
function isoTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
