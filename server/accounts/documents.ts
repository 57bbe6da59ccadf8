import type { QuotaKind } from '@countersign/protocol/plans';
import type { AccountId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { byInstant } from '../store/index-entries.ts';
import type { Account, AccountDeletion } from './account.ts';
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
  isHot: true,
  isHead: true,
});

export const firstLoginDocument = defineDocument<{ at: number }, [account: AccountId]>({
  kind: 'first-login',
  description: 'When a backend of the account first accepted a sign-in.',
  anchor: 'account',
  key: (account) => [account],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const firstResultDocument = defineDocument<{ at: number }, [account: AccountId]>({
  kind: 'first-result',
  description: 'When a page of a site first received the result of a sign-in.',
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

/** The last document of an account. */
export const accountDeletionDocument = defineDocument<AccountDeletion, [account: AccountId]>({
  kind: 'account-deletion',
  description: 'That the data of an account is being deleted.',
  anchor: 'account',
  key: (account) => [account],
  indexes: ({ id, requestedAt }) => [{ index: accountIndexes.deleting(), entry: byInstant(requestedAt, id) }],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never; deleted when nothing else is left',
});

/** All accounts, by creation. */
export const accountIndexes = defineIndexes(
  { kind: 'accounts', anchorOf: ({ id }) => id, onRestore: 'keep' },
  {
    created: () => 'created',
    /** Those whose data is being deleted, by request. */
    deleting: () => 'deleting',
  },
);
