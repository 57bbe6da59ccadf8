import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { monthsAfter } from '../kernel/time.ts';
import { emptyBalance, type Posting } from './ledger-entry.ts';
import {
  type Books,
  type BooksChange,
  bookPosting,
  chargeDue,
  choosePlan,
  paidUntil,
  refreshTerms,
} from './plan-changes.ts';
import type { Plan } from './plans.ts';

const START = Date.parse('2027-01-31T08:00:00Z');
const DAY = 86_400_000;
const FREE: Plan = { name: 'Free', monthlyFee: 0, quotas: {} };
const SMALL: Plan = { name: 'Small', monthlyFee: 1_000, quotas: { users: 5 } };
const LARGE: Plan = { name: 'Large', monthlyFee: 3_100, quotas: {} };

const booksWith = (amount: number): Books => ({
  plan: { name: 'Free', active: true },
  balance: { ...emptyBalance('EUR'), amount, entries: 1 },
});
function done(change: BooksChange | string): BooksChange {
  if (typeof change === 'string') throw new Error(change);
  return change;
}
const payment = (amount: number): Posting => ({ kind: 'credit', amount, reason: 'payment', reference: 'p' });

describe('a plan with a fee', () => {
  test('is paid for a month in advance, from the moment of its activation', () => {
    const { books, postings, events } = done(choosePlan(booksWith(2_500), SMALL, START));
    expect(postings).toEqual([{ kind: 'debit', amount: 1_000, reason: 'fee', plan: 'Small' }]);
    expect(books.balance).toMatchObject({ amount: 1_500, entries: 2, low: false });
    expect(books.plan).toMatchObject({ name: 'Small', active: true, quotas: { users: 5 } });
    expect(paidUntil(books.plan)).toBe(Date.parse('2027-02-28T08:00:00Z'));
    expect(events).toEqual(['plan.changed', 'balance.debited']);
  });

  test('is refused when the balance does not cover the first month', () => {
    expect(choosePlan(booksWith(999), SMALL, START)).toBe('BALANCE_INSUFFICIENT');
  });

  test('is not paid for twice when it is chosen again', () => {
    const { books } = done(choosePlan(booksWith(2_500), SMALL, START));
    expect(done(choosePlan(books, SMALL, START + 1))).toEqual({ books, postings: [], events: [] });
  });

  test('costs its fee again at the end of each month, on the day it began, and nothing before', () => {
    let { books } = done(choosePlan(booksWith(3_000), SMALL, START));
    expect(chargeDue(books, Date.parse('2027-02-28T07:59:59.999Z')).postings).toEqual([]);
    ({ books } = chargeDue(books, Date.parse('2027-02-28T08:00:00Z')));
    expect(books.balance.amount).toBe(1_000);
    expect(paidUntil(books.plan)).toBe(Date.parse('2027-03-31T08:00:00Z'));
  });

  test('lapses when the balance does not cover it, and nothing is charged', () => {
    const { books } = done(choosePlan(booksWith(1_999), SMALL, START));
    const lapsed = chargeDue(books, START + 40 * DAY);
    expect(lapsed.books.plan).toMatchObject({ name: 'Small', active: false, lapsedAt: START + 40 * DAY });
    expect(lapsed.books.balance).toMatchObject({ amount: 999, low: false });
    expect(lapsed.events).toEqual(['plan.lapsed']);
    expect(chargeDue(lapsed.books, START + 400 * DAY).postings).toEqual([]);
  });

  test('is reactivated by the credit that covers it, from then on, and pays for no month in between', () => {
    const { books } = done(choosePlan(booksWith(1_000), SMALL, START));
    const lapsed = chargeDue(books, START + 40 * DAY);
    const short = done(bookPosting(lapsed.books, payment(999), START + 50 * DAY));
    expect(short.books.plan.active).toBe(false);
    const back = done(bookPosting(short.books, payment(5_000), START + 100 * DAY));
    expect(back.books.plan).toMatchObject({ active: true });
    expect(back.books.plan.lapsedAt).toBeUndefined();
    expect(back.books.balance.amount).toBe(4_999);
    expect(paidUntil(back.books.plan)).toBe(monthsAfter(START + 100 * DAY, 1));
    expect(back.events).toEqual(['balance.credited', 'plan.activated', 'balance.debited']);
  });

  test('catches up with the months in which no process charged it', () => {
    const { books } = done(choosePlan(booksWith(10_000), SMALL, START));
    const { postings, books: after } = chargeDue(books, Date.parse('2027-05-01T00:00:00Z'));
    expect(postings).toHaveLength(3);
    expect(after.balance.amount).toBe(6_000);
  });
});

