import { type Conversation, claimStep, holdsClaim, released } from '../../domain/flow-steps.ts';
import type { FlowId } from '../../domain/ids.ts';
import type { Ports } from '../../ports/index.ts';
import type { DocumentKey } from '../../ports/store.ts';
import { transact, type Write } from '../transact.ts';
import { refusal, type Verdict } from '../verdict.ts';
import { parseHandle, secretMatches } from './flow-handle.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** A conversation that is kept: named by its flow, continued by whoever holds the handle. */
export interface KeptConversation extends Conversation {
  id: FlowId;
  handleHash: string;
  expiresAt: number;
}

type KeyOf<F> = (id: FlowId) => DocumentKey<F>;

/** Takes a step for one attempt, so that simultaneous answers are one. */
export async function holdStep<F extends KeptConversation>(
  ports: Needs,
  keyOf: KeyOf<F>,
  answer: { handle: unknown; seq: number; steps: readonly F['step'][]; attempt: string },
): Promise<Verdict<{ flow: F }>> {
  const handle = parseHandle(answer.handle);
  if (!handle) return refusal('FLOW_NOT_FOUND');
  const key = keyOf(handle.id);
  return transact<readonly [typeof key], Verdict<{ flow: F }>>(ports, key.anchor, [key], ([stored], now) => {
    const flow = stored?.value as F | undefined;
    if (!flow || !secretMatches(handle.secret, flow.handleHash)) return { answer: refusal('FLOW_NOT_FOUND') };
    const claimed = claimStep(flow, answer, now);
    if ('refused' in claimed) return { answer: refusal(claimed.refused) };
    return { answer: claimed, write: keeping(keyOf, claimed.flow) };
  });
}

/** An evaluation that broke down decided nothing: the step is free again, and what was counted stays counted. */
export async function letGo<F extends KeptConversation>(
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
