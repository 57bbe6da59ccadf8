import type { TokenId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact } from '../store/transact.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { actionsOf } from '../tokens/kinds/actions.ts';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';

/** Deletes a token whose enrolment was not completed. */
export async function discardDraft(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  id: TokenId,
  { id: owner }: Pick<User, 'id'>,
): Promise<void> {
  const key = tokenDocument.key(id);
  const dropped = await transact(ports, key.anchor, [key], ([stored], now): Decision<Token | undefined> => {
    const token = stored?.value;
    if (token?.owner !== owner || token.createdBy?.id !== owner) return { answer: undefined };
    const append = [createEvent(act, { type: 'token.deleted', subject: id }, now)];
    return {
      answer: token,
      write: { delete: [key], index: reindex(key, token, undefined), append },
    };
  });
  if (dropped) await actionsOf(dropped).afterDeletion?.(ports, dropped);
}
