import type { UserId } from '../../kernel/ids.ts';
import { defineDocument } from '../../store/define-document.ts';
import { defineIndexes } from '../../store/define-indexes.ts';
import { byInstant } from '../../store/index-entries.ts';
import type { Erasure } from './erasure.ts';

export const erasureDocument = defineDocument<Erasure, [user: UserId]>({
  kind: 'erasure',
  description: 'That the data of a user is being erased, or was.',
  anchor: 'user',
  key: (user) => [user],
  indexes: ({ id, requestedAt, doneAt }) =>
    doneAt === undefined ? [{ index: erasureIndexes.pending(), entry: byInstant(requestedAt, id) }] : [],
  secrets: 'none',
  onRestore: 'keep',
  expires: '30 days after its end',
});

/** Users of the whole server whose erasure is going on. */
export const erasureIndexes = defineIndexes(
  { kind: 'erasures', anchorOf: ({ id }) => id, onRestore: 'keep' },
  { pending: () => 'pending' },
);
