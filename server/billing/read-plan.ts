import type { QuotaKind } from '@countersign/protocol/plans';
import type { Account } from '../accounts/account.ts';
import { readUsage } from '../accounts/quotas.ts';
import { accountOf } from '../accounts/read-account.ts';
import { limitedKinds } from '../accounts/usage.ts';
import { mayAdminister, maySeeBalance } from '../kernel/policy.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { listObjects, type Page } from '../store/records/list-objects.ts';
import { ledgerEntryDocument, ledgerIndexes } from './documents.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { PlanCatalogue } from './plans.ts';

/** The plan, and the usage of its quotas. */
export async function readPlan(
  ports: WritePorts,
  act: RequestContext,
): Promise<Result<{ account: Account; usage: { [K in QuotaKind]?: number } }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const found = await accountOf(ports, act);
  if (isRefusal(found)) return found;
  const usage: { [K in QuotaKind]?: number } = {};
  for (const kind of limitedKinds(found.account.plan.quotas ?? {})) {
    usage[kind] = await readUsage(ports, found.account.id, kind);
  }
  return { account: found.account, usage };
}

export async function readBalance(
  ports: WritePorts,
  act: RequestContext,
  catalogue: PlanCatalogue,
): Promise<Result<{ amount: number; currency: string }>> {
  if (!maySeeBalance(act.actor)) return refusal('FORBIDDEN');
  const found = await accountOf(ports, act);
  if (isRefusal(found)) return found;
  const { amount = 0, currency = catalogue.currency } = found.account.balance ?? {};
  return { amount, currency };
}

interface LedgerQuery {
  after?: string | undefined;
  limit: number;
  order?: 'asc' | 'desc' | undefined;
  kind?: LedgerEntry['kind'] | undefined;
  reason?: LedgerEntry['reason'] | undefined;
  /** Both bounds are included. */
  from?: number | undefined;
  to?: number | undefined;
}

/** Credits and debits, newest first. */
export async function listLedger(
  ports: WritePorts,
  act: RequestContext,
  { kind, reason, from, to, ...page }: LedgerQuery,
): Promise<Result<Page<LedgerEntry>>> {
  if (!maySeeBalance(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const key = (number: string) => ledgerEntryDocument.key(account, Number(number));
  const fits = (entry: LedgerEntry) =>
    (kind === undefined || entry.kind === kind) &&
    (reason === undefined || entry.reason === reason) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at <= to);
  const all = [kind, reason, from, to].every((wish) => wish === undefined);
  return listObjects(ports, {
    ...page,
    index: ledgerIndexes.entries(account),
    account,
    key,
    where: all ? undefined : fits,
  });
}

/** The plans on offer are visible to the superuser alone. */
export function listPlans(act: RequestContext, catalogue: PlanCatalogue): Result<{ catalogue: PlanCatalogue }> {
  return mayAdminister(act.actor) ? { catalogue } : refusal('FORBIDDEN');
}
