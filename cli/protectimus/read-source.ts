import { Unreachable } from '../connection/service.ts';
import type { Progress } from '../transfer/progress.ts';
import { numberIn, type Source, SourceRefused } from './source.ts';
import {
  type ReadResult,
  readResource,
  readToken,
  readUser,
  type SourceResource,
  type SourceToken,
  type SourceUser,
  type UnreadableObject,
} from './source-objects.ts';

/** Everything that can be read from the source account. */
export interface SourceAccount {
  resources: SourceResource[];
  users: SourceUser[];
  tokens: SourceToken[];
  /** What is on each resource, by its number. */
  access: Map<number, SourceAccess>;
  /** Numbers of blocked users. */
  blockedUsers: Set<number>;
  blockedTokens: Set<number>;
  unread: { what: 'resource' | 'user' | 'token'; object: UnreadableObject }[];
  /** Where its own counts do not match. */
  warnings: string[];
}

/** `isTokenUnread`: one of its tokens cannot be read, and any user may own it. */
type SourceAccess = { users: SourceUser[]; tokens: SourceToken[]; isTokenUnread: boolean } | { refused: string };

const PAGE_SIZE = 100;
const MAX_OBJECTS = 1_000_000;
/** So many unreadable objects are no accident. */
const MAX_UNREADABLE = 10_000;
/** Every state of a blocked user. */
const USER_BLOCKS = [
  ['BLOCKED_BY_ADMIN'],
  ['TOO_MANY_LOGIN_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_EMAIL_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_PIN_FAILED_ATTEMPTS_BLOCKED'],
];
/** States of blocked tokens. Two have two spellings: a source must know one of them. */
const TOKEN_BLOCKS = [
  ['BLOCKED_BY_ADMIN'],
  ['TOO_MANY_OTP_FAILED_ATTEMPTS', 'TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS', 'TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS_BLOCKED'],
];

type Kind = 'resource' | 'user' | 'token';
type Query = Readonly<Record<string, string | number>>;

/**
 * Reads the whole account before anything is created, so that a failure changes nothing. Blocks and access come from
 * queries of their own: the objects do not show them.
 */
export async function readSource(source: Source, show: (total: number) => Progress): Promise<SourceAccount> {
  const declared = {
    resource: await readQuantity(source, 'resource'),
    user: await readQuantity(source, 'user'),
    token: await readQuantity(source, 'token'),
  };
  // Each object is read once by itself, and most of them once more on a resource.
  const progress = show(2 * (declared.resource + declared.user + declared.token));
  try {
    return await readAll(source, declared, progress);
  } finally {
    progress.stop();
  }
}

async function readAll(source: Source, declared: Record<Kind, number>, progress: Progress): Promise<SourceAccount> {
  let count = 0;
  const advance = () => progress.at(++count, count, 0);
  const unread: SourceAccount['unread'] = [];
  const warnings: string[] = [];
  const all = async <T extends { id: number }>(what: Kind, read: (raw: unknown) => ReadResult<T>) => {
    const found = await readList(source, what, {}, read, advance);
    unread.push(...found.unread.map((object) => ({ what, object })));
    const seen = found.objects.length + found.unread.length;
    if (declared[what] !== seen)
      warnings.push(`${source.name} reports ${declared[what]} ${what}s, but returned ${seen}`);
    return found.objects;
  };
  const blocked = async (what: 'user' | 'token', states: typeof USER_BLOCKS) => {
    const ids = new Set<number>();
    for (const spellings of states) for (const id of await numbersOf(source, what, spellings, advance)) ids.add(id);
    return ids;
  };
  const resources = await all('resource', readResource);
  const users = await all('user', readUser);
  const tokens = await all('token', readToken);
  const blockedUsers = await blocked('user', USER_BLOCKS);
  const blockedTokens = await blocked('token', TOKEN_BLOCKS);
  const access = new Map<number, SourceAccess>();
  for (const { id } of resources) access.set(id, await readAccess(source, id, advance));
  return { resources, users, tokens, access, blockedUsers, blockedTokens, unread, warnings };
}

/**
 * Numbers of objects in a state, by the spelling that the source knows. Fails if it knows none: blocked users must stay
 * blocked.
 */
async function numbersOf(source: Source, what: 'user' | 'token', spellings: readonly string[], advance: () => void) {
  const read: (raw: unknown) => ReadResult<{ id: number }> = what === 'user' ? readUser : readToken;
  for (const [at, block] of spellings.entries()) {
    try {
      const { objects, unread } = await readList(source, what, { block }, read, advance);
      return [...objects.map(({ id }) => id), ...unread.flatMap(({ number }) => number ?? [])];
    } catch (error) {
      if (!(error instanceof SourceRefused) || at === spellings.length - 1) throw error;
    }
  }
  return [];
}

async function readQuantity(source: Source, what: Kind): Promise<number> {
  const { quantity: declared } = await source.read(`${what}-service/${what}s/quantity`);
  const number = numberIn(declared);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new Unreachable(`${source.name} does not report its number of ${what}s`);
  return number;
}

/**
 * If users or tokens of a resource cannot be read, it gets no access: half of it could let a user sign in without a
 * code.
 */
async function readAccess(source: Source, resource: number, advance: () => void): Promise<SourceAccess> {
  try {
    const users = await readList(source, 'user', { resourceIds: resource }, readUser, advance);
    const tokens = await readList(source, 'token', { resourceIds: resource }, readToken, advance);
    return { users: users.objects, tokens: tokens.objects, isTokenUnread: tokens.unread.length > 0 };
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error;
    return { refused: `${error.sourceCode} ${error.message}`.trim() };
  }
}

/** Reads pages until one is empty, and fails if they repeat. */
async function readList<T extends { id: number }>(
  source: Source,
  what: Kind,
  query: Query,
  read: (raw: unknown) => ReadResult<T>,
  advance: () => void,
): Promise<{ objects: T[]; unread: UnreadableObject[] }> {
  const found = new Map<number, T>();
  const unread: UnreadableObject[] = [];
  const path = `${what}-service/${what}s`;
  for (let start = 0; ; ) {
    const { [`${what}s`]: page } = await source.read(path, { ...query, start, limit: PAGE_SIZE });
    if (!Array.isArray(page)) throw new Unreachable(`${source.name}: ${path} did not return a list`);
    if (page.length === 0) return { objects: [...found.values()], unread };
    // A page longer than requested would be read twice.
    if (page.length > PAGE_SIZE) throw new Unreachable(`${source.name}: ${path} returned more than was requested`);
    const before = found.size + unread.length;
    for (const raw of page) {
      const one = read(raw);
      if ('unread' in one) unread.push(one.unread);
      else {
        const same = found.get(one.object.id);
        if (same && JSON.stringify(same) !== JSON.stringify(one.object)) {
          throw new Unreachable(`${source.name}: ${path} returned two different ${what}s with the id ${one.object.id}`);
        }
        if (!same) advance();
        found.set(one.object.id, one.object);
      }
    }
    if (found.size + unread.length === before)
      throw new Unreachable(`${source.name}: ${path} returned the same page twice`);
    start += page.length;
    if (start > MAX_OBJECTS || unread.length > MAX_UNREADABLE)
      throw new Unreachable(`${source.name}: ${path} returned too many objects`);
  }
}
