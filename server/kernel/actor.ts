import type { ApiScope } from './api-scope.ts';
import type { AccountId, AdministratorId, ApiKeyId, ResourceId, UserId } from './ids.ts';

/** Exactly one administrator of an account is its superuser. */
export type Role = 'superuser' | 'administrator';

/** Whoever does something. what each may do is in `policy.ts`; who did what is in the events. */
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
      /** Resources to which they are assigned *and* on which they are allowed access; nothing to a superuser. */
      resources: readonly ResourceId[];
      /** Resources to which they are assigned without being allowed access: they see those. */
      readable?: readonly ResourceId[];
      /** Not they themselves, but a site's backend with a key of theirs that speaks the Protectimus dialect. */
      through?: ApiKeyId;
    }
  /** A person who signs in, or has. */
  | { kind: 'user'; account: AccountId; id?: UserId }
  /** Whoever has the server's command line. */
  | { kind: 'operator'; account: AccountId }
  /** Countersign itself: what happens by the clock. */
  | { kind: 'service'; account: AccountId };

export const ACTOR_KINDS = [
  'api-key',
  'administrator',
  'user',
  'operator',
  'service',
] as const satisfies Actor['kind'][];

/** An actor as objects and events keep it. */
export interface ActorReference {
  kind: Actor['kind'];
  id?: string;
}

export function referenceTo(actor: Actor): ActorReference {
  return 'id' in actor && actor.id !== undefined ? { kind: actor.kind, id: actor.id } : { kind: actor.kind };
}
