import type { UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type Decision, transact } from '../store/transact.ts';
import { enrolmentTriesDocument } from './documents.ts';
import { tryOnceMore } from './enrolment-tries.ts';

/**
 * Counts a try at a code that was sent to a token which is none yet, for its person, in whichever sign-in. Told with the
 * sign-in's own event. The count goes with the first token that they set up, or with a link that is sent to them.
 */
export function countTry(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  user: UserId,
  threshold: number,
): Promise<Result<{ counted: true }>> {
  const key = enrolmentTriesDocument.key(user);
  return transact(ports, key.anchor, [key], ([stored]): Decision<Result<{ counted: true }>> => {
    const tries = tryOnceMore(stored?.value, threshold);
    if (!tries) return { answer: refusal('ENROLMENT_LOCKED') };
    return { answer: { counted: true }, write: { put: [{ key, value: tries }] } };
  });
}
