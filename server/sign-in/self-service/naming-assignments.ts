import { acceptedKindsFrom } from '../../authentication/second-factor.ts';
import type { TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { resourceDocument } from '../../resources/documents.ts';
import type { Resource } from '../../resources/resource.ts';
import { assignedTokens } from '../../tokens/assignments.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { rulesOf } from '../../tokens/kinds/rules.ts';
import type { Token } from '../../tokens/token.ts';
import { isUsable } from '../../tokens/usable-tokens.ts';
import type { User } from '../../users/user.ts';
import type { NamingAssignment } from './self-service.ts';

/** The resources to which a user is assigned with tokens, and these tokens. */
export interface TokenAssignments {
  resources: ReadonlyMap<string, Resource>;
  tokens: ReadonlyMap<TokenId, Token>;
}

export async function readTokenAssignments(
  ports: Pick<Ports, 'store' | 'clock'>,
  user: User,
): Promise<TokenAssignments> {
  const now = ports.clock.now();
  const paired = user.assignments.filter(({ tokens }) => tokens.length > 0);
  const ids = [...new Set(paired.flatMap(({ tokens }) => tokens.map(({ token }) => token)))];
  const [resources, tokens] = await Promise.all([
    ports.store.getMany(
      paired.map(({ resource }) => resourceDocument.key(resource)),
      now,
    ),
    ports.store.getMany(ids.map(tokenDocument.key), now),
  ]);
  return {
    resources: new Map(resources.flatMap((stored) => (stored ? [[stored.value.id, stored.value] as const] : []))),
    tokens: new Map(tokens.flatMap((stored) => (stored ? [[stored.value.id, stored.value] as const] : []))),
  };
}

/** The assignments that name a token, and the tokens beside it. Uses the assignments of the given user. */
export function namingAssignments(
  { resources, tokens }: TokenAssignments,
  user: User,
  id: TokenId,
  now: number,
): NamingAssignment[] {
  return user.assignments
    .filter((assignment) => assignment.tokens.some(({ token }) => token === id))
    .map((assignment) => {
      const resource = resources.get(assignment.resource);
      const accepts = resource ? acceptedKindsFrom(user, resource) : [];
      const others = assignedTokens(assignment, tokens, user.id).filter(
        (token) => token.id !== id && !rulesOf(token).isSubstitute && isUsable(token, accepts, now),
      );
      return { resource, alone: assignment.alone, others: others.length };
    });
}
