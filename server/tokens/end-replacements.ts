import type { WritePorts } from '../kernel/ports/ports.ts';
import { transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';

/**
 * Ends every permission of the user to replace a token. Written before a token is activated again: no enrolment that
 * rests on its deactivation commits after that (SR-69).
 */
export async function endReplacements(ports: WritePorts, { id, account }: Pick<User, 'id' | 'account'>): Promise<void> {
  const key = userDocument.key(id);
  await transact(ports, key.anchor, [key], ([stored], now) => {
    if (stored?.value.account !== account) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: { ...stored.value, replacementsEndedAt: now } }] } };
  });
}
