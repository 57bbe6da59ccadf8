/** What a plan can limit. Each is a kind of object that an account makes. */
export const QUOTA_KINDS = ['users', 'resources', 'filters', 'administrators'] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

/** At most so many of each; absent: as many as they like. */
export type Quotas = { readonly [K in QuotaKind]?: number };

/** A service plan as the operator offers it. */
export interface Plan {
  /** Also its key: accounts name their plan by it. */
  readonly name: string;
  /** In minor units of the catalogue's currency (cents). 0: free. */
  readonly monthlyFee: number;
  readonly quotas: Quotas;
}

export interface PlanCatalogue {
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** In the order in which they are offered. */
  readonly plans: readonly Plan[];
}

/** What an installation offers whose operator has said nothing: all for free, and two examples of paid plans. */
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

/** The plan that costs nothing and comes first, with which a new account begins. Without one it begins with none. */
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
