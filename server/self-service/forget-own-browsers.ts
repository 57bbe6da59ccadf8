import type { FlowView } from '@countersign/protocol/flow';
import { forgetEnvironments } from '../browsers/forget-environments.ts';
import { isRefusal, type Verdict } from '../kernel/result.ts';
import type { StepAnswer } from '../login/answer-step.ts';
import { actOnSelf, type SelfNeeds } from './run-action.ts';

/** Has every browser forgotten that is remembered of the person. */
export function forgetOwnBrowsers(ports: SelfNeeds, answer: StepAnswer): Promise<Verdict<FlowView>> {
  return actOnSelf(ports, 'browsers', answer, async ({ act, user }) => {
    const forgotten = await forgetEnvironments(ports, act, user.id);
    return isRefusal(forgotten) ? forgotten : { done: {} };
  });
}
