import type { ApiScope } from '@countersign/protocol/api-keys';
import { GIVEN_ROLES, type GivenRole, ROLES, type Role } from '@countersign/protocol/session';
import type { AccountId, AdministratorId, ApiKeyId, ResourceId, UserId } from './ids.ts';

export { GIVEN_ROLES, type GivenRole, ROLES, type Role };

/** The caller of an action. Their rights are in `policy.ts`, their actions in the events. */
export type Actor =
  /** A site's backend. */
  | {
      kind: 'api-key';
      account: AccountId;
      id: ApiKeyId;
      scopes: readonly ApiScope[];
      resources?: readonly ResourceId[];
    }
  | {
      kind: 'administrator';
      account: AccountId;
      id: AdministratorId;
      role: Role;
      /** Resources to which they are assigned *and* on which they are allowed access; none of a superuser or reader. */
      resources: readonly ResourceId[];
      /** Resources to which they are assigned without access: they see those. */
      readable?: readonly ResourceId[];
      /** Set if a site's backend acts with their key through the Protectimus dialect. */
      through?: ApiKeyId;
    }
  /** A user who signs in, or has signed in. */
  | { kind: 'user'; account: AccountId; id?: UserId }
  /** A user of the server's command line. */
  | { kind: 'operator'; account: AccountId }
  /** Countersign itself: periodic jobs. */
  | { kind: 'service'; account: AccountId };

export const ACTOR_KINDS = [
  'api-key',
  'administrator',
  'user',
  'operator',
  'service',
] as const satisfies Actor['kind'][];

/** An actor as stored in objects and events. */
export interface ActorReference {
  kind: Actor['kind'];
  id?: string;
}

export function referenceTo(actor: Actor): ActorReference {
  return 'id' in actor && actor.id !== undefined ? { kind: actor.kind, id: actor.id } : { kind: actor.kind };
}
