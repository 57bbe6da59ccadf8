import type { AccountId, AdministratorId } from './ids.ts';

/** One customer. Plan and API keys live with it, under its anchor. */
export interface Account {
  id: AccountId;
  name: string;
  plan: ServicePlan;
  /** The one administrator who may do everything; kept here, so that no race ever makes two. */
  superuser?: AdministratorId;
  createdAt: number;
}

/** Without an activated plan nobody is authenticated through API or widget; administration still works. */
export interface ServicePlan {
  name: string;
  active: boolean;
}
