import type { Ports } from '../kernel/ports/ports.ts';
import type { Store } from '../kernel/ports/store.ts';
import type { User } from '../users/user.ts';
import { tokenDocument, tokenIndexes } from './documents.ts';
import type { Token } from './token.ts';

type Needs = Pick<Ports, 'clock'> & { store: Pick<Store, 'getMany' | 'range'> };

/** Far more tokens than a user has. */
const LOOKED_AT = 200;

/** Whether the user may have more tokens than these: only so many are read. */
export function mayBeMore(owned: readonly Token[]): boolean {
  return owned.length >= LOOKED_AT;
}

/** Every token of the user. */
export async function ownedTokens(ports: Needs, { account, id }: User): Promise<Token[]> {
  const entries = await ports.store.range(tokenIndexes.ofOwner(account, id), { limit: LOOKED_AT });
  const stored = await ports.store.getMany(
    entries.map((entry) => tokenDocument.key(entry.id as Token['id'])),
    ports.clock.now(),
  );
  return stored.flatMap((token) => (token?.value.owner === id ? [token.value] : []));
}
