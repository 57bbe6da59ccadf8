import type { SourceAccount } from './read-source.ts';
import type { SourceResource, SourceToken, SourceUser } from './source-objects.ts';

/** What to create from the source account, regardless of what exists already. */
export interface MigrationPlan {
  resources: PlannedResource[];
  users: PlannedUser[];
  tokens: PlannedToken[];
  access: PlannedAccess[];
  /** What cannot be migrated, and why. */
  skipped: Skipped[];
}

export interface PlannedResource extends SourceResource {
  /** A user signs in to it with a token. None of them may sign in here without one because a seed is missing. */
  withTokens: boolean;
  /** It accepts codes by SMS. */
  takesSms: boolean;
}

export interface PlannedUser extends SourceUser {
  blocked: boolean;
}

export interface PlannedToken extends Omit<SourceToken, 'owner' | 'enabled' | 'isStaffs'> {
  /** Number of a planned user. */
  owner: number | undefined;
  /**
   * `sms`, `email`: an address is all it needs. `device`: its seed cannot be read, and must come from a file of seeds.
   */
  kind: 'sms' | 'email' | 'device';
}

/** One user, or tokens without a user, on one resource. */
interface PlannedAccess {
  resource: number;
  user: number | undefined;
  /** The user's tokens; empty: assigned without a token. */
  tokens: number[];
  /** The user had a token in the source, migrated or not. */
  neededToken: boolean;
}

interface Skipped {
  what: 'resource' | 'user' | 'token' | 'assignment';
  number: number | undefined;
  name: string;
  resource?: string;
  code: SkipReason;
  detail?: string;
}

export const SKIP_REASONS = [
  /** It could not be read. */
  'UNREADABLE',
  /** The source has several of that name. */
  'NAME_TWICE',
  /** It signs an administrator in. Administrators are invited again. */
  'OF_ADMINISTRATOR',
  /** It was locked or deactivated in the source. */
  'NOT_ACTIVE',
  /** Its owner is not migrated. */
  'OWNER_LEFT',
  /** Two lists of the source contradict each other. */
  'CONTRADICTED',
  /** The source does not show who is on the resource. */
  'ACCESS_UNREADABLE',
] as const;
type SkipReason = (typeof SKIP_REASONS)[number];

const SENT_KINDS: Readonly<Record<string, 'sms' | 'email'>> = { SMS: 'sms', MAIL: 'email' };

/** Plans the migration. Skips what the source contradicts, and keeps blocked users blocked. */
export function planMigration(account: SourceAccount): MigrationPlan {
  const skipped: Skipped[] = account.unread.map(({ what, object }) => ({
    what,
    number: object.number,
    name: object.name,
    code: 'UNREADABLE',
    detail: object.detail,
  }));
  const resources = dropRepeated(account.resources, 'resource', ({ name }) => name, skipped);
  const users = dropRepeated(account.users, 'user', ({ login }) => login.normalize('NFKC').toLowerCase(), skipped);
  const known = {
    users: new Map(users.map((user) => [user.id, user])),
    tokens: new Map(account.tokens.map((token) => [token.id, token])),
  };
  const tokens = account.tokens.flatMap((token) => {
    const code = skipReason(token, account, known.users);
    if (code === undefined) {
      const { enabled: _enabled, isStaffs: _staffs, ...rest } = token;
      return [{ ...rest, kind: SENT_KINDS[token.type] ?? ('device' as const) }];
    }
    skipped.push({ what: 'token', number: token.id, name: nameOf(token), code });
    return [];
  });
  const planned = new Set(tokens.map(({ id }) => id));
  const access = resources.flatMap((resource) => accessTo(resource, account, { ...known, planned }, skipped));
  return {
    resources: resources.map((resource) => ({
      ...resource,
      // If the source does not show who has a token, assume that all users do.
      withTokens:
        'refused' in (account.access.get(resource.id) ?? { refused: '' }) ||
        access.some((one) => one.resource === resource.id && one.user !== undefined && one.neededToken),
      takesSms: access.some(
        (one) => one.resource === resource.id && one.tokens.some((id) => known.tokens.get(id)?.type === 'SMS'),
      ),
    })),
    users: users.map((user) => ({ ...user, blocked: account.blockedUsers.has(user.id) })),
    tokens,
    access,
    skipped,
  };
}

