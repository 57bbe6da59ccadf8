import type { HookFailureRule } from '@countersign/protocol/resources';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { SigningSecret } from '../kernel/signing-secret.ts';

/** The site's own decision: an address that is asked before a result of the resource is issued. */
export interface Hook {
  resource: ResourceId;
  account: AccountId;
  /** Normalised: one spelling for each address. */
  url: string;
  onFailure: HookFailureRule;
  /** Newest first. Every secret that has not expired signs. */
  secrets: SigningSecret[];
  createdAt: number;
  createdBy: ActorReference;
}
