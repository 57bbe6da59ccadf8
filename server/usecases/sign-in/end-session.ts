import type { EventDraft } from '../../domain/event.ts';
import type { FlowId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { type Act, eventOf } from '../act.ts';
import { transact } from '../transact.ts';

/** Signs out: the session is gone, whoever still has its cookie. */
export async function endSession(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  id: FlowId,
): Promise<void> {
  const key = documents.session(id);
  await transact(ports, key.anchor, [key], ([session], now) => {
    if (!session) return { answer: undefined };
    const draft: EventDraft = { type: 'administrator.signed-out', subject: session.value.administrator, related: [id] };
    return { answer: undefined, write: { delete: [key], append: [eventOf(act, draft, now)] } };
  });
}
