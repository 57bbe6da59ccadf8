import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import type { Administrator } from '../administrators/administrator.ts';
import { administratorDocument, administratorIndexes } from '../administrators/documents.ts';
import { type FoundAdministrator, readAdministrator } from '../administrators/find-administrator.ts';
import type { AdministratorId } from '../kernel/ids.ts';
import { mayAdminister } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { beginsWith } from '../store/index-entries.ts';
import { listObjects, type Page } from '../store/records/list-objects.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

interface AdministratorQuery {
  after?: string | undefined;
  limit: number;
  order?: 'asc' | 'desc' | undefined;
  /** A prefix of the name or the address. */
  search?: string | undefined;
  state?: Administrator['state'] | undefined;
}

/** Lists a page of the account's administrators. */
export async function listAdministrators(
  ports: Needs,
  act: RequestContext,
  { search, state, ...page }: AdministratorQuery,
): Promise<Result<Page<Administrator> & { account: Account }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const [home] = await ports.store.getMany([accountDocument.key(account)], ports.clock.now());
  if (!home) return refusal('ACCOUNT_NOT_FOUND');
  const key = (id: AdministratorId) => administratorDocument.key(account, id);
  const fits = (one: Administrator) =>
    (state === undefined || one.state === state) && beginsWith([one.name, one.email], search);
  const where = state === undefined && search === undefined ? undefined : fits;
  const found = await listObjects(ports, {
    ...page,
    index: administratorIndexes.created(account),
    account,
    key,
    where,
  });
  return isRefusal(found) ? found : { ...found, account: home.value };
}

export async function showAdministrator(
  ports: Needs,
  act: RequestContext,
  id: AdministratorId,
): Promise<Result<FoundAdministrator>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  return readAdministrator(ports, act.actor.account, id);
}
