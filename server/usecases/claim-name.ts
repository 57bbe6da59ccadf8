import type { AccountId, UserId } from '../domain/ids.ts';
import { userNames } from '../domain/user-names.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { ABSENT } from '../ports/store.ts';
import { Contention, newOperation, transact } from './transact.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

const MAX_ROUNDS = 8;

/**
 * Takes a name for a user whose document is already written. A claim counts only while its user exists and carries the
 * name; one that does not is what a crash or a lost race left behind, and is taken over.
 */
export async function claimName(ports: Needs, account: AccountId, name: string, user: UserId): Promise<boolean> {
  const key = documents.nameClaim(account, name);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = ports.clock.now();
    const [claim] = await ports.store.getMany([key], now);
    if (claim?.value.user === user) return true;
    if (claim) {
      const [holder] = await ports.store.getMany([documents.user(claim.value.user)], now);
      if (holder && userNames(holder.value).includes(name)) return false;
    }
    const outcome = await ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      now,
      expect: [{ key, version: claim?.version ?? ABSENT }],
      put: [{ key, value: { user } }],
    });
    if (outcome === 'committed') return true;
  }
  throw new Contention(key.anchor);
}

/** Gives a name back, if it is this user's. */
export async function releaseName(ports: Needs, account: AccountId, name: string, user: UserId): Promise<void> {
  const key = documents.nameClaim(account, name);
  await transact(ports, key.anchor, [key], ([claim]) => ({
    answer: undefined,
    ...(claim?.value.user === user && { write: { delete: [key] } }),
  }));
}
