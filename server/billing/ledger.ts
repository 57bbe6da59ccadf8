import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import { referenceTo } from '../kernel/actor.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { byInstant } from '../store/index-entries.ts';
import type { Write } from '../store/transact.ts';
import { ledgerEntryDocument, ledgerIndexes, planIndexes } from './documents.ts';
import { emptyBalance, type LedgerEntry } from './ledger-entry.ts';
import { type Books, type BooksChange, paidUntil } from './plan-changes.ts';

/** The books of an account. An account without any entry uses the caller's currency. */
export function booksOf({ plan, balance }: Account, currency: string): Books {
  return { plan, balance: balance ?? emptyBalance(currency) };
}

/**
 * The writes of a change of the books, all on the account's anchor: the account, its new entries, and the due time of
 * the next fee.
 */
export function postToLedger(
  act: RequestContext,
  before: Account,
  change: BooksChange,
  now: number,
): { account: Account; entries: LedgerEntry[]; write: Required<Pick<Write, 'put' | 'index' | 'append'>> } {
  const { plan, balance } = change.books;
  const account: Account = { ...before, plan, ...(balance.entries > 0 && { balance }) };
  const by = referenceTo(act.actor);
  let number = before.balance?.entries ?? 0;
  let left = before.balance?.amount ?? 0;
  const entries = change.postings.map((posting): LedgerEntry => {
    number += 1;
    left += posting.kind === 'credit' ? posting.amount : -posting.amount;
    return { ...posting, account: before.id, number, currency: balance.currency, balance: left, at: now, by };
  });
  const [wasDue, due] = [paidUntil(before.plan), paidUntil(plan)];
  return {
    account,
    entries,
    write: {
      put: [
        { key: accountDocument.key(before.id), value: account },
        ...entries.map((entry) => ({ key: ledgerEntryDocument.key(before.id, entry.number), value: entry })),
      ],
      index: [
        ...entries.map((entry) => ({ index: ledgerIndexes.entries(before.id), add: ledgerEntryOf(entry) })),
        ...(wasDue === due
          ? []
          : [
              {
                index: planIndexes.due(),
                ...(wasDue !== undefined && { remove: byInstant(wasDue, before.id) }),
                ...(due !== undefined && { add: byInstant(due, before.id) }),
              },
            ]),
      ],
      append: change.events.map((type) => createEvent(act, { type, subject: before.id }, now)),
    },
  };
}

function ledgerEntryOf({ number }: LedgerEntry) {
  return byInstant(number, String(number));
}
