import type { FlowView } from '@countersign/protocol/flow';
import { isOath } from '../../domain/token.ts';
import type { StepAnswer } from '../flow/answer-step.ts';
import { resyncToken } from '../tokens/resync-token.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { actOnSelf, type SelfNeeds } from './act-on-self.ts';
import { ownToken } from './own-token.ts';

/** Brings a token back into step by two of its codes, counted as everywhere (SR-43). */
export function resyncOwnToken(
  ports: SelfNeeds,
  answer: StepAnswer & { token: string; otps: readonly [string, string] },
): Promise<Verdict<FlowView>> {
  return actOnSelf(ports, 'resync-token', answer, async (own) => {
    const found = ownToken(own, answer.token);
    if (isRefusal(found)) return found;
    if (!isOath(found.token)) return refusal('TOKEN_KIND_UNFIT');
    const synchronised = await resyncToken(ports, own.act, found.id, answer.otps);
    return isRefusal(synchronised) ? synchronised : { done: {} };
  });
}
