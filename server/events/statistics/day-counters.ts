import type { AccountEvent } from '../../kernel/event.ts';
import { type AccountId, parseId } from '../../kernel/ids.ts';
import { DAY_MS } from '../../kernel/time.ts';
import type { Cursors } from '../log/segment.ts';
import { addUsers, type DistinctUsers, joinUsers, NO_USERS } from './distinct-users.ts';

/** The sign-ins of one day, to one resource or to all. */
export interface DayCounters {
  readonly granted: number;
  /** Refused attempts by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Granted sign-ins by the method that a backend named; those of the widget have none. */
  readonly methods: Readonly<Record<string, number>>;
  /** Granted sign-ins by what was checked: `password`, `otp`, `password+otp`, `none`. */
  readonly factors: Readonly<Record<string, number>>;
  /** Users who signed in. */
  readonly users: DistinctUsers;
}

/** State of an account's statistics as a whole. */
export interface AccountStatistics {
  readonly account: AccountId;
  readonly cursors: Cursors;
  /** Latest instant of a counted event. */
  readonly countedTo: number;
  /** Time ranges in which events were lost before they were counted; the oldest are dropped. */
  readonly lost: readonly { readonly from: number; readonly to: number }[];
}

export const NO_SIGN_INS: DayCounters = { granted: 0, refused: {}, methods: {}, factors: {}, users: NO_USERS };

/** The UTC day of an instant, as `2027-01-15`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The first instant of a day; undefined if the text is not a day. */
export function startOfDay(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isNaN(at) || dayOf(at) !== day ? undefined : at;
}

/** The days of a range, both ends included. */
export function daysBetween(from: number, to: number): string[] {
  const days: string[] = [];
  for (let at = from; at <= to; at += DAY_MS) days.push(dayOf(at));
  return days;
}

/** True if the event is an attempt to sign in to a resource. */
export function isSignIn(event: AccountEvent): boolean {
  return event.type === 'authentication' && event.resource !== undefined && event.outcome !== 'done';
}

export function countSignIns(before: DayCounters, events: readonly AccountEvent[]): DayCounters {
  const refused = new Tally(before.refused);
  const methods = new Tally(before.methods);
  const factors = new Tally(before.factors);
  let { granted } = before;
  const users: NonNullable<ReturnType<typeof parseId<'usr'>>>[] = [];
  for (const event of events) {
    if (event.outcome === 'refused') {
      refused.add(event.reason ?? 'ACCESS_DENIED');
      continue;
    }
    granted += 1;
    if (event.method !== undefined) methods.add(event.method);
    factors.add([...(event.factors ?? [])].sort().reverse().join('+') || 'none');
    const user = parseId('usr', event.subject);
    if (user !== undefined) users.push(user);
  }
  return {
    granted,
    refused: refused.counts(),
    methods: methods.counts(),
    factors: factors.counts(),
    users: addUsers(before.users, users),
  };
}

/** Sums the same day over several resources. A user who signed in to two of them counts once. */
export function sumCounters(all: readonly DayCounters[]): DayCounters {
  const [refused, methods, factors] = [new Tally({}), new Tally({}), new Tally({})];
  let { granted, users } = NO_SIGN_INS;
  for (const one of all) {
    granted += one.granted;
    refused.addAll(one.refused);
    methods.addAll(one.methods);
    factors.addAll(one.factors);
    users = joinUsers(users, one.users);
  }
  return { granted, refused: refused.counts(), methods: methods.counts(), factors: factors.counts(), users };
}

class Tally {
  readonly #counts: Map<string, number>;

  constructor(before: Readonly<Record<string, number>>) {
    this.#counts = new Map(Object.entries(before));
  }

  add(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  addAll(counts: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(counts)) this.add(name, count);
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
