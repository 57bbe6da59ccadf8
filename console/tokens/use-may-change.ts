import { useInside } from '../inside/context.ts';
import { useRead } from '../inside/use-read.ts';
import { mayChangeToken, type Token, type User } from '../people/person.ts';

/** The owner of a token, and whether this administrator may change it. Until the owner is known, not. */
export function useMayChange(token: Token): { owner: User | undefined; mayChange: boolean } {
  const { session } = useInside();
  const { body: owner } = useRead<User>(token.owner === undefined ? undefined : `users/${token.owner}`);
  const isKnown = token.owner === undefined || owner !== undefined;
  return { owner, mayChange: isKnown && mayChangeToken(session, token, owner) };
}
