import type { TokenId } from '../kernel/ids.ts';
import { parseId } from '../kernel/ids.ts';
import { type Result, refusal } from '../kernel/result.ts';
import type { Token } from '../tokens/token.ts';
import type { SelfServiceContext } from './context.ts';

/** Loads a token of the user. Another user's token looks like one that never existed. */
export function ownToken(
  { owned }: Pick<SelfServiceContext, 'owned'>,
  text: string,
): Result<{ token: Token; id: TokenId }> {
  const id = parseId('tok', text);
  const token = owned.find((one) => one.id === id);
  return token ? { token, id: token.id } : refusal('TOKEN_NOT_FOUND');
}
