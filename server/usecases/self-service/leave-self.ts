import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { parseHandle, secretMatches } from '../flow/flow-handle.ts';
import { transact } from '../transact.ts';
import { refusal, type Verdict } from '../verdict.ts';

/** Ends the page: its handle opens nothing from then on. Wherever it stands, and whatever is being checked. */
export function leaveSelf(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  text: unknown,
): Promise<Verdict<{ left: true }>> {
  const handle = parseHandle(text);
  if (!handle) return Promise.resolve(refusal('FLOW_NOT_FOUND'));
  const key = documents.flow(handle.id);
  return transact<readonly [typeof key], Verdict<{ left: true }>>(ports, key.anchor, [key], ([flow]) => {
    const isIts = flow && secretMatches(handle.secret, flow.value.handleHash) && flow.value.purpose === 'self';
    return isIts ? { answer: { left: true }, write: { delete: [key] } } : { answer: refusal('FLOW_NOT_FOUND') };
  });
}
