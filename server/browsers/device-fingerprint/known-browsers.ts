import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId, ResourceId, UserId } from '../../kernel/ids.ts';
import { DAY_MS } from '../../kernel/time.ts';
import type { Environment } from './browser-signals.ts';

/** A browser with which a user has signed in. */
export interface RememberedEnvironment {
  /** The resource; absent: all, vouched for by a host's backend. */
  resource?: ResourceId;
  /** MACs. */
  traits: Environment;
  firstSeenAt: number;
  lastSeenAt: number;
}

/** The browsers of one user, newest first. */
export interface Environments {
  account: AccountId;
  user: UserId;
  list: RememberedEnvironment[];
}

/** Per user and resource; one more replaces the one not seen for longest. */
export const ENVIRONMENTS_PER_RESOURCE = 8;
/** Per user. */
export const ENVIRONMENTS_PER_USER = 64;
/** A browser that was not seen for this time is forgotten. */
export const ENVIRONMENT_TTL_MS = 180 * DAY_MS;
/** The precision of the last time it was seen: a day. */
const SEEN_STEP_MS = DAY_MS;

/** The browsers that count on a resource: its own, and those that count everywhere. */
export function rememberedOn(
  environments: Environments | undefined,
  resource: ResourceId,
  now: number,
): RememberedEnvironment[] {
  const list = environments?.list ?? [];
  return list.filter((one) => isRetained(one, now) && (one.resource === undefined || one.resource === resource));
}

/** Adds a browser, or updates its last use. `undefined`: no change to store. */
export function remember(
  environments: Environments | undefined,
  seen: { account: AccountId; user: UserId; resource?: ResourceId | undefined; traits: Environment },
  now: number,
): { environments: Environments; isNew: boolean } | undefined {
  const { account, user, resource, traits } = seen;
  if (Object.keys(traits).length === 0) return undefined;
  const kept = (environments?.list ?? []).filter((one) => isRetained(one, now));
  const known = kept.find((one) => one.resource === resource && sameTraits(one.traits, traits));
  if (known && now - known.lastSeenAt < SEEN_STEP_MS) return undefined;
  const firstSeenAt = known?.firstSeenAt ?? now;
  const first: RememberedEnvironment = { ...omitUndefined({ resource }), traits, firstSeenAt, lastSeenAt: now };
  let here = 0;
  const list = [first, ...kept.filter((one) => one !== known)].filter((one) => {
    if (one.resource === resource) here += 1;
    return one.resource !== resource || here <= ENVIRONMENTS_PER_RESOURCE;
  });
  return { environments: { account, user, list: list.slice(0, ENVIRONMENTS_PER_USER) }, isNew: known === undefined };
}

/** When the last of them expires. */
export function environmentsExpireAt({ list }: Environments): number {
  return Math.max(0, ...list.map(({ lastSeenAt }) => lastSeenAt)) + ENVIRONMENT_TTL_MS;
}

/** Whether a browser is still remembered. */
export function isRetained({ lastSeenAt }: RememberedEnvironment, now: number): boolean {
  return now - lastSeenAt < ENVIRONMENT_TTL_MS;
}

function sameTraits(one: Environment, other: Environment): boolean {
  const text = (environment: Environment) => JSON.stringify(Object.entries(environment).sort());
  return text(one) === text(other);
}
