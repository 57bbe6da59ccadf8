import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import { mayBook } from '../kernel/policy.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { type Decision, transact } from '../store/transact.ts';
import { ledgerEntryDocument, ledgerReferenceDocument } from './documents.ts';
import { booksOf, postToLedger } from './ledger.ts';
import type { LedgerEntry, Posting } from './ledger-entry.ts';
import { type BooksChange, bookPosting } from './plan-changes.ts';
import type { PlanCatalogue } from './plans.ts';
import { type BillingPorts, warnOfLowBalance } from './warn-of-low-balance.ts';

export interface NewEntry {
  kind: 'credit' | 'debit';
  /** Minor units, above 0. */
  amount: number;
  currency: string;
  /** The caller's own reference. A repeat returns the existing entry. */
  reference: string;
  reason: 'payment' | 'correction';
}

/**
 * Credits an account, or reverses a wrong credit. Only the operator and the payment service do this. Posted once per
 * reference, however often it is repeated.
 */
export async function postEntry(
  ports: BillingPorts,
  act: RequestContext,
  catalogue: PlanCatalogue,
  { currency, ...posting }: NewEntry,
): Promise<Result<{ entry: LedgerEntry; account: Account }>> {
  if (!mayBook(act.actor)) return refusal('FORBIDDEN');
  const { account: id } = act.actor;
  type Booked = { entry: LedgerEntry; account: Account; events: BooksChange['events'] };
  type Answer = Booked | { before: number; account: Account } | Refusal;
  const mark = ledgerReferenceDocument.key(id, posting.reference);
  const keys = [accountDocument.key(id), mark] as const;
  const answer = await transact(ports, id, keys, ([stored, booked], now): Decision<Answer> => {
    if (!stored) return { answer: refusal('ACCOUNT_NOT_FOUND') };
    if (booked) return { answer: { before: booked.value.entry, account: stored.value } };
    const books = booksOf(stored.value, catalogue.currency);
    if (books.balance.currency !== currency) return { answer: refusal('CURRENCY_MISMATCH') };
    const change = bookPosting(books, posting, now);
    if (typeof change === 'string') return { answer: refusal(change) };
    const { account, entries, write } = postToLedger(act, stored.value, change, now);
    const [entry] = entries;
    if (!entry) throw new Error('a posting made no entry');
    const put = [...write.put, { key: mark, value: { entry: entry.number } }];
    return { answer: { entry, account, events: change.events }, write: { ...write, put } };
  });
  if (isRefusal(answer)) return answer;
  if ('events' in answer) {
    const { entry, account, events } = answer;
    warnOfLowBalance(ports, account, events);
    return { entry, account };
  }
  const [entry] = await ports.store.getMany([ledgerEntryDocument.key(id, answer.before)], ports.clock.now());
  return entry && sameAs(entry.value, posting, currency)
    ? { entry: entry.value, account: answer.account }
    : refusal('REFERENCE_REUSED');
}

function sameAs(entry: LedgerEntry, posting: Posting, currency: string): boolean {
  return entry.kind === posting.kind && entry.amount === posting.amount && entry.currency === currency;
}
