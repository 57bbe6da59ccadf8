import type { SessionView } from '@countersign/protocol/session';
import type { LockReason, OtpAlgorithm, PinPosition, TokenKind, TokenState } from '@countersign/protocol/tokens';
import type { Fields } from '../service/conflict.ts';
import { canActOn, canHelpOn, canManage, isHelpDesk, isSuperuser } from '../shell/context.ts';

/** The creator of an object, as in the API. */
export interface Creator {
  kind: string;
  id?: string;
}

export interface Assignment {
  resource: string;
  alone: boolean;
  tokens: readonly string[];
}

/** A user, as in the API. */
export interface User extends Fields {
  id: string;
  login: string;
  alias?: string;
  email?: string;
  phone?: string;
  firstName?: string;
  secondName?: string;
  externalId?: string;
  apiSupport: boolean;
  blocked: boolean;
  hasPassword: boolean;
  /** The password was set by a mailed link, and nothing has confirmed the user since. */
  needsConfirmation?: true;
  /** The help desk may know the password. */
  passwordByHelpDesk?: true;
  assignments: readonly Assignment[];
  otherResources?: number;
  /** A UTC day. Null: never. */
  lastSignIn?: string | null;
  /** Missing: a second factor is asked for. Null: not known since when. */
  passwordAloneSince?: number | null;
  createdAt: number;
  createdBy: Creator;
}

/** A token, as in the API. */
export interface Token extends Fields {
  id: string;
  name: string;
  serial?: string;
  kind: TokenKind;
  algorithm?: OtpAlgorithm;
  digits?: 6 | 8;
  periodMs?: number;
  suite?: string;
  pin?: PinPosition;
  to?: string;
  codesLeft?: number;
  discoverable?: boolean;
  synced?: boolean;
  owner?: string;
  administrator?: string;
  enabled: boolean;
  needsResync?: true;
  secretLost?: true;
  locked: { reason: LockReason; at: number } | null;
  failures: number;
  resyncFailures: number;
  expiresAt?: number;
  directResources: readonly string[];
  otherResources?: number;
  createdAt: number;
  createdBy: Creator;
}

type StateFacts = Pick<Token, 'enabled' | 'locked' | 'expiresAt' | 'needsResync' | 'secretLost'>;

/** The order is the service's: deactivation wins over a lock and over expiry. */
export function stateOf(token: StateFacts, now: number): TokenState {
  return token.enabled ? stateOnceEnabled(token, now) : 'deactivated';
}

/** The state after reactivation: a lock and an expiry outlast a deactivation. */
export function stateOnceEnabled(token: Omit<StateFacts, 'enabled'>, now: number): Exclude<TokenState, 'deactivated'> {
  if (token.secretLost) return 'secret-lost';
  if (token.locked) return 'locked';
  if (token.expiresAt !== undefined && now >= token.expiresAt) return 'expired';
  return token.needsResync ? 'out-of-step' : 'active';
}

/** First and last name, if there are any. */
export function fullName({ firstName, secondName }: Pick<User, 'firstName' | 'secondName'>): string {
  return [firstName, secondName].filter((part) => part !== undefined).join(' ');
}

/** Whether this administrator may change the user: they must be able to act on every resource the user can access. */
export function canChangeUser(
  session: SessionView,
  { assignments, otherResources = 0 }: Pick<User, 'assignments' | 'otherResources'>,
): boolean {
  return canManage(session) && otherResources === 0 && assignments.every(({ resource }) => canActOn(session, resource));
}

/** Whether this administrator may unblock the user and make links for them. */
export function canHelpUser(session: SessionView, user: Pick<User, 'assignments' | 'otherResources'>): boolean {
  return canChangeUser(session, user) || canHelp(session, user.assignments, user.otherResources);
}

function canHelp(session: SessionView, uses: readonly { resource: string }[], others = 0): boolean {
  const isWithin = uses.length > 0 && uses.every(({ resource }) => canHelpOn(session, resource));
  return isHelpDesk(session) && others === 0 && isWithin;
}

/** @param owner undefined if the token has no owner or the owner is not loaded yet */
export function canChangeToken(
  session: SessionView,
  token: Pick<Token, 'administrator' | 'directResources' | 'otherResources'>,
  owner: Pick<User, 'assignments' | 'otherResources'> | undefined,
): boolean {
  if (token.administrator !== undefined) return token.administrator === session.administrator.id;
  return (
    canManage(session) &&
    (token.otherResources ?? 0) === 0 &&
    token.directResources.every((resource) => canActOn(session, resource)) &&
    (owner === undefined || canChangeUser(session, owner))
  );
}

/** Whether this administrator may unlock and resynchronise the token. */
export function canHelpToken(
  session: SessionView,
  token: Pick<Token, 'administrator' | 'directResources' | 'otherResources'>,
  owner: Pick<User, 'assignments' | 'otherResources'> | undefined,
): boolean {
  if (canChangeToken(session, token, owner)) return true;
  const uses = [...token.directResources.map((resource) => ({ resource })), ...(owner?.assignments ?? [])];
  const others = (token.otherResources ?? 0) + (owner?.otherResources ?? 0);
  return token.administrator === undefined && canHelp(session, uses, others);
}

/** The superuser and the creator may delete an object. An administrator's own token cannot be deleted here. */
export function canDelete(session: SessionView, object: { createdBy: Creator; administrator?: string }): boolean {
  if (object.administrator !== undefined) return false;
  return isSuperuser(session) || (canManage(session) && isMadeBy(session, object.createdBy));
}

function isMadeBy({ administrator }: SessionView, by: Creator): boolean {
  return by.kind === 'administrator' && by.id === administrator.id;
}

/** Kinds that two codes in a row can resynchronize. */
export function canResync({ kind }: Pick<Token, 'kind'>): boolean {
  return kind === 'totp' || kind === 'hotp' || kind === 'ocra';
}

/** Kinds whose codes can be checked without being used up. */
export function canCheck({ kind }: Pick<Token, 'kind'>): boolean {
  return kind === 'totp' || kind === 'hotp';
}

/** Kinds whose codes can be combined with a PIN. */
export function canHavePin({ kind }: Pick<Token, 'kind'>): boolean {
  return kind !== 'recovery' && kind !== 'webauthn';
}

export const USERS = '/console/users';
export const TOKENS = '/console/tokens';
