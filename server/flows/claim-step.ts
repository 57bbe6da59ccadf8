import type { FlowId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { secretMatches } from '../kernel/secret-token.ts';
import { transact, type Write } from '../store/transact.ts';
import { flowStartedDocument } from './documents.ts';
import { type Handle, parseHandle } from './flow-handle.ts';
import { type Conversation, claimStep, holdsClaim, released } from './transitions.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** A stored conversation: identified by its flow and continued with the handle. */
export interface KeptConversation extends Conversation {
  id: FlowId;
  handleHash: string;
  createdAt: number;
  expiresAt: number;
}

type KeyOf<F> = (id: FlowId) => DocumentKey<F>;

/**
 * Takes a step for one attempt, so that only one of several simultaneous answers is evaluated.
 *
 * @param open the contents of a handle whose flow is not stored yet: the claim stores it. Absent: no flow starts with
 * this step
 */
export async function claimFlowStep<F extends KeptConversation>(
  ports: Needs,
  keyOf: KeyOf<F>,
  answer: { handle: unknown; seq: number; steps: readonly F['step'][]; attempt: string },
  open?: (handle: Handle) => Promise<F | undefined>,
): Promise<Result<{ flow: F }>> {
  const handle = parseHandle(answer.handle);
  if (!handle) return refusal('FLOW_NOT_FOUND');
  const [key, mark] = [keyOf(handle.id), flowStartedDocument.key(handle.id)];
  const claim = (sealed?: F) =>
    transact<readonly [typeof key, typeof mark], Result<{ flow: F }>>(
      ports,
      key.anchor,
      [key, mark],
      ([stored, begun], now) => {
        const flow = (stored?.value as F | undefined) ?? (begun ? undefined : sealed);
        if (!flow || !secretMatches(handle.secret, flow.handleHash)) return { answer: refusal('FLOW_NOT_FOUND') };
        const claimed = claimStep(flow, answer, now);
        if ('refused' in claimed) return { answer: refusal(claimed.refused) };
        const put = keeping(keyOf, claimed.flow).put ?? [];
        const marked = { key: mark, value: { at: now }, expiresAt: flow.expiresAt };
        return { answer: claimed, write: { put: stored ? put : [...put, marked] } };
      },
    );
  const held = await claim();
  if (!open || !isRefusal(held) || held.refused !== 'FLOW_NOT_FOUND') return held;
  const sealed = await open(handle);
  return sealed ? claim(sealed) : held;
}

/** A failed evaluation decided nothing: the step is free again, and what was counted stays counted. */
export async function releaseStep<F extends KeptConversation>(
  ports: Needs,
  keyOf: KeyOf<F>,
  id: FlowId,
  attempt: string,
): Promise<void> {
  const key = keyOf(id);
  await transact(ports, key.anchor, [key], ([stored]) => {
    const flow = stored?.value as F | undefined;
    return flow && holdsClaim(flow, attempt)
      ? { answer: undefined, write: keeping(keyOf, released(flow)) }
      : { answer: undefined };
  });
}

export function keeping<F extends KeptConversation>(keyOf: KeyOf<F>, flow: F): Write {
  return { put: [{ key: keyOf(flow.id), value: flow, expiresAt: flow.expiresAt }] };
}
