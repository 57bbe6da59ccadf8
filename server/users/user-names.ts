import { normaliseName } from '../kernel/names.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { PendingClaim } from './user.ts';

/** How long other users must not take names that a user has announced. */
export const CLAIM_TTL_MS = MINUTE_MS;
/** A change gives up after this time, well before the mark expires, whatever the clocks of other processes say. */
export const CLAIM_ABANDONED_MS = 30_000;

/** The fields that are names, the login first. */
export const NAME_FIELDS = ['login', 'alias', 'email', 'phone'] as const;
type NameField = (typeof NAME_FIELDS)[number];

/** Stands before the external id among the claims of a user. No normalised name begins with it. */
const EXTERNAL_ID_MARK = '\u0000';

/** The name fields of a user. */
export interface NamedUser {
  login: string;
  alias?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  externalId?: string | undefined;
}

/** Every normalised name of a user, the login first. Phone numbers are reduced to their digits. */
export function userNames(user: NamedUser): string[] {
  return NAME_FIELDS.flatMap((field) => user[field] ?? []).map(normaliseName);
}

/** Everything of a user that no other user of the account may have: their names, and their external id, marked. */
export function userClaims(user: NamedUser): string[] {
  return [...userNames(user), ...(user.externalId === undefined ? [] : [markExternalId(user.externalId)])];
}

export function markExternalId(id: string): string {
  return EXTERNAL_ID_MARK + id;
}

/** The external id of a claim, or undefined for a name. */
export function readExternalId(claim: string): string | undefined {
  return claim.startsWith(EXTERNAL_ID_MARK) ? claim.slice(EXTERNAL_ID_MARK.length) : undefined;
}

/** The first field in which a user has this normalised name, or the login if none has it. */
export function fieldOfName(user: NamedUser, name: string): NameField {
  const held = NAME_FIELDS.find((field) => user[field] !== undefined && normaliseName(user[field]) === name);
  return held ?? 'login';
}

/** True if this claim by this user is valid: they carry or announce it. */
export function holdsName(user: NamedUser & { claiming?: PendingClaim }, name: string, now: number): boolean {
  const { claiming } = user;
  return userClaims(user).includes(name) || (isClaiming(claiming, now) && claiming.names.includes(name));
}

/** True while a change of names is under way. A mark left by a crash has expired. */
export function isClaiming(claiming: PendingClaim | undefined, now: number): claiming is PendingClaim {
  return claiming !== undefined && now - claiming.at < CLAIM_TTL_MS;
}

/** `null` removes a name. */
export type NameChanges = { [K in Exclude<NameField, 'login'> | 'externalId']?: string | null | undefined } & {
  login?: string | undefined;
};

/** The user after the changes. */
export function withNames<U extends NamedUser>(user: U, changes: NameChanges): U {
  const { alias, email, phone, externalId, ...rest } = user;
  const kept = { alias, email, phone, externalId };
  const optional = Object.entries(kept).flatMap(([field, old]) => {
    const wanted = changes[field as keyof typeof kept];
    const value = wanted === undefined ? old : wanted;
    return value === undefined || value === null ? [] : [[field, value] as const];
  });
  return { ...rest, login: changes.login ?? user.login, ...Object.fromEntries(optional) } as U;
}
