import type { ApiKey } from '../api-keys/api-key.ts';
import type { Filter } from '../filters/filter.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Resource } from '../resources/resource.ts';
import { byCreation, indexes } from '../store/indexes.ts';
import type { Change, DocumentKey, IndexEntry } from '../store/store.ts';
import { isSent, type Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';

/** An entry of an index that belongs to an object. All of an object's are kept in the very commits that write it. */
export interface IndexedEntry {
  index: string;
  entry: IndexEntry;
}

/** So much of a name is indexed, in UTF-16 units: what longer names begin with is enough to find them. */
const INDEXED_LENGTH = 100;
/** Between a name and which of an object's names it is: below every character that a name can hold. */
const NAME_END = '\u0001';

/** Names by which objects are listed come first in an entry's text, so that a prefix of the name is one of the entry. */
export function namePrefix(search: string): string {
  // The beginning of a phone number is no phone number yet, and so keeps its plus.
  return normaliseName(search)
    .replace(/^\+(?=\d)/, '')
    .slice(0, INDEXED_LENGTH);
}

/** What the entries begin with that stand for this whole name, as far as names are indexed. */
export function namesExactly(name: string): string {
  const text = normaliseName(name).slice(0, INDEXED_LENGTH);
  return text.length < INDEXED_LENGTH ? `${text}${NAME_END}` : text;
}

/** Whether one of the names begins so, for lists that no index of names serves. */
export function beginsWith(names: readonly (string | undefined)[], search: string | undefined): boolean {
  if (search === undefined) return true;
  const prefix = namePrefix(search);
  return names.some((name) => name !== undefined && namePrefix(name).startsWith(prefix));
}

/** The name by which an object is sorted, as against others by which it is only found. */
export function isMainName(entry: IndexEntry): boolean {
  return entry.sort.endsWith(`${NAME_END}0`);
}

/** Where an object is listed. The kind of document decides; one of an unknown kind is listed nowhere. */
export function indexEntriesOf(key: DocumentKey, object: object): IndexedEntry[] {
  switch (key.name.split('/', 1)[0]) {
    case 'user':
      return userEntries(object as User);
    case 'token':
      return tokenEntries(object as Token);
    case 'resource': {
      const resource = object as Resource;
      return named(resource, indexes.resources(resource.account), indexes.resourceNames(resource.account));
    }
    case 'filter': {
      const filter = object as Filter;
      return named(filter, indexes.filters(filter.account), indexes.filterNames(filter.account));
    }
    case 'api-key':
      return keyPlaces(object as ApiKey);
    default:
      return [];
  }
}

/** The steps from the places of an object as it was to those of it as it is; undefined where there is none. */
export function reindex(
  key: DocumentKey,
  before: object | undefined,
  after: object | undefined,
): NonNullable<Change['index']> {
  const [old, now] = [before ? indexEntriesOf(key, before) : [], after ? indexEntriesOf(key, after) : []];
  if (old.length === 0) return now.map(({ index, entry }) => ({ index, add: entry }));
  const [had, has] = [new Set(old.map(nameOf)), new Set(now.map(nameOf))];
  return [
    ...old.filter((place) => !has.has(nameOf(place))).map(({ index, entry }) => ({ index, remove: entry })),
    ...now.filter((place) => !had.has(nameOf(place))).map(({ index, entry }) => ({ index, add: entry })),
  ];
}

function userEntries(user: User): IndexedEntry[] {
  const { account } = user;
  const names = [user.login, user.alias, user.email, user.phone, user.firstName, user.secondName];
  const entry = byCreation(user);
  return [
    { index: indexes.users(account), entry },
    ...nameEntries(user.id, names).map((name) => ({ index: indexes.userNames(account), entry: name })),
    ...(user.blocked ? [{ index: indexes.usersBlocked(account), entry }] : []),
    ...user.assignments.map(({ resource }) => ({ index: indexes.usersOn(account, resource), entry })),
  ];
}

function tokenEntries(token: Token): IndexedEntry[] {
  const { account, owner } = token;
  const entry = byCreation(token);
  return [
    { index: indexes.tokens(account), entry },
    ...nameEntries(token.id, [token.name, token.serial, isSent(token) ? token.factor.to : undefined]).map((name) => ({
      index: indexes.tokenNames(account),
      entry: name,
    })),
    { index: indexes.tokensOfKind(account, token.factor.kind), entry },
    ...(owner === undefined ? [] : [{ index: indexes.tokensOf(account, owner), entry }]),
    ...(token.lock ? [{ index: indexes.tokensLocked(account), entry }] : []),
    ...(token.enabled ? [] : [{ index: indexes.tokensDeactivated(account), entry }]),
    ...(token.expiresAt === undefined ? [] : [{ index: indexes.tokensExpiring(account), entry }]),
    ...token.directResources.map((resource) => ({ index: indexes.tokensOn(account, resource), entry })),
  ];
}

function keyPlaces(key: ApiKey): IndexedEntry[] {
  const created = { index: indexes.apiKeys(key.account), entry: byCreation(key) };
  if (key.kind !== 'protectimus') return [created];
  return [
    created,
    { index: indexes.protectimusKeys(normaliseName(key.login)), entry: { sort: key.account, id: key.id } },
  ];
}

function named(
  object: { id: string; name: string; createdAt: number },
  created: string,
  names: string,
): IndexedEntry[] {
  return [
    { index: created, entry: byCreation(object) },
    ...nameEntries(object.id, [object.name]).map((entry) => ({ index: names, entry })),
  ];
}

/** One for each different name, the main one first. */
function nameEntries(id: string, names: readonly (string | undefined)[]): IndexEntry[] {
  const seen = new Set<string>();
  return names.flatMap((name, at) => {
    const text = name === undefined ? '' : normaliseName(name).slice(0, INDEXED_LENGTH);
    // The main one is there whatever it is, since without it the object would be missing where all are listed by name.
    if (at > 0 && (text === '' || seen.has(text))) return [];
    seen.add(text);
    return [{ sort: `${text}${NAME_END}${at}`, id }];
  });
}

function nameOf({ index, entry }: IndexedEntry): string {
  return JSON.stringify([index, entry.sort, entry.id]);
}
