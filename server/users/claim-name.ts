import type { AccountId, UserId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { ABSENT } from '../kernel/ports/store.ts';
import { Contention, newOperation } from '../store/transact.ts';
import { nameClaimDocument, userDocument } from './documents.ts';
import { holdsName } from './user-names.ts';

const MAX_ROUNDS = 8;

/**
 * Claims names for a user whose document carries or announces them, in sorted order, so that of two users who want the
 * same names one always wins.
 *
 * @returns the first of them that another user has
 */
export async function claimNames(
  ports: WritePorts,
  account: AccountId,
  names: readonly string[],
  user: UserId,
): Promise<string | undefined> {
  const sorted = [...new Set(names)].sort();
  if (ports.store.isOrdered) {
    const claimed = await Promise.all(sorted.map((name) => claimName(ports, account, name, user)));
    return sorted.find((_, at) => !claimed[at]);
  }
  for (const name of sorted) {
    if (!(await claimName(ports, account, name, user))) return name;
  }
  return undefined;
}

/**
 * Claims a name for a user whose document carries or announces it. A claim is valid only while its user exists and does
 * so; an invalid claim is left over from a crash or a lost race, and is taken over.
 *
 * A claim that is held already is written again, so that a concurrent release or takeover conflicts and checks once
 * more.
 */
async function claimName(ports: WritePorts, account: AccountId, name: string, user: UserId): Promise<boolean> {
  const key = nameClaimDocument.key(account, name);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = ports.clock.now();
    // Most names are free, so the first round does not read. It sends its commit at once, as `claimNames` needs.
    const [claim] = round === 0 ? [] : await ports.store.getMany([key], now);
    if (claim && claim.value.user !== user) {
      const [holder] = await ports.store.getMany([userDocument.key(claim.value.user)], now);
      if (holder && holdsName(holder.value, name, now)) return false;
    }
    const outcome = await ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      once: true,
      now,
      expect: [{ key, version: claim?.version ?? ABSENT }],
      put: [{ key, value: { user } }],
    });
    if (outcome === 'committed') return true;
  }
  throw new Contention(key.anchor);
}

/** Releases a name if it is this user's and they neither carry nor announce it. */
export async function releaseName(ports: WritePorts, account: AccountId, name: string, user: UserId): Promise<void> {
  const key = nameClaimDocument.key(account, name);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = ports.clock.now();
    // Read in this order: a user who takes the name after the second read has written the claim after the first.
    const [claim] = await ports.store.getMany([key], now);
    if (claim?.value.user !== user) return;
    const [holder] = await ports.store.getMany([userDocument.key(user)], now);
    if (holder && holdsName(holder.value, name, now)) return;
    const outcome = await ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      once: true,
      now,
      expect: [{ key, version: claim.version }],
      delete: [key],
    });
    if (outcome === 'committed') return;
  }
  throw new Contention(key.anchor);
}
