import { assignmentTo, validPairs } from '../domain/assignments.ts';
import type { ResourceId } from '../domain/ids.ts';
import { normaliseName } from '../domain/names.ts';
import type { Token } from '../domain/token.ts';
import type { User } from '../domain/user.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Stored } from '../ports/store.ts';

export interface Pairs {
  /** The person as they are now, undefined when blocked, gone or no longer live. */
  user: User | undefined;
  /** Their tokens on that resource, as far as each still belongs to them in the same ownership. */
  tokens: Stored<Token>[];
}

/**
 * A person and the tokens with which they are assigned to a resource, in one read. `known` only says where to look; what
 * counts is what is read now. A token that was assigned since `known` was read is found the next time.
 */
export async function readPairs(
  ports: Pick<Ports, 'store' | 'clock'>,
  known: User,
  resource: ResourceId,
): Promise<Pairs> {
  const ids = assignmentTo(known, resource)?.tokens.map(({ token }) => token) ?? [];
  const [storedUser, claim, ...stored] = await ports.store.getMany(
    [
      documents.user(known.id),
      documents.nameClaim(known.account, normaliseName(known.login)),
      ...ids.map(documents.token),
    ],
    ports.clock.now(),
  );
  const user = storedUser?.value;
  if (!user || user.blocked || user.login !== known.login || claim?.value.user !== user.id) {
    return { user: undefined, tokens: [] };
  }
  const byId = new Map(stored.filter((token) => token !== undefined).map((token) => [token.value.id, token] as const));
  const values = new Map([...byId].map(([id, { value }]) => [id, value] as const));
  const assignment = assignmentTo(user, resource);
  const valid = assignment ? validPairs(assignment, values, user.id) : [];
  return { user, tokens: valid.map(({ id }) => byId.get(id)).filter((token) => token !== undefined) };
}
