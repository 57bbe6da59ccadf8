import type { Quotas } from '../accounts/usage.ts';

/** A service plan of the operator. */
export interface Plan {
  /** Also its key: accounts refer to their plan by it. */
  readonly name: string;
  /** In minor units of the catalogue's currency (cents). 0: free. */
  readonly monthlyFee: number;
  readonly quotas: Quotas;
}

export interface PlanCatalogue {
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** In the order of the offer. */
  readonly plans: readonly Plan[];
}

/** The plans of an installation without a configured catalogue: a free one, and two examples of paid ones. */
export const DEFAULT_CATALOGUE: PlanCatalogue = {
  currency: 'EUR',
  plans: [
    { name: 'Free', monthlyFee: 0, quotas: {} },
    {
      name: 'Standard',
      monthlyFee: 4_900,
      quotas: { users: 1_000, resources: 10, filters: 50, administrators: 10 },
    },
    { name: 'Business', monthlyFee: 29_000, quotas: { users: 50_000, resources: 200 } },
  ],
};

export function findPlan(catalogue: PlanCatalogue, name: string): Plan | undefined {
  return catalogue.plans.find((plan) => plan.name === name);
}

/** The first free plan, which a new account gets. Without one it starts without a plan. */
export function firstPlan(catalogue: PlanCatalogue): { name: string; active: boolean; quotas?: Quotas } {
  const free = catalogue.plans.find(({ monthlyFee }) => monthlyFee === 0);
  if (!free) return { name: 'None', active: false };
  return { name: free.name, active: true, ...(Object.keys(free.quotas).length > 0 && { quotas: free.quotas }) };
}
