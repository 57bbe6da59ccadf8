import type { OtpUse } from '@countersign/protocol/result';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { type Decision, transact } from '../store/transact.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import { userDocument } from '../users/documents.ts';
import { removeNeedsConfirmation } from '../users/mailbox.ts';
import type { User } from '../users/user.ts';

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
    return { answer: undefined, write: { put: [{ key, value: removeNeedsConfirmation(user) }], append: [event] } };
  });
}

/** True if a second factor beside the password proves more than the mailbox. */
export function confirmsUser({ otp, kind }: { otp: OtpUse; kind?: TokenKind | undefined }): boolean {
  return otp === 'verified' && kind !== undefined && !KIND_RULES[kind].isMailbox;
}
