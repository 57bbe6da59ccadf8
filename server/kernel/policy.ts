import type { Actor, ActorReference } from './actor.ts';
import { referenceTo } from './actor.ts';
import type { ApiScope } from './api-scope.ts';
import type { AccountEvent } from './event.ts';
import { type AdministratorId, parseId, type ResourceId, type UserId } from './ids.ts';

/**
 * Who may do what with the objects of an account. Everybody here has been let in already; that an API key has the scope
 * of a route is asked at the door, because a route names it.
 */

/** So much of a user as decides who may change them. */
interface UserAccess {
  readonly assignments: readonly { readonly resource: ResourceId }[];
}

/** So much of a token as decides who may change it. */
interface TokenAccess {
  /** Whose sign-in to the console it is for, if it is. */
  readonly administrator?: AdministratorId;
  readonly directResources: readonly ResourceId[];
}

/** Administrators, API keys, webhooks and the plan. */
export function mayAdminister(actor: Actor): boolean {
  if (actor.kind === 'administrator') return actor.role === 'superuser' && actor.through === undefined;
  if (actor.kind === 'api-key') return actor.scopes.includes('administer') && actor.resources === undefined;
  return actor.kind === 'operator' || actor.kind === 'service';
}

/** Giving a key these scopes: nobody hands out what they do not have. */
export function mayGrant(actor: Actor, scopes: readonly ApiScope[]): boolean {
  return actor.kind !== 'api-key' || scopes.every((scope) => actor.scopes.includes(scope));
}

/** Making administrators, and granting them resources: they may do there what `read` and `write` are. */
export function mayMakeAdministrators(actor: Actor): boolean {
  return mayAdminister(actor) && mayGrant(actor, ['read', 'write']);
}

/** The account's own objects without regard to a resource: what a superuser or an unconfined key may. */
function mayEverywhere(actor: Actor): boolean {
  if (actor.kind === 'administrator') return actor.role === 'superuser';
  if (actor.kind === 'api-key') return actor.resources === undefined;
  return actor.kind === 'operator' || actor.kind === 'service';
}

/** Seeing users, tokens and filters: every administrator sees them all. */
export function maySee(actor: Actor): boolean {
  return actor.kind === 'administrator' || mayEverywhere(actor);
}

/** The resources that the actor sees, with their events and statistics. Undefined: all of the account (SR-67). */
export function visibleResources(actor: Actor): ReadonlySet<ResourceId> | undefined {
  if (mayEverywhere(actor)) return undefined;
  return new Set(actor.kind === 'administrator' ? [...actor.resources, ...(actor.readable ?? [])] : []);
}

export function maySeeResource(actor: Actor, resource: ResourceId): boolean {
  return visibleResources(actor)?.has(resource) ?? true;
}

/**
 * Whether an event is shown: the actor sees every resource that it names. Other ids in it are visible to all who see events.
 *
 * @param visible as `visibleResources` says
 */
export function isEventVisible(
  visible: ReadonlySet<string> | undefined,
  { resource, subject, related = [] }: Pick<AccountEvent, 'resource' | 'subject' | 'related'>,
): boolean {
  if (visible === undefined) return true;
  const named = [resource, ...[subject, ...related].filter((id) => parseId('res', id) !== undefined)];
  return named.every((id) => id === undefined || visible.has(id));
}

/** Making users, tokens and filters. */
export function mayCreate(actor: Actor): boolean {
  return actor.kind === 'administrator' || mayEverywhere(actor);
}

/** Making a resource: whoever could not act on it afterwards may not. */
export function mayCreateResource(actor: Actor): boolean {
  return mayEverywhere(actor);
}

/** Changing a resource, and assigning to it. */
export function mayActOn(actor: Actor, resource: ResourceId): boolean {
  return mayEverywhere(actor) || (actor.kind === 'administrator' && actor.resources.includes(resource));
}

