import type { FlowView } from '@countersign/protocol/flow';
import type { Result } from '../kernel/result.ts';
import { answerStep, type StepAnswer, type StepNeeds } from './answer-step.ts';
import { setLogin } from './steps.ts';

/** Notes the name. Nobody is looked up: what comes next is the same for every name (SR-17). */
export function answerIdentify(ports: StepNeeds, answer: StepAnswer & { login: string }): Promise<Result<FlowView>> {
  return answerStep(ports, ['identify'], answer, async (_flow, resource) => ({
    move: (flow) => setLogin(flow, answer.login, resource.methodPolicy),
  }));
}
