import type { Balance } from '../accounts/account.ts';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId } from '../kernel/ids.ts';

/** The largest amount of an entry, in minor units: far above any fee, and sums of it stay exact. */
export const MAX_AMOUNT = 1_000_000_000_000;

/** `payment`: from outside. `correction`: by the operator. `fee`: a month of the plan. `refund`: its unused rest. */
type EntryReason = 'payment' | 'correction' | 'fee' | 'refund';

/** A requested entry. */
export interface Posting {
  kind: 'credit' | 'debit';
  /** In minor units, above 0. */
  amount: number;
  reason: EntryReason;
  /** The plan of a fee or a refund. */
  plan?: string;
  /** Set by the external caller; unique per account. */
  reference?: string;
}

/** One line of the ledger. Written once and never changed. */
export interface LedgerEntry extends Posting {
  account: AccountId;
  /** From 1, without gaps. */
  number: number;
  currency: string;
  /** The balance afterwards. */
  balance: number;
  at: number;
  by: ActorReference;
}

export type PostingRefusal = 'BALANCE_INSUFFICIENT' | 'INPUT_INVALID';

/** The balance after a posting, or why it is refused. */
export function post(balance: Balance, { kind, amount }: Posting): Balance | PostingRefusal {
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > MAX_AMOUNT) return 'INPUT_INVALID';
  const after = balance.amount + (kind === 'credit' ? amount : -amount);
  if (after < 0) return 'BALANCE_INSUFFICIENT';
  // Larger sums would not be exact.
  if (!Number.isSafeInteger(after)) return 'INPUT_INVALID';
  return { ...balance, amount: after, entries: balance.entries + 1 };
}

export function emptyBalance(currency: string): Balance {
  return { amount: 0, currency, entries: 0, low: false };
}
