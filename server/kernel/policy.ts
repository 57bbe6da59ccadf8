import type { ApiScope } from '@countersign/protocol/api-keys';
import { type Actor, type ActorReference, referenceTo } from './actor.ts';
import type { AccountEvent } from './event.ts';
import { type AdministratorId, parseId, type ResourceId, type UserId } from './ids.ts';

/**
 * The rights on an account's objects. Every actor here is authenticated; the route checks the scope of an API key,
 * because the route declares it.
 */

/** The fields of a user that decide who may change them. */
interface UserAccess {
  readonly assignments: readonly { readonly resource: ResourceId }[];
}

/** The fields of a token that decide who may change it. */
interface TokenAccess {
  /** The administrator whose console sign-in it is for, if any. */
  readonly administrator?: AdministratorId;
  readonly directResources: readonly ResourceId[];
}

/** Administrators, API keys, webhooks and the plan. */
export function mayAdminister(actor: Actor): boolean {
  if (actor.kind === 'administrator') return actor.role === 'superuser' && actor.through === undefined;
  if (actor.kind === 'api-key') return actor.scopes.includes('administer') && actor.resources === undefined;
  return actor.kind === 'operator' || actor.kind === 'service';
}

/** Granting a key these scopes: a caller cannot grant scopes that they lack. */
export function mayGrant(actor: Actor, scopes: readonly ApiScope[]): boolean {
  return actor.kind !== 'api-key' || scopes.every((scope) => actor.scopes.includes(scope));
}

/** Creating administrators and granting them resources: this needs `read` and `write` there. */
export function mayMakeAdministrators(actor: Actor): boolean {
  return mayAdminister(actor) && mayGrant(actor, ['read', 'write']);
}

/** The account's own objects regardless of resource: rights of a superuser or an unlimited key. */
function mayEverywhere(actor: Actor): boolean {
  if (actor.kind === 'administrator') return actor.role === 'superuser';
  if (actor.kind === 'api-key') return actor.resources === undefined;
  return actor.kind === 'operator' || actor.kind === 'service';
}

/** Administrators whose role is to manage: not the help desk, and not those who only read. */
function mayManage(actor: Actor): boolean {
  return actor.kind === 'administrator' && (actor.role === 'superuser' || actor.role === 'administrator');
}

export function isHelpDesk(actor: Actor): boolean {
  return actor.kind === 'administrator' && actor.role === 'help-desk';
}

/** Seeing users, tokens and filters: every administrator sees all of them. */
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
 * True if the actor sees every resource that the event names. Other ids in it are visible to all who see events.
 *
 * @param visible the result of `visibleResources`
 */
export function isEventVisible(
  visible: ReadonlySet<string> | undefined,
  { resource, subject, related = [] }: Pick<AccountEvent, 'resource' | 'subject' | 'related'>,
): boolean {
  if (visible === undefined) return true;
  const named = [resource, ...[subject, ...related].filter((id) => parseId('res', id) !== undefined)];
  return named.every((id) => id === undefined || visible.has(id));
}

/** Creating users, tokens and filters. */
export function mayCreate(actor: Actor): boolean {
  return mayManage(actor) || mayEverywhere(actor);
}

/** Creating a resource requires the right to act on it afterwards. */
export function mayCreateResource(actor: Actor): boolean {
  return mayEverywhere(actor);
}

/** Changing a resource, and assigning to it. */
export function mayActOn(actor: Actor, resource: ResourceId): boolean {
  return mayEverywhere(actor) || (mayManage(actor) && isGranted(actor, resource));
}

/** Unlocking, resynchronising and making links for the users of a resource. */
export function mayHelpOn(actor: Actor, resource: ResourceId): boolean {
  return mayActOn(actor, resource) || (isHelpDesk(actor) && isGranted(actor, resource));
}

function isGranted(actor: Actor, resource: ResourceId): boolean {
  return actor.kind === 'administrator' && actor.resources.includes(resource);
}

/**
 * Changing a user: all of the user's resources must be within the actor's. An actor who sets a password or unblocks a
 * user of another resource would act on that resource too.
 */
export function mayChangeUser(actor: Actor, user: UserAccess): boolean {
  return mayCreate(actor) && user.assignments.every(({ resource }) => mayActOn(actor, resource));
}

/**
 * Unblocking a user and making links for them. The help desk helps the users of its resources; one who has no resource
 * is not among them.
 */
export function mayHelpUser(actor: Actor, user: UserAccess): boolean {
  return mayChangeUser(actor, user) || mayHelp(actor, user.assignments);
}

