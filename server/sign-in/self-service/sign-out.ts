import type { Ports } from '../../kernel/ports/ports.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { secretMatches } from '../../kernel/secret-token.ts';
import { transact } from '../../store/transact.ts';
import { flowDocument } from '../documents.ts';
import { parseHandle } from '../stored-flow.ts';

/** Ends the page: its handle is void from then on, at any step and during any check. */
export function signOutOfSelfService(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  text: unknown,
  client?: ClientInfo,
): Promise<Result<{ left: true }>> {
  const handle = parseHandle(text);
  if (!handle) return Promise.resolve(refusal('FLOW_NOT_FOUND'));
  const key = flowDocument.key(handle.id);
  return transact<readonly [typeof key], Result<{ left: true }>>(ports, key.anchor, [key], ([flow]) => {
    const isIts = flow && secretMatches(handle.secret, flow.value.handleHash) && flow.value.purpose === 'self';
    if (isIts) client?.onAccount?.(flow.value.account);
    return isIts ? { answer: { left: true }, write: { delete: [key] } } : { answer: refusal('FLOW_NOT_FOUND') };
  });
}
