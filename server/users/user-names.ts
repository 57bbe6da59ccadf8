import { normaliseName } from '../kernel/names.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { PendingClaim } from './user.ts';

/** How long other users must not take names that a user has announced. */
export const CLAIM_TTL_MS = MINUTE_MS;
/** A change gives up after this time, well before the mark expires, whatever the clocks of other processes say. */
export const CLAIM_ABANDONED_MS = 30_000;

/** The fields that are names, the login first. */
export const NAME_FIELDS = ['login', 'alias', 'email', 'phone'] as const;
export type NameField = (typeof NAME_FIELDS)[number];

/** The name fields of a user. */
export interface NamedUser {
  login: string;
  alias?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
}

/** Every normalised name of a user, the login first. Phone numbers are reduced to their digits. */
export function userNames(user: NamedUser): string[] {
  return NAME_FIELDS.flatMap((field) => user[field] ?? []).map(normaliseName);
}

/** The first field in which a user has this normalised name, or the login if none has it. */
export function fieldOfName(user: NamedUser, name: string): NameField {
  const held = NAME_FIELDS.find((field) => user[field] !== undefined && normaliseName(user[field]) === name);
  return held ?? 'login';
}

/** True if a claim of that name by this user is valid: they carry or announce it. */
export function holdsName(user: NamedUser & { claiming?: PendingClaim }, name: string, now: number): boolean {
  const { claiming } = user;
  return userNames(user).includes(name) || (isClaiming(claiming, now) && claiming.names.includes(name));
}

/** True while a change of names is under way. A mark left by a crash has expired. */
export function isClaiming(claiming: PendingClaim | undefined, now: number): claiming is PendingClaim {
  return claiming !== undefined && now - claiming.at < CLAIM_TTL_MS;
}

type NameChanges = { [K in NameField]?: string | null | undefined };

/** The user after the changes; `null` removes a name, except the login. */
export function withNames<U extends NamedUser>(user: U, changes: NameChanges): U {
  const { alias: _alias, email: _email, phone: _phone, ...rest } = user;
  const kept = { alias: user.alias, email: user.email, phone: user.phone };
  const optional = Object.entries(kept).flatMap(([field, old]) => {
    const wanted = changes[field as keyof typeof kept];
    const value = wanted === undefined ? old : wanted;
    return value === undefined || value === null ? [] : [[field, value] as const];
  });
  return { ...rest, login: changes.login ?? user.login, ...Object.fromEntries(optional) } as U;
}
