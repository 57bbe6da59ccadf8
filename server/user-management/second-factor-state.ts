import type { SecondFactorState } from '@countersign/protocol/users';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import { assignedTokens } from '../tokens/assignments.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { tokenState } from '../tokens/lockout.ts';
import { isRecovery, type Token } from '../tokens/token.ts';
import type { Assignment, User } from '../users/user.ts';

/** What holds for the tokens of these assignments of the user. */
function secondFactorStates(
  id: User['id'],
  assignments: readonly Assignment[],
  tokens: ReadonlyMap<Token['id'], Token>,
  now: number,
): Set<SecondFactorState> {
  const states = assignments.map((assignment) =>
    assignedTokens(assignment, tokens, id)
      .filter((token) => !isRecovery(token))
      .map((token) => tokenState(token, now)),
  );
  const found = new Set<SecondFactorState>();
  if (states.every(({ length }) => length === 0)) found.add('none');
  for (const one of states) {
    if (one.includes('locked') && !one.includes('active')) found.add('locked');
    if (one.length > 0 && one.every((state) => state === 'deactivated')) found.add('deactivated');
  }
  return found;
}

/** The tokens of these assignments of the users, by one read. */
export async function readTokensOf(
  { store, clock }: ReadPorts,
  users: readonly User[],
  assignmentsOf: (user: User) => Assignment[],
): Promise<Map<Token['id'], Token>> {
  const assigned = users.flatMap((user) =>
    assignmentsOf(user).flatMap(({ tokens }) => tokens.map(({ token }) => token)),
  );
  const stored = await store.getMany([...new Set(assigned)].map(tokenDocument.key), clock.now());
  return new Map(stored.flatMap((one) => (one ? [[one.value.id, one.value] as const] : [])));
}

/** The users that the state holds for, by one read of all their tokens. */
export async function inSecondFactorState(
  ports: ReadPorts,
  users: readonly User[],
  state: SecondFactorState,
  assignmentsOf: (user: User) => Assignment[],
): Promise<User[]> {
  const tokens = await readTokensOf(ports, users, assignmentsOf);
  const now = ports.clock.now();
  return users.filter((user) => secondFactorStates(user.id, assignmentsOf(user), tokens, now).has(state));
}
