import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { confirmed } from '../passwords/reset/reset-by-mail.ts';
import { type Decision, transact } from '../store/transact.ts';
import { userDocument } from './documents.ts';
import type { User } from './user.ts';

/**
 * Removes the mark of a password reset by mail after a sign-in with this password and a factor other than a mailed
 * code. The mark stays if the password was reset again meanwhile.
 */
export async function confirmByFactor(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  { id, needsConfirmation }: Pick<User, 'id' | 'needsConfirmation'>,
  digest: string | undefined,
): Promise<void> {
  if (needsConfirmation === undefined) return;
  const key = userDocument.key(id);
  await transact(ports, key.anchor, [key], ([stored], now): Decision<void> => {
    const user = stored?.value;
    if (!user?.needsConfirmation || passwordDigest(user) !== digest) return { answer: undefined };
    const event = createEvent(act, { type: 'user.updated', subject: id, changed: ['needsConfirmation'] }, now);
    return { answer: undefined, write: { put: [{ key, value: confirmed(user) }], append: [event] } };
  });
}
