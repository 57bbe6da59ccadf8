import type { AccountId } from '../kernel/ids.ts';
import { defineDocument, upToHead } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import type { Account } from './account.ts';
import type { LedgerEntry } from './plans/ledger-entry.ts';
import type { QuotaKind } from './plans/plans.ts';
import type { Usage } from './usage.ts';

export const accountDocument = defineDocument<Account, [id: AccountId]>({
  kind: 'account',
  description: 'An account: its name, settings, service plan and balance.',
  anchor: 'account',
  key: (id) => [id],
  secrets: 'none',
  onRestore: {
    change: 'unchanged; its balance is the head of the ledger',
    rule: (account, { heads }, { anchor }) => {
      heads.set(anchor, account.balance?.entries ?? 0);
      return account;
    },
  },
  expires: 'never',
  isHead: true,
});

export const firstLoginDocument = defineDocument<{ at: number }, [account: AccountId]>({
  kind: 'first-login',
  description: 'When a user of the account first signed in.',
  anchor: 'account',
  key: (account) => [account],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const usageDocument = defineDocument<Usage, [account: AccountId, kind: QuotaKind]>({
  kind: 'usage',
  description: 'How many objects of a kind an account has, if its plan limits them.',
  anchor: 'account',
  key: (account, kind) => [account, kind],
  secrets: 'none',
  onRestore: {
    change: 'counted again at the next creation',
    rule: (usage, { now }) => ({ ...usage, held: {}, recountAt: now }),
  },
  expires: 'never',
});

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

/** All accounts, by creation. */
export const accountIndexes = defineIndexes(
  { kind: 'accounts', anchorOf: ({ id }) => id, onRestore: 'keep' },
  { created: () => 'created' },
);

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