describe('a change of plan', () => {
  test('refunds the rest of the month, rounded down, and begins a month of its own', () => {
    const { books } = done(choosePlan(booksWith(10_000), SMALL, Date.parse('2027-03-01T00:00:00Z')));
    // A third of 31 days later.
    const now = Date.parse('2027-03-11T08:00:00Z');
    const { postings, books: after } = done(choosePlan(books, LARGE, now));
    expect(postings).toEqual([
      { kind: 'credit', amount: 666, reason: 'refund', plan: 'Small' },
      { kind: 'debit', amount: 3_100, reason: 'fee', plan: 'Large' },
    ]);
    expect(paidUntil(after.plan)).toBe(monthsAfter(now, 1));
  });

  test('to a free one refunds the rest, and no further fee is due', () => {
    const { books } = done(choosePlan(booksWith(1_000), SMALL, START));
    const { books: after } = done(choosePlan(books, FREE, START));
    expect(after.balance.amount).toBe(1_000);
    expect(paidUntil(after.plan)).toBeUndefined();
    expect(after.plan.quotas).toBeUndefined();
  });

  test('back and forth earns nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(FREE, SMALL, LARGE), fc.integer({ min: 0, max: 20 * DAY }))),
        (steps) => {
          let books = booksWith(50_000);
          let now = START;
          for (const [plan, wait] of steps) {
            now += wait;
            const before = books.balance.amount;
            const change = choosePlan(books, plan, now);
            if (typeof change === 'string') continue;
            const held = books.plan.active && books.plan.term ? books.plan.term.paid : 0;
            expect(change.books.balance.amount).toBeLessThanOrEqual(before + held);
            books = change.books;
          }
          const home = choosePlan(books, FREE, now);
          expect(done(home).books.balance.amount).toBeLessThanOrEqual(50_000);
        },
      ),
    );
  });

  test('after a refresh costs the new fee with the next month, and refunds what was paid', () => {
    const { books } = done(choosePlan(booksWith(10_000), SMALL, START));
    const plan = refreshTerms(books.plan, { ...SMALL, monthlyFee: 2_000, quotas: { filters: 1 } });
    expect(plan.quotas).toEqual({ filters: 1 });
    expect(done(choosePlan({ ...books, plan }, FREE, START)).books.balance.amount).toBe(10_000);
    expect(chargeDue({ ...books, plan }, START + 30 * DAY).books.balance.amount).toBe(7_000);
  });
});

describe('the warning of a low balance', () => {
  test('is sent once for each time that the balance falls below the next fee', () => {
    const warned = (change: BooksChange) => change.events.includes('balance.low');
    let change = done(choosePlan(booksWith(3_000), SMALL, START));
    expect(warned(change)).toBe(false);
    change = chargeDue(change.books, START + 30 * DAY);
    expect([change.books.balance.amount, warned(change)]).toEqual([1_000, false]);
    change = done(bookPosting(change.books, { kind: 'debit', amount: 1, reason: 'correction' }, START + 31 * DAY));
    expect(warned(change)).toBe(true);
    change = done(bookPosting(change.books, { kind: 'debit', amount: 1, reason: 'correction' }, START + 31 * DAY));
    expect(warned(change)).toBe(false);
    change = done(bookPosting(change.books, payment(1_000), START + 32 * DAY));
    change = done(bookPosting(change.books, { kind: 'debit', amount: 999, reason: 'correction' }, START + 33 * DAY));
    expect(warned(change)).toBe(true);
  });
});

test('the balance is always the sum of the entries, never negative, and only a paid plan is active', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('choose' as const), plan: fc.constantFrom(FREE, SMALL, LARGE) }),
    fc.record({
      kind: fc.constantFrom('credit' as const, 'debit' as const),
      amount: fc.integer({ min: -5, max: 9_000 }),
    }),
    fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 0, max: 70 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let books: Books = { plan: { name: 'Free', active: true }, balance: emptyBalance('EUR') };
      let now = START;
      let sum = 0;
      let entries = 0;
      for (const one of steps) {
        if (one.kind === 'wait') now += one.days * DAY;
        const change =
          one.kind === 'wait'
            ? chargeDue(books, now)
            : one.kind === 'choose'
              ? choosePlan(books, one.plan, now)
              : bookPosting(books, { kind: one.kind, amount: one.amount, reason: 'correction' }, now);
        if (typeof change === 'string') continue;
        for (const { kind, amount } of change.postings) sum += kind === 'credit' ? amount : -amount;
        entries += change.postings.length;
        books = change.books;
        expect(books.balance).toMatchObject({ amount: sum, entries });
        expect(sum).toBeGreaterThanOrEqual(0);
        const { active, term, lapsedAt } = books.plan;
        expect(active).toBe(lapsedAt === undefined);
        expect(books.balance.low).toBe(active && term !== undefined && sum < term.fee);
      }
    }),
    { numRuns: 300 },
  );
});
