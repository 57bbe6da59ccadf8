import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { DocumentPorts } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import type { Administrator } from './administrator.ts';
import { administratorDocument, administratorEmailDocument } from './documents.ts';

export interface FoundAdministrator {
  administrator: Administrator;
  account: Account;
}

export async function readAdministrator(
  ports: DocumentPorts,
  account: AccountId,
  id: AdministratorId,
): Promise<Result<FoundAdministrator>> {
  const keys = [accountDocument.key(account), administratorDocument.key(account, id)] as const;
  const [home, administrator] = await ports.store.getMany(keys, ports.clock.now());
  return home && administrator
    ? { account: home.value, administrator: administrator.value }
    : refusal('ADMINISTRATOR_NOT_FOUND');
}

/** Finds the administrator of an email address. */
export async function locateAdministrator(
  ports: DocumentPorts,
  account: AccountId,
  email: string,
): Promise<Administrator | undefined> {
  const now = ports.clock.now();
  const [claim] = await ports.store.getMany([administratorEmailDocument.key(account, normaliseName(email))], now);
  if (!claim) return undefined;
  const [stored] = await ports.store.getMany([administratorDocument.key(account, claim.value.administrator)], now);
  return stored?.value;
}
