import type { AdministratorActor } from '../../administrators/administrator.ts';
import type { FlowId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Decision, newOperation, transact } from '../../store/transact.ts';
import { PASSKEY_TIMEOUT_MS } from '../../tokens/kinds/passkey/passkey-request.ts';
import { administratorPasskeyDocument } from '../documents.ts';
import type { PasskeyQuestion, PendingPasskey } from './passkey.ts';

/** The acting session. */
interface OwnSession {
  actor: Pick<AdministratorActor, 'account' | 'id'>;
  session: { id: FlowId };
}

/** Keeps the administrator's only pending challenge; a new one replaces it. */
export async function keepPending(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { actor, session }: OwnSession,
  question: PasskeyQuestion,
): Promise<void> {
  const key = administratorPasskeyDocument.key(actor.account, actor.id);
  const now = ports.clock.now();
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value: { ...question, session: session.id }, expiresAt: now + PASSKEY_TIMEOUT_MS }],
  });
}

/** The challenge of this session, which is used up: whatever the response is, there is no second one. */
export async function takePending(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { actor, session }: OwnSession,
  purpose: PendingPasskey['purpose'],
): Promise<PendingPasskey | undefined> {
  const key = administratorPasskeyDocument.key(actor.account, actor.id);
  return transact(ports, key.anchor, [key], ([stored]): Decision<PendingPasskey | undefined> => {
    const pending = stored?.value;
    if (pending?.purpose !== purpose || pending.session !== session.id) return { answer: undefined };
    return { answer: pending, write: { delete: [key] } };
  });
}
