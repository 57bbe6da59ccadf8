import type { SessionView } from '@countersign/protocol/session';
import type { Fields } from '../service/conflict.ts';
import { canActOn, isSuperuser } from '../shell/context.ts';

/** Who made it, as the API shows it. */
export interface Creator {
  kind: string;
  id?: string;
}

export interface Assignment {
  resource: string;
  alone: boolean;
  tokens: readonly string[];
}

/** A user as the API shows them. */
export interface User extends Fields {
  id: string;
  login: string;
  alias?: string;
  email?: string;
  phone?: string;
  firstName?: string;
  secondName?: string;
  apiSupport: boolean;
  blocked: boolean;
  hasPassword: boolean;
  /** The password came by a mailed link, and nothing has confirmed the user since. */
  needsConfirmation?: true;
  assignments: readonly Assignment[];
  otherResources?: number;
  createdAt: number;
  createdBy: Creator | null;
}

export const TOKEN_KINDS = ['webauthn', 'totp', 'hotp', 'ocra', 'sms', 'email', 'recovery'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];
export const TOKEN_STATES = ['active', 'deactivated', 'locked', 'expired', 'out-of-step'] as const;
export type TokenState = (typeof TOKEN_STATES)[number];
export type LockReason = 'otp-failures' | 'resync-failures' | 'administrator';
export type Algorithm = 'SHA1' | 'SHA256' | 'SHA512';

/** A token as the API shows it. */
export interface Token extends Fields {
  id: string;
  name: string;
  serial?: string;
  kind: TokenKind;
  algorithm?: Algorithm;
  digits?: 6 | 8;
  periodMs?: number;
  suite?: string;
  pin?: 'before' | 'after';
  to?: string;
  codesLeft?: number;
  discoverable?: boolean;
  synced?: boolean;
  owner?: string;
  administrator?: string;
  enabled: boolean;
  needsResync?: true;
  locked: { reason: LockReason; at: number } | null;
  failures: number;
  resyncFailures: number;
  expiresAt?: number;
  directResources: readonly string[];
  otherResources?: number;
  createdAt: number;
  createdBy: Creator | null;
}

type StateFacts = Pick<Token, 'enabled' | 'locked' | 'expiresAt' | 'needsResync'>;

/** In the order in which the service looks: deactivation wins over a lock and an expiry. */
export function stateOf(token: StateFacts, now: number): TokenState {
  return token.enabled ? stateOnceEnabled(token, now) : 'deactivated';
}

/** What it would be if it were enabled again: a lock outlasts a deactivation, and so does an expiry. */
export function stateOnceEnabled(token: Omit<StateFacts, 'enabled'>, now: number): Exclude<TokenState, 'deactivated'> {
  if (token.locked) return 'locked';
  if (token.expiresAt !== undefined && now >= token.expiresAt) return 'expired';
  return token.needsResync ? 'out-of-step' : 'active';
}

/** The name that people call them by, where they have one. */
export function fullName({ firstName, secondName }: Pick<User, 'firstName' | 'secondName'>): string {
  return [firstName, secondName].filter((part) => part !== undefined).join(' ');
}

/** Whether the service would let this administrator change them: all that they get into has to be theirs. */
export function canChangeUser(
  session: SessionView,
  { assignments, otherResources = 0 }: Pick<User, 'assignments' | 'otherResources'>,
): boolean {
  return otherResources === 0 && assignments.every(({ resource }) => canActOn(session, resource));
}

/** @param owner undefined: it has none, or they are not known yet */
export function canChangeToken(
  session: SessionView,
  token: Pick<Token, 'administrator' | 'directResources' | 'otherResources'>,
  owner: Pick<User, 'assignments' | 'otherResources'> | undefined,
): boolean {
  if (token.administrator !== undefined) return token.administrator === session.administrator.id;
  return (
    (token.otherResources ?? 0) === 0 &&
    token.directResources.every((resource) => canActOn(session, resource)) &&
    (owner === undefined || canChangeUser(session, owner))
  );
}

/** The superuser, or whoever made it; of an administrator's own token, nobody. */
export function canDelete(
  session: SessionView,
  object: { createdBy: Creator | null; administrator?: string },
): boolean {
  if (object.administrator !== undefined) return false;
  const { createdBy } = object;
  return isSuperuser(session) || (createdBy?.kind === 'administrator' && createdBy.id === session.administrator.id);
}

/** Kinds that show codes which two in a row of tell where it is. */
export function canResync({ kind }: Pick<Token, 'kind'>): boolean {
  return kind === 'totp' || kind === 'hotp' || kind === 'ocra';
}

/** Kinds of which a code can be looked at without being used up. */
export function canCheck({ kind }: Pick<Token, 'kind'>): boolean {
  return kind === 'totp' || kind === 'hotp';
}

/** Kinds whose codes a PIN can be typed with. */
export function canHavePin({ kind }: Pick<Token, 'kind'>): boolean {
  return kind !== 'recovery' && kind !== 'webauthn';
}

export const USERS = '/console/users';
export const TOKENS = '/console/tokens';