/**
 * Changing a user: all they are assigned to must be within the actor's resources. Whoever sets a password or lifts a
 * block for a person who also gets into somebody else's resource would act on that one too.
 */
export function mayChangeUser(actor: Actor, user: UserAccess): boolean {
  return actor.kind === 'administrator' || mayEverywhere(actor)
    ? user.assignments.every(({ resource }) => mayActOn(actor, resource))
    : false;
}

/**
 * Choosing the password of a user, or its hash: whoever does could sign in as them. Administrators start a reset instead
 * (SR-41); a site's backend passes on what people type into its own forms, and the operator imports.
 */
export function mayChoosePassword(actor: Actor): boolean {
  return actor.kind === 'administrator' ? actor.through !== undefined : mayEverywhere(actor);
}

/**
 * Having people and tokens authenticated on a resource. That is for a site's backend, so no session of an administrator
 * does; a key that is an administrator's does it where they may act.
 */
export function mayAuthenticateOn(actor: Actor, resource: ResourceId): boolean {
  if (actor.kind === 'administrator') return actor.through !== undefined && mayActOn(actor, resource);
  if (actor.kind === 'api-key') return actor.resources === undefined || actor.resources.includes(resource);
  return actor.kind === 'operator' || actor.kind === 'service';
}

/** The same on all resources of the account. */
export function mayAuthenticateEverywhere(actor: Actor): boolean {
  return mayEverywhere(actor) && (actor.kind !== 'administrator' || actor.through !== undefined);
}

/**
 * Changing a token: as for its owner, and for the resources that accept it directly. A token with which an administrator
 * gets in is that administrator's alone, against the superuser too.
 */
export function mayChangeToken(actor: Actor, token: TokenAccess, owner: UserAccess | undefined): boolean {
  if (token.administrator !== undefined) {
    return actor.kind === 'administrator' && actor.id === token.administrator && actor.through === undefined;
  }
  if (!maySee(actor)) return false;
  return (
    token.directResources.every((resource) => mayActOn(actor, resource)) && (!owner || mayChangeUser(actor, owner))
  );
}

/** Somebody on the self-service page, which has asked already what they may do there. */
export function isThemselves(actor: Actor, id: UserId | undefined): boolean {
  return actor.kind === 'user' && actor.id !== undefined && actor.id === id;
}

/**
 * Assigning a token: one with which an administrator gets in opens nothing else, since whoever may try codes at a resource
 * could lock its administrator out.
 */
export function mayHandToken(token: Pick<TokenAccess, 'administrator'>): boolean {
  return token.administrator === undefined;
}

/**
 * Deleting a user, a token or a filter: the superuser, or whoever made it. Nobody deletes the token with which an
 * administrator gets in: its owner replaces it, and it goes with its owner.
 */
export function mayDelete(
  actor: Actor,
  object: { createdBy?: ActorReference; administrator?: AdministratorId },
): boolean {
  if (object.administrator !== undefined) return false;
  return mayEverywhere(actor) || (actor.kind === 'administrator' && isBy(object.createdBy, actor));
}

/**
 * Changing a filter is for those who may delete it. A change of its rule bends what holds for every resource that has it,
 * so they must be able to act on all of these as well.
 */
export const mayChangeFilter = mayDelete;

function isBy(creator: ActorReference | undefined, actor: Actor): boolean {
  const self = referenceTo(actor);
  return creator !== undefined && creator.kind === self.kind && creator.id !== undefined && creator.id === self.id;
}

/** Seeing the balance and its history. Of all that is money, this is what every administrator may see. */
export const maySeeBalance = maySee;

/** Crediting an account: whoever runs the server, and the payment service that they have let in. */
export function mayBook(actor: Actor): boolean {
  return actor.kind === 'operator' || actor.kind === 'service';
}

/** Whether a key may authenticate and consume for this resource. */
export function mayUse(actor: Actor, resource: ResourceId): boolean {
  return actor.kind === 'api-key' && (actor.resources === undefined || actor.resources.includes(resource));
}
