import type { UserId } from '../kernel/ids.ts';
import { isOwnUser, mayChangeUser } from '../kernel/policy.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import { environmentsDocument } from './documents.ts';

/** Forgets every browser of a user. The browser of the next sign-in counts as the first again. */
export function forgetEnvironments(
  ports: WritePorts,
  act: RequestContext,
  id: UserId,
): Promise<Result<{ forgotten: true }>> {
  const key = environmentsDocument.key(id);
  const keys = [key, userDocument.key(id)] as const;
  return transact<typeof keys, Result<{ forgotten: true }>>(ports, key.anchor, keys, ([stored, user], now) => {
    if (user?.value.account !== act.actor.account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayChangeUser(act.actor, user.value) && !isOwnUser(act.actor, id)) return { answer: refusal('FORBIDDEN') };
    if (!stored) return { answer: { forgotten: true } };
    const append = [createEvent(act, { type: 'user.environments-forgotten', subject: id }, now)];
    return { answer: { forgotten: true }, write: { delete: [key], append } };
  });
}
