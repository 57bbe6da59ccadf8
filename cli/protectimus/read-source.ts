import { Unreachable } from '../connection/service.ts';
import type { Progress } from '../transfer/progress.ts';
import { numberIn, type Source, SourceRefused } from './source.ts';
import {
  type Read,
  readResource,
  readToken,
  readUser,
  type SourceResource,
  type SourceToken,
  type SourceUser,
  type Unread,
} from './source-objects.ts';

/** Everything of an account elsewhere that can be read. */
export interface SourceAccount {
  resources: SourceResource[];
  users: SourceUser[];
  tokens: SourceToken[];
  /** What is on each resource, by its number. */
  access: Map<number, SourceAccess>;
  /** Numbers of those that are kept out there. */
  blockedUsers: Set<number>;
  blockedTokens: Set<number>;
  unread: { what: 'resource' | 'user' | 'token'; object: Unread }[];
  /** What it says of itself and does not keep. */
  warnings: string[];
}

/** `isTokenUnread`: a token on it cannot be read, and it may be anybody's. */
export type SourceAccess = { users: SourceUser[]; tokens: SourceToken[]; isTokenUnread: boolean } | { refused: string };

const PAGE = 100;
const MOST_OBJECTS = 1_000_000;
/** More of what cannot be read is no accident. */
const MOST_UNREAD = 10_000;
/** Every state in which somebody is kept out. */
const USER_BLOCKS = [
  ['BLOCKED_BY_ADMIN'],
  ['TOO_MANY_LOGIN_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_EMAIL_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_PIN_FAILED_ATTEMPTS_BLOCKED'],
];
/** Of tokens. Two are spelled in two ways: a source has to know one of them. */
const TOKEN_BLOCKS = [
  ['BLOCKED_BY_ADMIN'],
  ['TOO_MANY_OTP_FAILED_ATTEMPTS', 'TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED'],
  ['TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS', 'TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS_BLOCKED'],
];

type Kind = 'resource' | 'user' | 'token';
type Query = Readonly<Record<string, string | number>>;

/**
 * Reads an account elsewhere, all of it before anything is made of it: what breaks off here has changed nothing. Whom it keeps
 * out, and what is on a resource, is found by asking for them: the objects themselves do not say.
 */
export async function readSource(source: Source, show: (total: number) => Progress): Promise<SourceAccount> {
  const said = {
    resource: await quantity(source, 'resource'),
    user: await quantity(source, 'user'),
    token: await quantity(source, 'token'),
  };
  // Each is read by itself, and most of them once more on a resource.
  const progress = show(2 * (said.resource + said.user + said.token));
  try {
    return await readAll(source, said, progress);
  } finally {
    progress.stop();
  }
}

async function readAll(source: Source, said: Record<Kind, number>, progress: Progress): Promise<SourceAccount> {
  let count = 0;
  const tell = () => progress.at(++count, count, 0);
  const unread: SourceAccount['unread'] = [];
  const warnings: string[] = [];
  const all = async <T extends { id: number }>(what: Kind, read: (raw: unknown) => Read<T>) => {
    const found = await list(source, what, {}, read, tell);
    unread.push(...found.unread.map((object) => ({ what, object })));
    const seen = found.objects.length + found.unread.length;
    if (said[what] !== seen) warnings.push(`${source.name} says that it has ${said[what]} ${what}s, and shows ${seen}`);
    return found.objects;
  };
  const blocked = async (what: 'user' | 'token', states: typeof USER_BLOCKS) => {
    const ids = new Set<number>();
    for (const spellings of states) for (const id of await numbersOf(source, what, spellings, tell)) ids.add(id);
    return ids;
  };
  const resources = await all('resource', readResource);
  const users = await all('user', readUser);
  const tokens = await all('token', readToken);
  const blockedUsers = await blocked('user', USER_BLOCKS);
  const blockedTokens = await blocked('token', TOKEN_BLOCKS);
  const access = new Map<number, SourceAccess>();
  for (const { id } of resources) access.set(id, await readAccess(source, id, tell));
  return { resources, users, tokens, access, blockedUsers, blockedTokens, unread, warnings };
}

/** Who is in a state, by whichever of its names the source knows. Not to know would bring back who is kept out. */
async function numbersOf(source: Source, what: 'user' | 'token', spellings: readonly string[], tell: () => void) {
  const read: (raw: unknown) => Read<{ id: number }> = what === 'user' ? readUser : readToken;
  for (const [at, block] of spellings.entries()) {
    try {
      const { objects, unread } = await list(source, what, { block }, read, tell);
      return [...objects.map(({ id }) => id), ...unread.flatMap(({ number }) => number ?? [])];
    } catch (error) {
      if (!(error instanceof SourceRefused) || at === spellings.length - 1) throw error;
    }
  }
  return [];
}

async function quantity(source: Source, what: Kind): Promise<number> {
  const { quantity: said } = await source.read(`${what}-service/${what}s/quantity`);
  const number = numberIn(said);
  if (!Number.isSafeInteger(number) || number < 0) throw new Unreachable(`${source.name}: no number of ${what}s`);
  return number;
}

/** A resource whose people and tokens are not both told has none: half of it could let somebody off their code. */
async function readAccess(source: Source, resource: number, tell: () => void): Promise<SourceAccess> {
  try {
    const users = await list(source, 'user', { resourceIds: resource }, readUser, tell);
    const tokens = await list(source, 'token', { resourceIds: resource }, readToken, tell);
    return { users: users.objects, tokens: tokens.objects, isTokenUnread: tokens.unread.length > 0 };
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error;
    return { refused: `${error.code} ${error.message}`.trim() };
  }
}

/** Page by page until one is empty. A source whose pages repeat themselves would never come to an end. */
async function list<T extends { id: number }>(
  source: Source,
  what: Kind,
  query: Query,
  read: (raw: unknown) => Read<T>,
  tell: () => void,
): Promise<{ objects: T[]; unread: Unread[] }> {
  const found = new Map<number, T>();
  const unread: Unread[] = [];
  const path = `${what}-service/${what}s`;
  for (let start = 0; ; ) {
    const { [`${what}s`]: page } = await source.read(path, { ...query, start, limit: PAGE });
    if (!Array.isArray(page)) throw new Unreachable(`${source.name}: ${path} is no list`);
    if (page.length === 0) return { objects: [...found.values()], unread };
    // A page longer than was asked for would be paged over twice.
    if (page.length > PAGE) throw new Unreachable(`${source.name}: ${path} gives more than it was asked for`);
    const before = found.size + unread.length;
    for (const raw of page) {
      const one = read(raw);
      if ('unread' in one) unread.push(one.unread);
      else {
        const same = found.get(one.object.id);
        if (same && JSON.stringify(same) !== JSON.stringify(one.object)) {
          throw new Unreachable(`${source.name}: ${path} has two different ${what}s of the number ${one.object.id}`);
        }
        if (!same) tell();
        found.set(one.object.id, one.object);
      }
    }
    if (found.size + unread.length === before) throw new Unreachable(`${source.name}: the pages of ${path} repeat`);
    start += page.length;
    if (start > MOST_OBJECTS || unread.length > MOST_UNREAD)
      throw new Unreachable(`${source.name}: ${path} has no end, or none that can be read`);
  }
}