function mayHelp(actor: Actor, uses: UserAccess['assignments']): boolean {
  return isHelpDesk(actor) && uses.length > 0 && uses.every(({ resource }) => mayHelpOn(actor, resource));
}

/**
 * Setting the external id and metadata of a user. Sites take them for their own records, so an administrator of one
 * resource could make a user who signs in as another one's customer (SR-67).
 */
export function mayIdentifyUsers(actor: Actor): boolean {
  return mayEverywhere(actor);
}

/**
 * Choosing the password of a user, or its hash, would allow the actor to sign in as the user. Administrators start a
 * reset instead (SR-41); a site's backend passes on what users type into its own forms, and the operator imports.
 */
export function mayChoosePassword(actor: Actor): boolean {
  if (actor.kind === 'administrator') return mayManage(actor) && actor.through !== undefined;
  return mayEverywhere(actor);
}

/**
 * Taking a link to a new password or token from the service, to hand it over. An actor who may choose the password may
 * read the link; others only where no mail reaches the user, because the link is as good as the password (SR-41).
 */
export function mayHandOver(actor: Actor, isReachedByMail: boolean): boolean {
  return mayChoosePassword(actor) || !isReachedByMail;
}

/** The resources on which the actor may act or help. Undefined: all of the account. */
export function actsWithin(actor: Actor): readonly ResourceId[] | undefined {
  if (mayEverywhere(actor)) return undefined;
  return actor.kind === 'administrator' ? actor.resources.filter((resource) => mayHelpOn(actor, resource)) : [];
}

/**
 * Authenticating users and tokens on a resource is for a site's backend, so no administrator's session may; an
 * administrator's own key may on their resources.
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
 * Changing a token: as for its owner, and for the resources that accept it directly. An administrator's sign-in token
 * is theirs alone, even against the superuser.
 */
export function mayChangeToken(actor: Actor, token: TokenAccess, owner: UserAccess | undefined): boolean {
  if (token.administrator !== undefined) {
    return actor.kind === 'administrator' && actor.id === token.administrator && actor.through === undefined;
  }
  if (!mayCreate(actor)) return false;
  return (
    token.directResources.every((resource) => mayActOn(actor, resource)) && (!owner || mayChangeUser(actor, owner))
  );
}

/** Unlocking and resynchronising a token: as for its owner, and for the resources that accept it directly. */
export function mayHelpToken(actor: Actor, token: TokenAccess, owner: UserAccess | undefined): boolean {
  if (mayChangeToken(actor, token, owner)) return true;
  const uses = [...token.directResources.map((resource) => ({ resource })), ...(owner?.assignments ?? [])];
  return token.administrator === undefined && mayHelp(actor, uses);
}

/** The user on the self-service page, which has already checked the user's rights there. */
export function isOwnUser(actor: Actor, id: UserId | undefined): boolean {
  return actor.kind === 'user' && actor.id !== undefined && actor.id === id;
}

/**
 * Assigning a token. An administrator's sign-in token opens nothing else, since wrong codes at a resource could lock
 * its administrator out.
 */
export function mayHandToken(token: Pick<TokenAccess, 'administrator'>): boolean {
  return token.administrator === undefined;
}

/**
 * Deleting a user, a token or a filter: the superuser, or its creator. An administrator's sign-in token cannot be
 * deleted: its owner replaces it, and it is deleted with its owner.
 */
export function mayDelete(
  actor: Actor,
  object: { createdBy: ActorReference; administrator?: AdministratorId },
): boolean {
  if (object.administrator !== undefined) return false;
  return mayEverywhere(actor) || (mayManage(actor) && isBy(object.createdBy, actor));
}

/**
 * Changing a filter requires the right to delete it. A change of its rule affects every resource that uses it, so the
 * actor must be able to act on all of these as well.
 */
export const mayChangeFilter = mayDelete;

function isBy(creator: ActorReference, actor: Actor): boolean {
  const self = referenceTo(actor);
  return creator.kind === self.kind && creator.id !== undefined && creator.id === self.id;
}

/** Seeing the balance and its history, which every administrator may see. */
export const maySeeBalance = maySee;

/** Crediting an account: the operator, and the payment service they have authorised. */
export function mayBook(actor: Actor): boolean {
  return actor.kind === 'operator' || actor.kind === 'service';
}

/** True if a key may authenticate and consume for this resource. */
export function mayUse(actor: Actor, resource: ResourceId): boolean {
  return actor.kind === 'api-key' && (actor.resources === undefined || actor.resources.includes(resource));
}
