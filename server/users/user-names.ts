import { normaliseName } from '../kernel/names.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import type { Claiming } from './user.ts';

/** So long others keep off names that a user is about to take. */
export const CLAIMING_MS = MINUTE_MS;
/** Whoever takes so long to take them gives up: well before others stop keeping off, whatever their clocks say. */
export const CLAIMING_GIVEN_UP_MS = 30_000;

/** The fields that are names, the login first. */
export const NAME_FIELDS = ['login', 'alias', 'email', 'phone'] as const;
export type NameField = (typeof NAME_FIELDS)[number];

/** What of a user is a name. */
export interface Named {
  login: string;
  alias?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
}

/** Every normalised name a user goes by, the login first. Phone numbers count by their digits. */
export function userNames(user: Named): string[] {
  return NAME_FIELDS.flatMap((field) => user[field] ?? []).map(normaliseName);
}

/** The first field in which a user has this normalised name; the login, where none has it. */
export function fieldOfName(user: Named, name: string): NameField {
  const held = NAME_FIELDS.find((field) => user[field] !== undefined && normaliseName(user[field]) === name);
  return held ?? 'login';
}

/** Whether a claim of that name by this user counts: they carry the name, or are about to. */
export function holdsName(user: Named & { claiming?: Claiming }, name: string, now: number): boolean {
  const { claiming } = user;
  return userNames(user).includes(name) || (isClaiming(claiming, now) && claiming.names.includes(name));
}

/** Whether new names are on their way at this moment; a mark that a crash left behind is none. */
export function isClaiming(claiming: Claiming | undefined, now: number): claiming is Claiming {
  return claiming !== undefined && now - claiming.at < CLAIMING_MS;
}

type NameChanges = { [K in NameField]?: string | null | undefined };

/** What names a user is left with; `null` takes one away, which a login is not. */
export function withNames<U extends Named>(user: U, changes: NameChanges): U {
  const { alias: _alias, email: _email, phone: _phone, ...rest } = user;
  const kept = { alias: user.alias, email: user.email, phone: user.phone };
  const optional = Object.entries(kept).flatMap(([field, old]) => {
    const wanted = changes[field as keyof typeof kept];
    const value = wanted === undefined ? old : wanted;
    return value === undefined || value === null ? [] : [[field, value] as const];
  });
  return { ...rest, login: changes.login ?? user.login, ...Object.fromEntries(optional) } as U;
}
