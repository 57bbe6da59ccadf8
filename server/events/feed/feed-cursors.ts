import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../../kernel/ids.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import type { IndexEntry, StoreReader } from '../../kernel/ports/store.ts';
import { transact } from '../../store/transact.ts';
import { auditChainDocument, feedCursorDocument, feedIndexes } from '../documents.ts';

/** Accounts per read of the index. */
const PAGE = 200;

/** The mark of an account with sealed events that the feed has not sent, set in the commit that seals them. */
export function pendingMark(account: AccountId) {
  return { index: feedIndexes.pending(), add: { sort: account, id: account } };
}

export async function* pendingAccounts({ store }: { store: StoreReader }): AsyncGenerator<AccountId> {
  for (let after: IndexEntry | undefined; ; ) {
    const entries = await store.range(feedIndexes.pending(), { limit: PAGE, ...omitUndefined({ after }) });
    for (const { id } of entries) yield id as AccountId;
    after = entries.at(-1);
    if (entries.length < PAGE) return;
  }
}

/** Segments up to this one have been sent. The mark goes with the last of them. A deleted account gets no cursor again. */
export async function commitCursor(ports: WritePorts, account: AccountId, upTo: number): Promise<void> {
  const keys = keysOf(account);
  await transact(ports, keys[0].anchor, keys, ([cursor, chain]) => {
    const number = Math.max(cursor?.value.number ?? 0, upTo);
    const isAll = (chain?.value.number ?? 0) <= number;
    return {
      answer: undefined,
      write: {
        put: chain ? [{ key: keys[0], value: { number } }] : [],
        index: isAll ? [{ index: feedIndexes.pending(), remove: pendingMark(account).add }] : [],
      },
    };
  });
}

/** Gives an account without a cursor one at the end of its log. */
export async function beginAtHead(ports: WritePorts, account: AccountId): Promise<void> {
  const keys = keysOf(account);
  await transact(ports, keys[0].anchor, keys, ([cursor, chain]) => ({
    answer: undefined,
    ...(!cursor && { write: { put: [{ key: keys[0], value: { number: chain?.value.number ?? 0 } }] } }),
  }));
}

export async function markIfBehind(ports: WritePorts, account: AccountId): Promise<void> {
  const keys = keysOf(account);
  await transact(ports, keys[0].anchor, keys, ([cursor, chain]) => {
    const isBehind = (cursor?.value.number ?? 0) < (chain?.value.number ?? 0);
    return { answer: undefined, ...(isBehind && { write: { index: [pendingMark(account)] } }) };
  });
}

function keysOf(account: AccountId) {
  return [feedCursorDocument.key(account), auditChainDocument.key(account)] as const;
}
