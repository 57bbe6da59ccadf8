import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { DocumentPorts, Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { type Result, refusal } from '../kernel/result.ts';
import type { Administrator } from './administrator.ts';
import { administratorDocument, administratorEmailDocument, administratorIndexes } from './documents.ts';

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

const PAGE = 200;

/** The keys of all administrators of the account, oldest first. */
export async function administratorKeys(
  ports: Pick<Ports, 'store'>,
  account: AccountId,
): Promise<DocumentKey<Administrator>[]> {
  const keys: DocumentKey<Administrator>[] = [];
  for (let after: { sort: string; id: string } | undefined; ; ) {
    const page = { limit: PAGE, ...omitUndefined({ after }) };
    const entries = await ports.store.range(administratorIndexes.created(account), page);
    keys.push(...entries.map(({ id }) => administratorDocument.key(account, id as AdministratorId)));
    after = entries.at(-1);
    if (entries.length < PAGE) return keys;
  }
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
