import type { FlowView } from '@countersign/protocol/flow';
import type { Verdict } from '../kernel/result.ts';
import { answerStep, type StepAnswer, type StepNeeds } from './answer-step.ts';
import { identified } from './steps.ts';

/** Notes the name. Nobody is looked up: what comes next is the same for every name (SR-17). */
export function answerIdentify(ports: StepNeeds, answer: StepAnswer & { login: string }): Promise<Verdict<FlowView>> {
  return answerStep(ports, ['identify'], answer, async (_flow, resource) => ({
    move: (flow) => identified(flow, answer.login, resource.methodPolicy),
  }));
}
