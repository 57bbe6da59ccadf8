import type { ResourceId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Stored } from '../kernel/ports/store.ts';
import { assignmentTo, validPairs } from '../resources/assignments.ts';
import { Contention } from '../store/transact.ts';
import { nameClaimDocument, userDocument } from '../users/documents.ts';
import { canSignIn, type SignInWay, type User } from '../users/user.ts';
import { tokenDocument } from './documents.ts';
import type { Token } from './token.ts';

export interface AssignedTokens {
  /** The person as they are now, undefined when blocked, gone, no longer live, or not to come in that way. */
  user: User | undefined;
  /** Their tokens on that resource, as far as each still belongs to them in the same ownership. */
  tokens: Stored<Token>[];
}

const MAX_ROUNDS = 4;

/**
 * A person and the tokens with which they are assigned to a resource, in one read. `known` only says where to look; what
 * counts is what is read now. Where that names tokens that `known` did not, they are read as well: a token left out
 * would be a second factor left out (SR-3).
 *
 * @throws Contention when the person's tokens change with every look
 */
export async function loadAssignedTokens(
  ports: Pick<Ports, 'store' | 'clock'>,
  known: User,
  resource: ResourceId,
  way: SignInWay = 'widget',
): Promise<AssignedTokens> {
  let where = known;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const ids = assignmentTo(where, resource)?.tokens.map(({ token }) => token) ?? [];
    const [storedUser, claim, ...stored] = await ports.store.getMany(
      [
        userDocument.key(known.id),
        nameClaimDocument.key(known.account, normaliseName(known.login)),
        ...ids.map(tokenDocument.key),
      ],
      ports.clock.now(),
    );
    const user = storedUser?.value;
    if (!user || !canSignIn(user, way) || user.login !== known.login || claim?.value.user !== user.id) {
      return { user: undefined, tokens: [] };
    }
    const assignment = assignmentTo(user, resource);
    if (assignment?.tokens.some(({ token }) => !ids.includes(token))) {
      where = user;
      continue;
    }
    const found = stored.filter((token) => token !== undefined);
    const byId = new Map(found.map((token) => [token.value.id, token] as const));
    const values = new Map([...byId].map(([id, { value }]) => [id, value] as const));
    const valid = assignment ? validPairs(assignment, values, user.id) : [];
    return { user, tokens: valid.map(({ id }) => byId.get(id)).filter((token) => token !== undefined) };
  }
  throw new Contention(known.id);
}
