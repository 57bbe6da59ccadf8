import type { TokenId } from '../kernel/ids.ts';
import type { User } from '../users/user.ts';
import type { RecoveryToken } from './token.ts';

/** The fields of every self-enrolled token. */
export function newRecord(
  { user }: { user: User },
  { id, name }: { id: TokenId; name: string },
  now: number,
): Omit<RecoveryToken, 'factor'> {
  return {
    id,
    account: user.account,
    name,
    nextCounter: 0,
    owner: user.id,
    epoch: 0,
    enabled: true,
    failures: 0,
    directResources: [],
    createdAt: now,
    createdBy: { kind: 'user', id: user.id },
  };
}
