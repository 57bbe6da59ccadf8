import type { AccountId, ResourceId } from '../kernel/ids.ts';

/** The day of a user's last sign-in to each resource, UTC: `2027-01-15`. */
export type SignInDays = Readonly<Record<ResourceId, string>>;

export interface LastSignIns {
  readonly account: AccountId;
  readonly days: SignInDays;
}

/** Far more than a user is assigned to. Beyond it, the resources of the oldest days are forgotten. */
export const MAX_SIGN_IN_RESOURCES = 200;

/** The days after more sign-ins, which may be old; undefined if none is later than what is known. */
export function laterSignIns(before: SignInDays, more: SignInDays): SignInDays | undefined {
  const later = entriesOf(more).filter(([resource, day]) => day > (before[resource] ?? ''));
  if (later.length === 0) return undefined;
  const newestFirst = entriesOf({ ...before, ...Object.fromEntries(later) }).sort(([, one], [, other]) =>
    one < other ? 1 : one > other ? -1 : 0,
  );
  return Object.fromEntries(newestFirst.slice(0, MAX_SIGN_IN_RESOURCES));
}

/** The last day on which the user signed in to one of the resources; undefined: never. */
export function lastSignInDay(
  days: SignInDays | undefined,
  isShown: (resource: ResourceId) => boolean,
): string | undefined {
  const shown = entriesOf(days ?? {}).flatMap(([resource, day]) => (isShown(resource) ? [day] : []));
  return shown.sort().at(-1);
}

function entriesOf(days: SignInDays): [ResourceId, string][] {
  return Object.entries(days) as [ResourceId, string][];
}
