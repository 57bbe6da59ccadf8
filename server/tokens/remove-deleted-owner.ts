import type { EventDraft } from '../kernel/event.ts';
import type { AccountId, TokenId, UserId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { reindex } from '../store/index-entries.ts';
import { transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import { changeOwner } from './assignments.ts';
import { tokenDocument } from './documents.ts';

/** Removes a deleted owner from a token. A token that has a new owner by now, or whose owner exists, is left alone. */
export async function removeDeletedOwner(
  ports: WritePorts,
  act: RequestContext,
  account: AccountId,
  id: TokenId,
  former: UserId,
): Promise<void> {
  const [owner] = await ports.store.getMany([userDocument.key(former)], ports.clock.now());
  if (owner?.value.account === account) return;
  const key = tokenDocument.key(id);
  await transact(ports, key.anchor, [key], ([stored], now) => {
    const token = stored?.value;
    if (token?.account !== account || token.owner !== former) return { answer: undefined };
    const next = changeOwner(token, undefined);
    const event: EventDraft = { type: 'token.updated', subject: id, related: [former], changed: ['epoch', 'owner'] };
    return {
      answer: undefined,
      write: {
        put: [{ key, value: next }],
        index: reindex(key, token, next),
        append: [createEvent(act, event, now)],
      },
    };
  });
}
