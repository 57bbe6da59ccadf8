import { QUOTA_KINDS } from '@countersign/protocol/plans';
import type { Balance, PlanTerm, ServicePlan } from '../accounts/account.ts';
import type { EventType } from '../kernel/event.ts';
import { monthsAfter } from '../kernel/time.ts';
import { type Posting, type PostingRefusal, post } from './ledger-entry.ts';
import type { Plan } from './plans.ts';

/** The plan of an account, and its payments. */
export interface Books {
  readonly plan: ServicePlan;
  readonly balance: Balance;
}

/** The result of a decision: the changed books, the entries, and the events. */
export interface BooksChange {
  readonly books: Books;
  readonly postings: readonly Posting[];
  readonly events: readonly EventType[];
}

/** The most months to catch up with at once; the rest follow in the next run. */
const MAX_MONTHS_AT_ONCE = 12;

/** When the paid time ends; undefined for a plan without a fee, and for a lapsed one. */
export function paidUntil({ active, term }: ServicePlan): number | undefined {
  return active && term ? monthsAfter(term.startedAt, term.months) : undefined;
}

/**
 * Activates a plan, or changes to another. The rest of the current month is refunded by the millisecond, rounded down,
 * and the first month of the new plan is charged in full; it begins now. A plan that is active already is unchanged.
 */
export function choosePlan(books: Books, target: Plan, now: number): BooksChange | PostingRefusal {
  const { plan } = books;
  if (plan.active && plan.name === target.name) return unchanged(books);
  const postings: Posting[] = [];
  const rest = unusedRest(plan, now);
  if (rest > 0) postings.push({ kind: 'credit', amount: rest, reason: 'refund', plan: plan.name });
  const { monthlyFee: fee, name, quotas } = target;
  if (fee > 0) postings.push({ kind: 'debit', amount: fee, reason: 'fee', plan: name });
  const chosen: ServicePlan = {
    name,
    active: true,
    ...(Object.keys(quotas).length > 0 && { quotas }),
    ...(fee > 0 && { term: { fee, paid: fee, startedAt: now, months: 1 } }),
  };
  return book(books, chosen, postings, [plan.active ? 'plan.changed' : 'plan.activated']);
}

/** Charges every month that has begun; the first that the balance does not cover ends the plan. */
export function chargeDue(books: Books, now: number): BooksChange {
  const postings: Posting[] = [];
  let { plan } = books;
  let left = books.balance.amount;
  for (let charged = 0; charged < MAX_MONTHS_AT_ONCE; charged++) {
    const due = paidUntil(plan);
    if (due === undefined || due > now || !plan.term) break;
    const { fee, months } = plan.term;
    if (left < fee) {
      plan = { ...plan, active: false, lapsedAt: now };
      break;
    }
    if (fee > 0) postings.push({ kind: 'debit', amount: fee, reason: 'fee', plan: plan.name });
    left -= fee;
    plan = { ...plan, term: { ...plan.term, paid: fee, months: months + 1 } };
  }
  if (plan === books.plan) return unchanged(books);
  const change = book(books, plan, postings, plan.active ? [] : ['plan.lapsed']);
  if (typeof change === 'string') throw new Error('a fee that the balance covers could not be booked');
  return change;
}

/** Posts an external entry. A credit that covers the fee of a lapsed plan reactivates it, from now on. */
export function bookPosting(books: Books, posting: Posting, now: number): BooksChange | PostingRefusal {
  const booked = book(books, books.plan, [posting], []);
  if (typeof booked === 'string') return booked;
  const { plan, balance } = booked.books;
  if (plan.active || plan.lapsedAt === undefined || !plan.term || balance.amount < plan.term.fee) return booked;
  const { lapsedAt: _over, ...rest } = plan;
  const { fee } = plan.term;
  const revived: ServicePlan = { ...rest, active: true, term: { fee, paid: fee, startedAt: now, months: 1 } };
  const charge: Posting[] = fee > 0 ? [{ kind: 'debit', amount: fee, reason: 'fee', plan: plan.name }] : [];
  const again = book(booked.books, revived, charge, ['plan.activated']);
  if (typeof again === 'string') return again;
  return {
    books: again.books,
    postings: [...booked.postings, ...again.postings],
    events: [...booked.events, ...again.events],
  };
}

/** Applies the plan's current terms: its quotas now, its fee from the next month on. */
export function refreshTerms(plan: ServicePlan, offered: Plan): ServicePlan {
  const { quotas: _before, ...rest } = plan;
  const term: { term?: PlanTerm } = plan.term ? { term: { ...plan.term, fee: offered.monthlyFee } } : {};
  return { ...rest, ...term, ...(Object.keys(offered.quotas).length > 0 && { quotas: offered.quotas }) };
}

export function hasTermsOf({ quotas = {}, term }: ServicePlan, offered: Plan): boolean {
  const sameFee = term === undefined || term.fee === offered.monthlyFee;
  return sameFee && QUOTA_KINDS.every((kind) => quotas[kind] === offered.quotas[kind]);
}

/** The unused rest of the paid month, in minor units, rounded down. */
function unusedRest(plan: ServicePlan, now: number): number {
  const until = paidUntil(plan);
  if (until === undefined || !plan.term || now >= until) return 0;
  const from = monthsAfter(plan.term.startedAt, plan.term.months - 1);
  // Multiplied as integers, because amounts may be large enough for a float to lose the last unit.
  const left = BigInt(until - Math.max(now, from));
  return Number((BigInt(plan.term.paid) * left) / BigInt(until - from));
}

function book(
  books: Books,
  plan: ServicePlan,
  postings: readonly Posting[],
  events: readonly EventType[],
): BooksChange | PostingRefusal {
  let { balance } = books;
  for (const posting of postings) {
    const after = post(balance, posting);
    if (typeof after === 'string') return after;
    balance = after;
  }
  const low = plan.active && plan.term !== undefined && balance.amount < plan.term.fee;
  const allEvents: EventType[] = [
    ...events,
    ...postings.map(({ kind }) => (kind === 'credit' ? ('balance.credited' as const) : ('balance.debited' as const))),
    // Once per crossing: the mark stays until the balance covers the next fee again.
    ...(low && !books.balance.low ? (['balance.low'] as const) : []),
  ];
  return { books: { plan, balance: { ...balance, low } }, postings, events: allEvents };
}

function unchanged(books: Books): BooksChange {
  return { books, postings: [], events: [] };
}
