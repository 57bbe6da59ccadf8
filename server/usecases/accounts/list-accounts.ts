import type { Account } from '../../domain/account.ts';
import type { AccountId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';

const PAGE = 200;

/** Every account of this server, oldest first. For the operator alone. */
export async function listAccounts(ports: Pick<Ports, 'store' | 'clock'>): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let after: { sort: string; id: string } | undefined; ; ) {
    const entries = await ports.store.range(indexes.accounts(), { limit: PAGE, ...(after && { after }) });
    const keys = entries.map(({ id }) => documents.account(id as AccountId));
    const stored = await ports.store.getMany(keys, ports.clock.now());
    accounts.push(...stored.flatMap((one) => (one ? [one.value] : [])));
    after = entries.at(-1);
    if (entries.length < PAGE) return accounts;
  }
}
