import type { UserId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { enrolmentTriesDocument } from './documents.ts';
import { countEnrolmentTry } from './enrolment-tries.ts';

/**
 * Counts a wrong code of an unfinished token against its user, across all sign-ins. The event is recorded with the
 * sign-in's own event. The first token that the user sets up, or an enrolment link sent to them, clears the count.
 */
export function countTry(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  user: UserId,
  threshold: number,
): Promise<Result<{ counted: true }>> {
  const key = enrolmentTriesDocument.key(user);
  return transact(ports, key.anchor, [key], ([stored]): Decision<Result<{ counted: true }>> => {
    const tries = countEnrolmentTry(stored?.value, threshold);
    if (!tries) return { answer: refusal('ENROLMENT_LOCKED') };
    return { answer: { counted: true }, write: { put: [{ key, value: tries }] } };
  });
}
