import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Account } from '../accounts/account.ts';
import { accountDocument, accountIndexes, usageDocument } from '../accounts/documents.ts';
import { limitedKinds } from '../accounts/usage.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { byInstant } from '../store/index-entries.ts';
import { type Decision, transact } from '../store/transact.ts';
import { planIndexes } from './documents.ts';
import { booksOf, postToLedger } from './ledger.ts';
import { type BooksChange, chargeDue, hasTermsOf, paidUntil, refreshTerms } from './plan-changes.ts';
import { findPlan, type PlanCatalogue } from './plans.ts';
import { type BillingPorts, warnOfLowBalance } from './warn-of-low-balance.ts';

const PAGE = 200;

/**
 * Charges every fee that is due. Several processes can do this at once and repeatedly: a fee is posted together with
 * the count of paid months, so it is posted once.
 *
 * @returns how many accounts had a fee due
 */
export async function chargeDuePlans(ports: BillingPorts, catalogue: PlanCatalogue): Promise<number> {
  let charged = 0;
  const faults: unknown[] = [];
  for (;;) {
    const due = await ports.store.range(planIndexes.due(), { limit: PAGE });
    const now = ports.clock.now();
    const ripe = due.filter(({ sort }) => Number(sort) <= now);
    let moved = 0;
    for (const entry of ripe) {
      // An account that cannot be charged does not stop the others.
      const done = await chargeOne(ports, catalogue, entry).catch((error: unknown) => {
        faults.push(error);
        return false;
      });
      if (done) moved += 1;
    }
    charged += moved;
    // An account that is months behind is listed again; without progress nothing is left to do.
    if (moved > 0) continue;
    if (faults.length > 0) throw faults[0];
    return charged;
  }
}

async function chargeOne(ports: BillingPorts, catalogue: PlanCatalogue, entry: IndexEntry): Promise<boolean> {
  const id = entry.id as AccountId;
  const act: RequestContext = { actor: { kind: 'service', account: id } };
  type Charged = { done: boolean; account?: Account; events?: BooksChange['events'] };
  const charged = await transact(ports, id, [accountDocument.key(id)], ([stored], now): Decision<Charged> => {
    const due = stored && paidUntil(stored.value.plan);
    // The entry is a hint. One that differs from the account is replaced.
    if (due === undefined || byInstant(due, id).sort !== entry.sort) {
      const right = due === undefined ? {} : { add: byInstant(due, id) };
      return { answer: { done: true }, write: { index: [{ index: planIndexes.due(), remove: entry, ...right }] } };
    }
    if (!stored) return { answer: { done: false } };
    const books = booksOf(stored.value, catalogue.currency);
    const change = chargeDue(books, now);
    if (change.books === books) return { answer: { done: false } };
    const { account, write } = postToLedger(act, stored.value, change, now);
    return { answer: { done: true, account, events: change.events }, write };
  });
  const { done, account, events = [] } = charged;
  if (account) warnOfLowBalance(ports, account, events);
  return done;
}

/**
 * Updates every account to the current terms of its plan: the quotas at once, the fee with the next month. A plan that
 * is no longer offered stays unchanged for its accounts.
 */
export async function refreshPlans(ports: BillingPorts, catalogue: PlanCatalogue): Promise<void> {
  let after: IndexEntry | undefined;
  do {
    const page: IndexEntry[] = await ports.store.range(accountIndexes.created(), {
      limit: PAGE,
      ...omitUndefined({ after }),
    });
    for (const { id } of page) await refreshOne(ports, catalogue, id as AccountId);
    after = page.length === PAGE ? page.at(-1) : undefined;
  } while (after);
}

function refreshOne(ports: BillingPorts, catalogue: PlanCatalogue, id: AccountId): Promise<void> {
  const key = accountDocument.key(id);
  const act: RequestContext = { actor: { kind: 'service', account: id } };
  return transact(ports, id, [key], ([stored], now): Decision<void> => {
    const offered = stored && findPlan(catalogue, stored.value.plan.name);
    const currency = stored?.value.balance?.currency;
    if (!offered || (currency !== undefined && currency !== catalogue.currency)) return { answer: undefined };
    if (hasTermsOf(stored.value.plan, offered)) return { answer: undefined };
    const plan = refreshTerms(stored.value.plan, offered);
    const account: Account = { ...stored.value, plan };
    const event = createEvent(act, { type: 'plan.changed', subject: id, changed: ['terms'] }, now);
    // An unlimited kind is not counted, so an old count would be wrong once a limit returns.
    const forgotten = limitedKinds(stored.value.plan.quotas ?? {}).filter((kind) => plan.quotas?.[kind] === undefined);
    return {
      answer: undefined,
      write: {
        put: [{ key, value: account }],
        delete: forgotten.map((kind) => usageDocument.key(id, kind)),
        append: [event],
      },
    };
  });
}
