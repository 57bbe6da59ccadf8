import { rulesOf } from './kinds/rules.ts';
import type { Token } from './token.ts';

/**
 * A token restored from a backup (SR-62): it is unknown which of its codes were used since, so none of those counts
 * again. Challenges of any kind are not restored, so their answers are void. A token that may have been replaced since is
 * not replaced again (SR-69).
 *
 * @param now when it is restored, ms since 1970
 */
export function restoredToken<T extends Token>(token: T, now: number): T {
  const { deactivation } = token;
  const known = deactivation ? { ...token, deactivation: { at: deactivation.at } } : token;
  // The rules of a kind return a token of that kind.
  return rulesOf(token).restore(known, now) as T;
}
