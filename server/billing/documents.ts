import type { AccountId } from '../kernel/ids.ts';
import { defineDocument, upToHead } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import type { LedgerEntry } from './ledger-entry.ts';

/** `number` counts from 1. */
export const ledgerEntryDocument = defineDocument<LedgerEntry, [account: AccountId, number: number]>({
  kind: 'ledger',
  description: 'A credit or debit of an account.',
  anchor: 'account',
  key: (account, number) => [account, number],
  secrets: 'none',
  onRestore: upToHead(({ number }) => number),
  expires: 'never',
});

export const ledgerReferenceDocument = defineDocument<{ entry: number }, [account: AccountId, reference: string]>({
  kind: 'ledger-reference',
  description: 'Which ledger entry was posted under an external reference.',
  anchor: 'account',
  key: (account, reference) => [account, reference],
  secrets: 'none',
  onRestore: upToHead(({ entry }) => entry),
  expires: 'never',
});

/** Accounts whose plan has a fee, by the due time of the next one. A restore derives them from the accounts. */
export const planIndexes = defineIndexes(
  { kind: 'plans', anchorOf: ({ id }) => id, onRestore: 'drop' },
  { due: () => 'due' },
);

/** Ledger entries by their number, which is also their id. */
export const ledgerIndexes = defineIndexes(
  {
    kind: 'ledger',
    anchorOf: (_, account) => account,
    onRestore: (id, { heads }, account) => Number(id) <= (heads.get(account) ?? 0),
  },
  { entries: (account: AccountId) => `${account}/number` },
);
