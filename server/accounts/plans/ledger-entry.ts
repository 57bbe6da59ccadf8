import type { ActorReference } from '../../kernel/actor.ts';
import type { AccountId } from '../../kernel/ids.ts';

/** No single entry moves more, in minor units: far above any fee, and sums of it stay exact. */
export const MAX_AMOUNT = 1_000_000_000_000;

/** What an account has, kept beside its plan. Every change of it is an entry of the ledger. */
export interface Balance {
  /** In minor units of the currency. Never negative. */
  amount: number;
  /** ISO 4217. Of the first entry, for good. */
  currency: string;
  /** Entries so far; the last one has this number. */
  entries: number;
  /** It does not cover the next fee, and that has been said. */
  low: boolean;
}

/** `payment`: from outside. `correction`: by the operator. `fee`: a month of the plan. `refund`: its unused rest. */
export type EntryReason = 'payment' | 'correction' | 'fee' | 'refund';

/** What somebody wants to book. */
export interface Posting {
  kind: 'credit' | 'debit';
  /** In minor units, above 0. */
  amount: number;
  reason: EntryReason;
  /** The plan of a fee or a refund. */
  plan?: string;
  /** Named by whoever booked it from outside; once per account. */
  reference?: string;
}

/** One line of the ledger. Written once and never changed. */
export interface LedgerEntry extends Posting {
  account: AccountId;
  /** From 1, without gaps. */
  number: number;
  currency: string;
  /** What the account had afterwards. */
  balance: number;
  at: number;
  by: ActorReference;
}

export type PostingRefusal = 'BALANCE_INSUFFICIENT' | 'INPUT_INVALID';

/** The balance after a posting, or why it cannot be. */
export function post(balance: Balance, { kind, amount }: Posting): Balance | PostingRefusal {
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > MAX_AMOUNT) return 'INPUT_INVALID';
  const after = balance.amount + (kind === 'credit' ? amount : -amount);
  if (after < 0) return 'BALANCE_INSUFFICIENT';
  // Beyond this, sums would no longer be exact.
  if (!Number.isSafeInteger(after)) return 'INPUT_INVALID';
  return { ...balance, amount: after, entries: balance.entries + 1 };
}

export function emptyBalance(currency: string): Balance {
  return { amount: 0, currency, entries: 0, low: false };
}
