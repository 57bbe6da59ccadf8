import type { AccountId, ApiKeyId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { IndexedEntry } from '../kernel/ports/store.ts';
import { apiKeyContext } from '../kernel/secret-context.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { byCreation } from '../store/index-entries.ts';
import type { ApiKey, ApiKeyUse } from './api-key.ts';

export const apiKeyDocument = defineDocument<ApiKey, [account: AccountId, id: ApiKeyId]>({
  kind: 'api-key',
  description: 'An API key: its scopes, and a hash of its secret or, for the Protectimus dialect, the sealed secret.',
  anchor: 'account',
  key: (account, id) => [account, id],
  indexes: entriesOf,
  secrets: {
    fields: 'the secrets of a key for the Protectimus dialect',
    of: (key) => {
      if (key.kind !== 'protectimus') return [];
      const sealed = [key.sealedSecret, ...(key.former ? [key.former.sealedSecret] : [])];
      return sealed.map((text) => ({ sealed: text, context: apiKeyContext(key) }));
    },
  },
  onRestore: 'keep',
  onLostKey: (key) => (key.kind === 'protectimus' ? undefined : key),
  expires: 'never',
  isHot: true,
});

export const apiKeyUseDocument = defineDocument<ApiKeyUse, [account: AccountId, id: ApiKeyId]>({
  kind: 'api-key-use',
  description: 'When an API key was last used.',
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const apiKeyIndexes = defineIndexes(
  { kind: 'api-keys', anchorOf: (_, account) => account, onRestore: 'keep' },
  { created: (account: AccountId) => `${account}/created` },
);

/** Keys of the Protectimus dialect on the whole server: a caller gives a login and no account. Sorted by account. */
export const protectimusKeyIndexes = defineIndexes(
  { kind: 'protectimus-keys', anchorOf: ({ sort }) => sort, onRestore: 'keep' },
  { login: (normalised: string) => normalised },
);

function entriesOf(key: ApiKey): IndexedEntry[] {
  const created = { index: apiKeyIndexes.created(key.account), entry: byCreation(key) };
  if (key.kind !== 'protectimus') return [created];
  const login = protectimusKeyIndexes.login(normaliseName(key.login));
  return [created, { index: login, entry: { sort: key.account, id: key.id } }];
}
