import type { AccountId } from '../../kernel/ids.ts';
import { defineDocument } from '../define-document.ts';
import type { IdempotencyRecord } from './idempotency-record.ts';

export const idempotencyDocument = defineDocument<IdempotencyRecord, [account: AccountId, key: string]>({
  kind: 'idempotency',
  description: 'The first request with an Idempotency-Key, and its response unless the object shows it.',
  anchor: 'key of an account',
  key: (account, key) => [`idempotency/${account}/${key}`],
  secrets: {
    fields: 'the response',
    of: ({ sealedAnswer }, { anchor }) => {
      const [, account = '', id = ''] = anchor.split('/');
      return sealedAnswer === undefined
        ? []
        : [{ sealed: sealedAnswer, context: { account, kind: 'idempotency', id, field: 'answer' } }];
    },
  },
  onRestore: 'keep',
  onLostKey: 'drop',
  expires: 'after 24 hours',
});

/** Stored beside the object that an Idempotency-Key created, on its anchor. */
export const idempotencyMarkDocument = defineDocument<{ key: string }, [id: string, anchor?: string]>({
  kind: 'made-with',
  description: 'Which Idempotency-Key made an object.',
  anchor: 'the object',
  key: (id, anchor = id) => [anchor, anchor === id ? undefined : id],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'after 24 hours',
});
