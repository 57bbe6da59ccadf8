import type { ResourceId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader, Stored } from '../kernel/ports/store.ts';
import { resourceDocument } from '../resources/documents.ts';
import type { Resource } from '../resources/resource.ts';
import { resourcesOpenedBy } from '../tokens/assignments.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import { lowestThreshold } from '../tokens/lockout.ts';
import type { Token } from '../tokens/token.ts';
import { userDocument } from '../users/documents.ts';
import type { SignInWay, User } from '../users/user.ts';

type Needs = Pick<Ports, 'clock'> & { store: DocumentReader };

/** A token as read, with its limit of wrong codes at that moment. */
export interface LimitedToken extends Stored<Token> {
  /** The lowest `failedAttemptsBeforeLock` of the resources that accept it. */
  threshold: number;
}

/** The resource in use. Without an id: a code that belongs to no resource. */
type UsedResource = Pick<Resource, 'failedAttemptsBeforeLock'> & Partial<Pick<Resource, 'id'>>;

/** The tokens with which a user is assigned to a resource, as `loadAssignedTokens` finds them. */
export async function readLimitedTokens(
  ports: Needs,
  known: User,
  used: Required<UsedResource>,
  way: SignInWay,
): Promise<LimitedToken[]> {
  const [{ user, tokens }, limits] = await Promise.all([
    loadAssignedTokens(ports, known, used.id, way),
    readLimits(ports, used, otherResources(known, used.id)),
  ]);
  return withLimits(ports, tokens, user, used, limits);
}

/**
 * One token as it is now, if it exists.
 *
 * @param known an earlier version, which names its owner and resources; the current data decides
 */
export async function readLimitedToken(ports: Needs, known: Token, used: UsedResource): Promise<LimitedToken[]> {
  const key = tokenDocument.key(known.id);
  const keys = known.owner === undefined ? ([key] as const) : ([key, userDocument.key(known.owner)] as const);
  const [[stored, owner], limits] = await Promise.all([
    ports.store.getMany(keys, ports.clock.now()),
    readLimits(ports, used, known.directResources),
  ]);
  if (!stored) return [];
  if (stored.value.owner !== known.owner) return readLimitedToken(ports, stored.value, used);
  return withLimits(ports, [stored], owner?.value, used, limits);
}

/** Limits of resources; undefined: the resource is gone. */
type Limits = Map<ResourceId, number | undefined>;

/** The limit of the resource in use is already known, so that a token of one resource costs no read. */
async function readLimits(ports: Needs, used: UsedResource, resources: readonly ResourceId[]): Promise<Limits> {
  const others = [...new Set(resources)].filter((id) => id !== used.id);
  const stored =
    others.length === 0 ? [] : await ports.store.getMany(others.map(resourceDocument.key), ports.clock.now());
  return new Map(others.map((id, at) => [id, stored[at]?.value.failedAttemptsBeforeLock]));
}

/** The other resources on which the user is assigned with these tokens. */
function otherResources({ assignments }: User, used: ResourceId): ResourceId[] {
  const here = new Set(assignments.find(({ resource }) => resource === used)?.tokens.map(({ token }) => token));
  return assignments
    .filter(({ tokens }) => tokens.some(({ token }) => here.has(token)))
    .map(({ resource }) => resource);
}

async function withLimits(
  ports: Needs,
  tokens: readonly Stored<Token>[],
  owner: User | undefined,
  used: UsedResource,
  read: Limits,
): Promise<LimitedToken[]> {
  const opened = tokens.map(({ value }) => resourcesOpenedBy(value, owner));
  const unread = opened.flat().filter((id) => !read.has(id));
  const limits = new Map([...read, ...(await readLimits(ports, used, unread))]);
  return tokens.map((stored, at) => {
    const others = opened[at]?.map((id) => limits.get(id)).filter((limit) => limit !== undefined) ?? [];
    return { ...stored, threshold: lowestThreshold(used.failedAttemptsBeforeLock, others) };
  });
}
