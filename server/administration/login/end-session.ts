import type { EventDraft } from '../../kernel/event.ts';
import type { FlowId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { transact } from '../../store/transact.ts';
import { sessionDocument } from '../documents.ts';

/** Signs out. Copies of the session's cookie stop working. */
export async function endSession(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  id: FlowId,
): Promise<void> {
  const key = sessionDocument.key(id);
  await transact(ports, key.anchor, [key], ([session], now) => {
    if (!session) return { answer: undefined };
    const draft: EventDraft = { type: 'administrator.signed-out', subject: session.value.administrator, related: [id] };
    return { answer: undefined, write: { delete: [key], append: [createEvent(act, draft, now)] } };
  });
}
