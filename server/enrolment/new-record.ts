import type { TokenId } from '../kernel/ids.ts';
import type { RecoveryToken } from '../tokens/token.ts';
import type { OwnToken } from './assign-token.ts';

/** The fields of every self-enrolled token. */
export function newRecord({ user }: Pick<OwnToken, 'user'>, id: TokenId, now: number): Omit<RecoveryToken, 'factor'> {
  return {
    id,
    account: user.account,
    name: user.login,
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
