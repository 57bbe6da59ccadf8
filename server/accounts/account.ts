import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import type { Balance } from './plans/ledger-entry.ts';
import type { Quotas } from './plans/plans.ts';

/** One customer. Plan and API keys live with it, under its anchor. */
export interface Account {
  id: AccountId;
  name: string;
  plan: ServicePlan;
  /** Absent as long as nothing was ever booked. */
  balance?: Balance;
  /** The one administrator who may do everything; kept here, so that no race ever makes two. */
  superuser?: AdministratorId;
  createdAt: number;
}

/** Without an activated plan nobody is authenticated through API or widget; administration still works. */
export interface ServicePlan {
  name: string;
  active: boolean;
  /** The plan's own, copied so that a creation need not know what is on offer. Absent: no limits. */
  quotas?: Quotas;
  /** Of a plan with a fee. */
  term?: PlanTerm;
  /** When the balance did not cover the fee. A credit that does brings the plan back. */
  lapsedAt?: number;
}

/** The months that a plan is paid for. */
export interface PlanTerm {
  /** What the next month costs, in minor units. */
  fee: number;
  /** What the month that runs has cost. */
  paid: number;
  /** When the first month began; all others begin on its day. */
  startedAt: number;
  /** Months paid for so far. */
  months: number;
}
