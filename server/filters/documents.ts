import type { AccountId, FilterId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { namedEntries } from '../store/index-entries.ts';
import type { Filter } from './filter.ts';

export const filterDocument = defineDocument<Filter, [id: FilterId]>({
  kind: 'filter',
  description: 'A geo, time or IP filter.',
  anchor: 'filter',
  key: (id) => [id],
  indexes: (filter) => namedEntries(filter, filterIndexes.created(filter.account), filterIndexes.names(filter.account)),
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const filterIndexes = defineIndexes(
  { kind: 'filters', anchorOf: ({ id }) => id, onRestore: 'keep' },
  {
    created: (account: AccountId) => `${account}/created`,
    names: (account: AccountId) => `${account}/names`,
  },
);
