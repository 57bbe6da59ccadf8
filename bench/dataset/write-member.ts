import type { AccountId, ResourceId } from '../../server/kernel/ids.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import type { Change, DocumentKey } from '../../server/kernel/ports/store.ts';
import { byCreation } from '../../server/store/index-entries.ts';
import { newOperation } from '../../server/store/transact.ts';
import { tokenDocument, tokenIndexes } from '../../server/tokens/documents.ts';
import { seedContext } from '../../server/tokens/seed-context.ts';
import type { Token } from '../../server/tokens/token.ts';
import { nameClaimDocument, userDocument, userIndexes } from '../../server/users/documents.ts';
import type { User } from '../../server/users/user.ts';
import { memberOf } from './members.ts';

/** Writes a user with a password who is assigned with one token: the three documents that the use-cases would write. */
export async function writeMember(
  ports: Pick<Ports, 'store' | 'secrets' | 'clock' | 'random'>,
  input: { index: number; account: AccountId; resource: ResourceId; passwordHash: string; kind: 'totp' | 'hotp' },
): Promise<void> {
  const { account, resource, passwordHash, kind } = input;
  const { login, user: userId, token: tokenId, secret } = memberOf(input.index);
  const now = ports.clock.now();
  const user: User = {
    id: userId,
    account,
    login,
    passwordHash,
    apiSupport: true,
    blocked: false,
    assignments: [{ resource, alone: false, tokens: [{ token: tokenId, epoch: 0 }] }],
    createdAt: now,
    createdBy: { kind: 'operator' },
  };
  const token: Token = {
    id: tokenId,
    account,
    name: `Token of ${login}`,
    factor: kind === 'totp' ? { kind, periodMs: 30_000, driftSteps: 0 } : { kind },
    algorithm: 'SHA1',
    digits: 6,
    sealedSecret: ports.secrets.seal(secret, seedContext(account, tokenId)),
    nextCounter: 0,
    owner: userId,
    epoch: 0,
    enabled: true,
    failures: 0,
    directResources: [],
    createdAt: now,
    createdBy: { kind: 'operator' },
  };
  const write = (key: DocumentKey, value: unknown, index: Change['index'] = []) =>
    ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      now,
      expect: [],
      put: [{ key, value }],
      index,
    });
  await Promise.all([
    write(userDocument.key(userId), user, [{ index: userIndexes.created(account), add: byCreation(user) }]),
    write(nameClaimDocument.key(account, login), { user: userId }),
    write(tokenDocument.key(tokenId), token, [{ index: tokenIndexes.created(account), add: byCreation(token) }]),
  ]);
}