function skipReason(
  token: SourceToken,
  { blockedTokens }: SourceAccount,
  users: ReadonlyMap<number, SourceUser>,
): SkipReason | undefined {
  if (token.isStaffs) return 'OF_ADMINISTRATOR';
  // A locked token does not sign in; a deactivated one lets its owner sign in without it. Neither may become active
  // here.
  if (!token.enabled || blockedTokens.has(token.id)) return 'NOT_ACTIVE';
  if (token.owner !== undefined && !users.has(token.owner)) return 'OWNER_LEFT';
  return undefined;
}

interface KnownObjects {
  users: ReadonlyMap<number, SourceUser>;
  tokens: ReadonlyMap<number, SourceToken>;
  /** Tokens that are migrated. */
  planned: ReadonlySet<number>;
}

/**
 * Who is on a resource. The source lists users and tokens separately: a token whose owner is also listed goes with its
 * owner, any other stands by itself.
 */
function accessTo(
  resource: SourceResource,
  account: SourceAccount,
  known: KnownObjects,
  skipped: Skipped[],
): PlannedAccess[] {
  const message = account.access.get(resource.id) ?? { refused: '' };
  if ('refused' in message) {
    const detail = message.refused;
    skipped.push({ what: 'resource', number: resource.id, name: resource.name, code: 'ACCESS_UNREADABLE', detail });
    return [];
  }
  const refuse = (number: number, name: string) =>
    skipped.push({ what: 'assignment', number, name, resource: resource.name, code: 'CONTRADICTED' });
  const people = new Map<number, PlannedAccess>();
  for (const user of message.users) {
    // The report already lists users who are not migrated.
    if (!known.users.has(user.id) && account.users.some(({ id, login }) => id === user.id && login === user.login))
      continue;
    // A number that belongs to another user by now gives no access.
    if (known.users.get(user.id)?.login !== user.login) refuse(user.id, user.login);
    else people.set(user.id, { resource: resource.id, user: user.id, tokens: [], neededToken: message.isTokenUnread });
  }
  const alone: PlannedAccess[] = [];
  for (const token of message.tokens) {
    const same = known.tokens.get(token.id);
    const owner = token.owner === undefined ? undefined : people.get(token.owner);
    if (same?.owner !== token.owner || same?.serial !== token.serial || same?.type !== token.type) {
      refuse(token.id, nameOf(token));
      // The owner is unknown, but each of these may have had the token.
      for (const id of [token.owner, same?.owner]) {
        const either = id === undefined ? undefined : people.get(id);
        if (either) either.neededToken = true;
      }
    } else if (owner) {
      owner.neededToken = true;
      if (known.planned.has(token.id)) owner.tokens.push(token.id);
    } else if (known.planned.has(token.id)) {
      alone.push({ resource: resource.id, user: undefined, tokens: [token.id], neededToken: true });
    }
  }
  return [...people.values(), ...alone];
}

/** Skips all objects that share a name: a program cannot decide which one is meant. */
function dropRepeated<T extends { id: number }>(
  objects: readonly T[],
  what: 'resource' | 'user',
  nameOf: (object: T) => string,
  skipped: Skipped[],
): T[] {
  const counts = new Map<string, number>();
  for (const object of objects) counts.set(nameOf(object), (counts.get(nameOf(object)) ?? 0) + 1);
  return objects.filter((object) => {
    const name = nameOf(object);
    if (counts.get(name) === 1) return true;
    skipped.push({ what, number: object.id, name, code: 'NAME_TWICE' });
    return false;
  });
}

/** The serial number if it has one, else the name. */
export function nameOf({ name, serial }: Pick<SourceToken, 'name' | 'serial'>): string {
  return serial ?? name;
}
