import type { SourceAccount } from './read-source.ts';
import type { SourceResource, SourceToken, SourceUser } from './source-objects.ts';

/** What is to be made of an account elsewhere. Nothing here knows yet what there is already. */
export interface MigrationPlan {
  resources: PlannedResource[];
  users: PlannedUser[];
  tokens: PlannedToken[];
  access: PlannedAccess[];
  /** What is not taken over whatever there is here, and why. */
  skipped: Skipped[];
}

export interface PlannedResource extends SourceResource {
  /** Somebody signs in to it with a token: nobody may come in here without one for want of a seed. */
  withTokens: boolean;
  /** Codes by text message count there. */
  takesSms: boolean;
}

export interface PlannedUser extends SourceUser {
  blocked: boolean;
}

export interface PlannedToken extends Omit<SourceToken, 'owner' | 'enabled' | 'isStaffs'> {
  /** A number among the planned users. */
  owner: number | undefined;
  /**
   * `sms`, `email`: codes go to an address, which is all there is to it. `device`: its seed cannot be read, and comes from a file of
   * seeds or not at all.
   */
  kind: 'sms' | 'email' | 'device';
}

/** One person, or nobody, on one resource. */
export interface PlannedAccess {
  resource: number;
  user: number | undefined;
  /** With these; none: alone. Of nobody each by itself. */
  tokens: number[];
  /** They had a token there, whether or not it is among those that come over. */
  neededToken: boolean;
}

export interface Skipped {
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
  /** The account elsewhere has several of that name. */
  'NAME_TWICE',
  /** It signs an administrator in, and these are invited anew. */
  'OF_ADMINISTRATOR',
  /** It was locked or deactivated there. */
  'NOT_ACTIVE',
  /** Its owner does not come over. */
  'OWNER_LEFT',
  /** Said to be one thing in one list, and another in another. */
  'CONTRADICTED',
  /** The account elsewhere does not tell who is on the resource. */
  'ACCESS_UNREADABLE',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

const SENT_KINDS: Readonly<Record<string, 'sms' | 'email'>> = { SMS: 'sms', MAIL: 'email' };

/**
 * What is to be made. Where two statements do not go together nothing is made of either, and what is kept out there is kept
 * out here.
 */
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
      // Where it is not known who has one, everybody may have.
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
  // A locked one lets nobody in there, and a deactivated one lets its owner in without: neither is brought to life here.
  if (!token.enabled || blockedTokens.has(token.id)) return 'NOT_ACTIVE';
  if (token.owner !== undefined && !users.has(token.owner)) return 'OWNER_LEFT';
  return undefined;
}

interface KnownObjects {
  users: ReadonlyMap<number, SourceUser>;
  tokens: ReadonlyMap<number, SourceToken>;
  /** Tokens that come over. */
  planned: ReadonlySet<number>;
}

/**
 * Who is on a resource. The account elsewhere tells people and tokens, and not which of them belong together: a token whose
 * owner is there too is with its owner, every other is there by itself.
 */
function accessTo(
  resource: SourceResource,
  account: SourceAccount,
  known: KnownObjects,
  skipped: Skipped[],
): PlannedAccess[] {
  const told = account.access.get(resource.id) ?? { refused: '' };
  if ('refused' in told) {
    const detail = told.refused;
    skipped.push({ what: 'resource', number: resource.id, name: resource.name, code: 'ACCESS_UNREADABLE', detail });
    return [];
  }
  const refuse = (number: number, name: string) =>
    skipped.push({ what: 'assignment', number, name, resource: resource.name, code: 'CONTRADICTED' });
  const people = new Map<number, PlannedAccess>();
  for (const user of told.users) {
    // Who does not come over has been told of.
    if (!known.users.has(user.id) && account.users.some(({ id, login }) => id === user.id && login === user.login))
      continue;
    // A number that stands for somebody else by now gives access to nobody.
    if (known.users.get(user.id)?.login !== user.login) refuse(user.id, user.login);
    else people.set(user.id, { resource: resource.id, user: user.id, tokens: [], neededToken: told.isTokenUnread });
  }
  const alone: PlannedAccess[] = [];
  for (const token of told.tokens) {
    const same = known.tokens.get(token.id);
    const person = token.owner === undefined ? undefined : people.get(token.owner);
    if (same?.owner !== token.owner || same?.serial !== token.serial || same?.type !== token.type) {
      refuse(token.id, nameOf(token));
      // Whose token it is is not known; that one of these had it is.
      for (const owner of [token.owner, same?.owner]) {
        const either = owner === undefined ? undefined : people.get(owner);
        if (either) either.neededToken = true;
      }
    } else if (person) {
      person.neededToken = true;
      if (known.planned.has(token.id)) person.tokens.push(token.id);
    } else if (known.planned.has(token.id)) {
      alone.push({ resource: resource.id, user: undefined, tokens: [token.id], neededToken: true });
    }
  }
  return [...people.values(), ...alone];
}

/** Of several that go by one name none comes over: which of them is meant is not for a program to say. */
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

/** What people know it by: where it has one, its serial number. */
export function nameOf({ name, serial }: Pick<SourceToken, 'name' | 'serial'>): string {
  return serial ?? name;
}
