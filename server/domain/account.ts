import type { AccountId } from './ids.ts';

/** One customer. Plan and API keys live with it, under its anchor. */
export interface Account {
  id: AccountId;
  name: string;
  plan: ServicePlan;
  createdAt: number;
}

/** Without an activated plan nobody is authenticated through API or widget; administration still works. */
export interface ServicePlan {
  name: string;
  active: boolean;
}
