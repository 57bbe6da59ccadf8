import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import type { Quotas } from './usage.ts';

/** One customer. Its plan and API keys share its anchor. */
export interface Account {
  id: AccountId;
  name: string;
  plan: ServicePlan;
  /** Absent until the first entry. */
  balance?: Balance;
  /** The one administrator with all rights; stored here, so that no race ever makes two. */
  superuser?: AdministratorId;
  /** Only a passkey opens the console. Absent: a code does too. */
  administratorFactors?: 'passkey';
  /** Id of the master key of which an administrator says that there is a copy. Another key needs another copy. */
  copiedMasterKey?: string;
  /** Estimated cost of a check of the costliest hash that was ever imported. Absent: none was. */
  importedHashCostMs?: number;
  createdAt: number;
}

/** Without an activated plan no authentication through API or widget works; administration still does. */
export interface ServicePlan {
  name: string;
  active: boolean;
  /** Copied from the plan, so that a creation need not read the catalogue. Absent: no limits. */
  quotas?: Quotas;
  /** Only for a plan with a fee. */
  term?: PlanTerm;
  /** When the balance did not cover the fee. A sufficient credit reactivates the plan. */
  lapsedAt?: number;
}

/** The months for which a plan is paid. */
export interface PlanTerm {
  /** The fee of the next month, in minor units. */
  fee: number;
  /** The fee paid for the current month. */
  paid: number;
  /** Start of the first month; all others start on its day. */
  startedAt: number;
  /** Months paid so far. */
  months: number;
}

/** The balance of an account, stored beside its plan. Every change of it is a ledger entry. */
export interface Balance {
  /** In minor units of the currency. Never negative. */
  amount: number;
  /** ISO 4217. Fixed by the first entry. */
  currency: string;
  /** Number of entries so far; the last one has this number. */
  entries: number;
  /** It does not cover the next fee, and a warning was sent. */
  low: boolean;
}

/** Whether plan and balance matter: plans are configured, or the account has more than the free plan. */
export function hasBilling({ plan, balance }: Account, hasPlans = false): boolean {
  return hasPlans || !plan.active || plan.term !== undefined || plan.quotas !== undefined || balance !== undefined;
}

/** An account that is deleted, and whose data is not all gone yet. */
export interface AccountDeletion {
  id: AccountId;
  requestedAt: number;
}
