import { canChangeToken, type Token, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { useQuery } from '../shell/use-query.ts';

/** The owner of a token, and whether this administrator may change the token. False until the owner is loaded. */
export function useMayChange(token: Token): { owner: User | undefined; mayChange: boolean } {
  const { session } = useConsole();
  const { body: owner } = useQuery<User>(token.owner === undefined ? undefined : `users/${token.owner}`);
  const isKnown = token.owner === undefined || owner !== undefined;
  return { owner, mayChange: isKnown && canChangeToken(session, token, owner) };
}
