import type { TokenId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact } from '../store/transact.ts';
import type { User } from '../users/user.ts';
import { tokenDocument } from './documents.ts';
import type { Token } from './token.ts';

/** Deletes a token whose enrolment was not completed; undefined if it is not the user's. */
export function deleteDraft(
  ports: WritePorts,
  act: RequestContext,
  id: TokenId,
  { id: owner }: Pick<User, 'id'>,
): Promise<Token | undefined> {
  const key = tokenDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Token | undefined> => {
    const token = stored?.value;
    if (token?.owner !== owner || token.createdBy.id !== owner) return { answer: undefined };
    const append = [createEvent(act, { type: 'token.deleted', subject: id }, now)];
    return {
      answer: token,
      write: { delete: [key], index: reindex(key, token, undefined), append },
    };
  });
}
