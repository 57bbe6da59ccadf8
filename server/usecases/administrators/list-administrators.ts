import type { Account } from '../../domain/account.ts';
import type { Administrator } from '../../domain/administrator.ts';
import { mayAdminister } from '../../domain/authority.ts';
import type { AdministratorId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import type { Act } from '../act.ts';
import { listObjects, type Page } from '../list-objects.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { type FoundAdministrator, readAdministrator } from './find-administrator.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** A page of the account's administrators, for whoever administers them. */
export async function listAdministrators(
  ports: Needs,
  act: Act,
  query: { after?: string | undefined; limit: number },
  only?: Administrator['state'],
): Promise<Verdict<Page<Administrator> & { account: Account }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const [home] = await ports.store.getMany([documents.account(account)], ports.clock.now());
  if (!home) return refusal('ACCOUNT_NOT_FOUND');
  const key = (id: AdministratorId) => documents.administrator(account, id);
  const page = await listObjects(ports, { ...query, index: indexes.administrators(account), account, key });
  if (isRefusal(page)) return page;
  const items = page.items.filter(({ state }) => only === undefined || state === only);
  return { ...page, items, account: home.value };
}

export async function showAdministrator(
  ports: Needs,
  act: Act,
  id: AdministratorId,
): Promise<Verdict<FoundAdministrator>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  return readAdministrator(ports, act.actor.account, id);
}
