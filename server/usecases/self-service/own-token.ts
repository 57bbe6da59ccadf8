import type { TokenId } from '../../domain/ids.ts';
import { parseId } from '../../domain/ids.ts';
import type { Token } from '../../domain/token.ts';
import { refusal, type Verdict } from '../verdict.ts';
import type { Standing } from './standing.ts';

/** One of somebody's tokens. Somebody else's is as absent as one that never was. */
export function ownToken({ owned }: Pick<Standing, 'owned'>, text: string): Verdict<{ token: Token; id: TokenId }> {
  const id = parseId('tok', text);
  const token = owned.find((one) => one.id === id);
  return token ? { token, id: token.id } : refusal('TOKEN_NOT_FOUND');
}
