import { QUOTA_KINDS, type QuotaKind } from '@countersign/protocol/plans';
import type { Account } from '../accounts/account.ts';
import { accountDocument, usageDocument } from '../accounts/documents.ts';
import { readUsage } from '../accounts/quotas.ts';
import { exceededQuotas, limitedKinds, SLOT_TTL_MS, used } from '../accounts/usage.ts';
import { mayAdminister } from '../kernel/policy.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { type Decision, transact } from '../store/transact.ts';
import { booksOf, postToLedger } from './ledger.ts';
import { type BooksChange, choosePlan as decidePlan } from './plan-changes.ts';
import { findPlan, type PlanCatalogue } from './plans.ts';
import { type BillingPorts, warnOfLowBalance } from './warn-of-low-balance.ts';

/**
 * Activates a plan, or changes to another: refused while the account has more than the new plan allows, or cannot pay
 * for its first month. If the new plan limits a kind that was unlimited, its objects are counted first.
 */
export async function choosePlan(
  ports: BillingPorts,
  act: RequestContext,
  catalogue: PlanCatalogue,
  name: string,
): Promise<Result<{ account: Account }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const target = findPlan(catalogue, name);
  if (!target) return refusal('PLAN_NOT_FOUND');
  const { account: id } = act.actor;
  const limited = limitedKinds(target.quotas);
  const seen: { [K in QuotaKind]?: number } = {};
  for (const kind of limited) seen[kind] = await readUsage(ports, id, kind);

  const keys = [accountDocument.key(id), ...QUOTA_KINDS.map((kind) => usageDocument.key(id, kind))] as const;
  type Chosen = { account: Account; events: BooksChange['events'] };
  const chosen = await transact(ports, id, keys, ([stored, ...usages], now): Decision<Result<Chosen>> => {
    if (!stored) return { answer: refusal('ACCOUNT_NOT_FOUND') };
    const counts: { [K in QuotaKind]?: number } = {};
    QUOTA_KINDS.forEach((kind, at) => {
      const usage = usages[at];
      const count = usage ? used(usage.value) : seen[kind];
      if (count !== undefined) counts[kind] = count;
    });
    const over = exceededQuotas(target.quotas, counts);
    if (over.length > 0) return { answer: refusal('QUOTA_EXCEEDED', { detail: over.join(', ') }) };
    const books = booksOf(stored.value, catalogue.currency);
    if (books.balance.currency !== catalogue.currency && target.monthlyFee > 0) {
      return { answer: refusal('CURRENCY_MISMATCH') };
    }
    const change = decidePlan(books, target, now);
    if (typeof change === 'string') return { answer: refusal(change) };
    if (change.books === books) return { answer: { account: stored.value, events: [] } };

    const { account, write } = postToLedger(act, stored.value, change, now);
    const counting = QUOTA_KINDS.flatMap((kind, at) => {
      const count = counts[kind];
      if (usages[at] || !limited.includes(kind) || count === undefined) return [];
      // Creations under way hold no slot: the recount includes them.
      const value = { counted: count, held: {}, recountAt: now + SLOT_TTL_MS };
      return [{ key: usageDocument.key(id, kind), value }];
    });
    const forgotten = QUOTA_KINDS.filter((kind, at) => usages[at] && !limited.includes(kind));
    return {
      answer: { account, events: change.events },
      write: {
        ...write,
        put: [...write.put, ...counting],
        delete: forgotten.map((kind) => usageDocument.key(id, kind)),
      },
    };
  });
  if (isRefusal(chosen)) return chosen;
  warnOfLowBalance(ports, chosen.account, chosen.events);
  return { account: chosen.account };
}
