import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Account } from '../accounts/account.ts';
import { listAccounts } from '../accounts/read-account.ts';
import type { Administrator } from '../administrators/administrator.ts';
import { administratorDocument, administratorIndexes } from '../administrators/documents.ts';
import { nextSecondFactor, requiresPasskey } from '../administrators/factor-policy.ts';
import type { AdministratorId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';

const PAGE = 200;

/** Active administrators whom only the operator's recovery link lets in, because a passkey is required (SR-81). */
export async function findWithoutPasskey(
  ports: Pick<Ports, 'store' | 'clock' | 'administratorFactors'>,
): Promise<{ account: Account['id']; administrator: AdministratorId; email: string }[]> {
  const found: Awaited<ReturnType<typeof findWithoutPasskey>> = [];
  for (const account of await listAccounts(ports)) {
    if (!requiresPasskey(ports.administratorFactors, account)) continue;
    for (const administrator of await activeAdministrators(ports, account)) {
      if (nextSecondFactor(administrator, true) !== 'none') continue;
      found.push({ account: account.id, administrator: administrator.id, email: administrator.email });
    }
  }
  return found;
}

async function activeAdministrators(
  ports: Pick<Ports, 'store' | 'clock'>,
  { id: account }: Account,
): Promise<Administrator[]> {
  const administrators: Administrator[] = [];
  for (let after: { sort: string; id: string } | undefined; ; ) {
    const page = { limit: PAGE, ...omitUndefined({ after }) };
    const entries = await ports.store.range(administratorIndexes.created(account), page);
    const keys = entries.map(({ id }) => administratorDocument.key(account, id as AdministratorId));
    const stored = await ports.store.getMany(keys, ports.clock.now());
    administrators.push(...stored.flatMap((one) => (one?.value.state === 'active' ? [one.value] : [])));
    after = entries.at(-1);
    if (entries.length < PAGE) return administrators;
  }
}
