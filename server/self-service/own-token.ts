import type { TokenId } from '../kernel/ids.ts';
import { parseId } from '../kernel/ids.ts';
import { refusal, type Verdict } from '../kernel/result.ts';
import type { Token } from '../tokens/token.ts';
import type { Standing } from './context.ts';

/** One of somebody's tokens. Somebody else's is as absent as one that never was. */
export function ownToken({ owned }: Pick<Standing, 'owned'>, text: string): Verdict<{ token: Token; id: TokenId }> {
  const id = parseId('tok', text);
  const token = owned.find((one) => one.id === id);
  return token ? { token, id: token.id } : refusal('TOKEN_NOT_FOUND');
}
