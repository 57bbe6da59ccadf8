import type { FlowView } from '@countersign/protocol/flow';
import { forgetEnvironments } from '../environment/forget-environments.ts';
import type { StepAnswer } from '../flow/answer-step.ts';
import { isRefusal, type Verdict } from '../verdict.ts';
import { actOnSelf, type SelfNeeds } from './act-on-self.ts';

/** Has every browser forgotten that is remembered of the person. */
export function forgetOwnBrowsers(ports: SelfNeeds, answer: StepAnswer): Promise<Verdict<FlowView>> {
  return actOnSelf(ports, 'browsers', answer, async ({ act, user }) => {
    const forgotten = await forgetEnvironments(ports, act, user.id);
    return isRefusal(forgotten) ? forgotten : { done: {} };
  });
}
