import { canChangeToken, canHelpToken, type Token, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { useQuery } from '../shell/use-query.ts';

/** The owner of a token, and whether this administrator may change it, or only help. False until the owner is loaded. */
export function useMayChange(token: Token): {
  owner: User | undefined;
  mayChange: boolean;
  mayHelp: boolean;
} {
  const { session } = useConsole();
  const { body: owner } = useQuery<User>(token.owner === undefined ? undefined : `users/${token.owner}`);
  const isKnown = token.owner === undefined || owner !== undefined;
  return {
    owner,
    mayChange: isKnown && canChangeToken(session, token, owner),
    mayHelp: isKnown && canHelpToken(session, token, owner),
  };
}
