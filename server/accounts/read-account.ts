import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import { maySee } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import type { Account, AccountDeletion } from './account.ts';
import { accountDeletionDocument, accountDocument, accountIndexes } from './documents.ts';

export async function readAccount(ports: ReadPorts, act: RequestContext): Promise<Result<{ account: Account }>> {
  if (!maySee(act.actor)) return refusal('FORBIDDEN');
  return accountOf(ports, act);
}

/** The account of the actor, without a check of their rights. */
export async function accountOf(ports: ReadPorts, act: RequestContext): Promise<Result<{ account: Account }>> {
  const [stored] = await ports.store.getMany([accountDocument.key(act.actor.account)], ports.clock.now());
  return stored ? { account: stored.value } : refusal('ACCOUNT_NOT_FOUND');
}

const PAGE = 200;

/** Lists every account of this server, oldest first. Operators only. */
export async function listAccounts(ports: ReadPorts): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let after: { sort: string; id: string } | undefined; ; ) {
    const entries = await ports.store.range(accountIndexes.created(), { limit: PAGE, ...omitUndefined({ after }) });
    const keys = entries.map(({ id }) => accountDocument.key(id as AccountId));
    const stored = await ports.store.getMany(keys, ports.clock.now());
    accounts.push(...stored.flatMap((one) => (one ? [one.value] : [])));
    after = entries.at(-1);
    if (entries.length < PAGE) return accounts;
  }
}

/** Lists deleted accounts whose data is not all gone yet: the oldest thousand. Operators only. */
export async function listAccountDeletions(ports: ReadPorts): Promise<AccountDeletion[]> {
  const entries = await ports.store.range(accountIndexes.deleting(), { limit: 1000 });
  const keys = entries.map(({ id }) => accountDeletionDocument.key(id as AccountId));
  const stored = await ports.store.getMany(keys, ports.clock.now());
  return stored.flatMap((one) => (one ? [one.value] : []));
}
