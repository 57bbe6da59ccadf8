/** The kinds of objects that a plan can limit. */
export const QUOTA_KINDS = ['users', 'resources', 'filters', 'administrators'] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

/** The most objects of each kind; absent: no limit. */
export type Quotas = { readonly [K in QuotaKind]?: number };

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

/** The kinds of which an account has more than the quotas allow. */
export function exceeded(quotas: Quotas, counts: { readonly [K in QuotaKind]?: number }): QuotaKind[] {
  return QUOTA_KINDS.filter((kind) => (counts[kind] ?? 0) > (quotas[kind] ?? Number.POSITIVE_INFINITY));
}

/** The kinds that the quotas limit. */
export function limitedKinds(quotas: Quotas): QuotaKind[] {
  return QUOTA_KINDS.filter((kind) => quotas[kind] !== undefined);
}
