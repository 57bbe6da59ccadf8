import { giveToken } from '../domain/assignments.ts';
import type { AccountId, TokenId, UserId } from '../domain/ids.ts';
import { lockToken, unlockToken } from '../domain/lockout.ts';
import type { Token } from '../domain/token.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { readUser } from './find-user.ts';
import { editObject } from './read-object.ts';
import { refusal, type Verdict } from './verdict.ts';

export interface TokenChanges {
  name?: string | undefined;
  enabled?: boolean | undefined;
  /** `false` unlocks and zeroes the failures: the explicit act that only a lock can be lifted by. */
  locked?: boolean | undefined;
  /** `null`: belongs to nobody. A change of owner voids every assignment that named the token. */
  owner?: UserId | null | undefined;
  /** `null`: never expires. */
  expiresAt?: number | null | undefined;
}

export async function updateToken(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  account: AccountId,
  id: TokenId,
  changes: TokenChanges,
): Promise<Verdict<{ object: Token }>> {
  if (changes.owner && !(await readUser(ports, account, changes.owner))) return refusal('USER_NOT_FOUND');
  return editObject(ports, account, documents.token(id), 'TOKEN_NOT_FOUND', (token, now) => {
    let next = token;
    if (changes.owner !== undefined) next = giveToken(next, changes.owner ?? undefined);
    if (changes.locked === true && !next.lock) next = lockToken(next, now);
    if (changes.locked === false) next = unlockToken(next);
    if (changes.name !== undefined) next = { ...next, name: changes.name };
    if (changes.enabled !== undefined) next = { ...next, enabled: changes.enabled };
    if (changes.expiresAt !== undefined) {
      const { expiresAt: _expiresAt, ...rest } = next;
      next = changes.expiresAt === null ? rest : { ...rest, expiresAt: changes.expiresAt };
    }
    return next;
  });
}
