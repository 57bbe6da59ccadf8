import type { Account } from '../accounts/account.ts';
import { listAccounts } from '../accounts/read-account.ts';
import { nextSecondFactor, requiresPasskey } from '../administrators/factor-policy.ts';
import { administratorKeys } from '../administrators/find-administrator.ts';
import type { AdministratorId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';

/** Active administrators whom only the operator's recovery link lets in, because a passkey is required (SR-81). */
export async function findWithoutPasskey(
  ports: Pick<Ports, 'store' | 'clock' | 'administratorFactors'>,
): Promise<{ account: Account['id']; administrator: AdministratorId; email: string }[]> {
  const found: Awaited<ReturnType<typeof findWithoutPasskey>> = [];
  for (const account of await listAccounts(ports)) {
    if (!requiresPasskey(ports.administratorFactors, account)) continue;
    const stored = await ports.store.getMany(await administratorKeys(ports, account.id), ports.clock.now());
    for (const administrator of stored.flatMap((one) => one?.value ?? [])) {
      if (administrator.state !== 'active' || nextSecondFactor(administrator, true) !== 'none') continue;
      found.push({ account: account.id, administrator: administrator.id, email: administrator.email });
    }
  }
  return found;
}
