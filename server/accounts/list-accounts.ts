import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Account } from './account.ts';
import { accountDocument, accountIndexes } from './documents.ts';

const PAGE = 200;

/** Lists every account of this server, oldest first. Operators only. */
export async function listAccounts(ports: Pick<Ports, 'store' | 'clock'>): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let after: { sort: string; id: string } | undefined; ; ) {
    const entries = await ports.store.range(accountIndexes.created(), { limit: PAGE, ...(after && { after }) });
    const keys = entries.map(({ id }) => accountDocument.key(id as AccountId));
    const stored = await ports.store.getMany(keys, ports.clock.now());
    accounts.push(...stored.flatMap((one) => (one ? [one.value] : [])));
    after = entries.at(-1);
    if (entries.length < PAGE) return accounts;
  }
}
