import type { ResourceId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader, RawKey, Stored } from '../kernel/ports/store.ts';
import { Contention } from '../store/transact.ts';
import { assignmentTo } from '../users/assignments.ts';
import { nameClaimDocument, userDocument } from '../users/documents.ts';
import { canSignIn, type SignInWay, type User } from '../users/user.ts';
import { assignedTokens } from './assignments.ts';
import { tokenDocument } from './documents.ts';
import type { Token } from './token.ts';

export interface AssignedTokens {
  /** The current user, undefined if blocked, gone, no longer live, or not allowed to sign in that way. */
  user: User | undefined;
  /** The tokens with which they are assigned to that resource and which they still own in the same epoch. */
  tokens: Stored<Token>[];
}

const MAX_ROUNDS = 4;

/**
 * A user and the tokens with which they are assigned to a resource, in one read. `known` only says where to look; the
 * current data counts. Tokens that only the current data names are read as well: a missing token would be a missing
 * second factor (SR-3).
 *
 * @throws Contention if the user's tokens change with every read
 */
export async function loadAssignedTokens(
  ports: Pick<Ports, 'clock'> & { store: DocumentReader },
  known: User,
  resource: ResourceId,
  way: SignInWay = 'widget',
): Promise<AssignedTokens> {
  let where = known;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const ids = assignmentTo(where, resource)?.tokens.map(({ token }) => token) ?? [];
    const [storedUser, claim, ...stored] = await ports.store.getMany(
      [...userKeys(known), ...ids.map(tokenDocument.key)],
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
    const valid = assignment ? assignedTokens(assignment, values, user.id) : [];
    return { user, tokens: valid.map(({ id }) => byId.get(id)).filter((token) => token !== undefined) };
  }
  throw new Contention(known.id);
}

/** What {@link loadAssignedTokens} reads first. */
export function assignedTokenKeys(known: User, resource: ResourceId): RawKey[] {
  const ids = assignmentTo(known, resource)?.tokens.map(({ token }) => token) ?? [];
  return [...userKeys(known), ...ids.map(tokenDocument.key)];
}

function userKeys({ id, account, login }: User) {
  return [userDocument.key(id), nameClaimDocument.key(account, normaliseName(login))] as const;
}
