import type { Account } from '../accounts/account.ts';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { documents } from '../store/keys.ts';
import type { Administrator } from './administrator.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

export interface FoundAdministrator {
  administrator: Administrator;
  account: Account;
}

export async function readAdministrator(
  ports: Needs,
  account: AccountId,
  id: AdministratorId,
): Promise<Result<FoundAdministrator>> {
  const keys = [documents.account(account), documents.administrator(account, id)] as const;
  const [home, administrator] = await ports.store.getMany(keys, ports.clock.now());
  return home && administrator
    ? { account: home.value, administrator: administrator.value }
    : refusal('ADMINISTRATOR_NOT_FOUND');
}

/** Whose e-mail address it is. */
export async function locateAdministrator(
  ports: Needs,
  account: AccountId,
  email: string,
): Promise<Administrator | undefined> {
  const now = ports.clock.now();
  const [claim] = await ports.store.getMany([documents.administratorEmail(account, normaliseName(email))], now);
  if (!claim) return undefined;
  const [stored] = await ports.store.getMany([documents.administrator(account, claim.value.administrator)], now);
  return stored?.value;
}
