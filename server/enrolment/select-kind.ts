import type { FlowView } from '@countersign/protocol/flow';
import { type Result, refusal } from '../kernel/result.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from '../login/answer-step.ts';
import { isStillAssigned, kindsNow } from './context.ts';
import type { EnrolmentKind } from './enrolment-policy.ts';
import { kindChosen } from './enrolment-steps.ts';
import { beginMaking } from './start-token-creation.ts';

/**
 * The person picks the kind of token that they set up, one of those that the policy has for them, or goes back to the choice.
 * What was begun before is dropped; nothing is sent.
 */
export function selectKind(
  ports: StepNeeds,
  answer: StepAnswer & { kind: EnrolmentKind | undefined },
): Promise<Result<FlowView>> {
  const { kind } = answer;
  return answerStep(ports, ['enrol'], answer, async (flow, resource): Promise<StepOutcome> => {
    const standing = await isStillAssigned(ports, flow, resource);
    const kinds = standing && (await kindsNow(ports, flow, resource, standing));
    if (!standing || !kinds) return { refusal: refusal('ACCESS_DENIED') };
    // The browser picks among what it was offered.
    if (kind !== undefined && !kinds.includes(kind)) return { refusal: refusal('STEP_NOT_EXPECTED') };
    const making = kind === undefined ? undefined : beginMaking(ports, kind, standing.user);
    return { move: (held) => kindChosen(held, kinds, making) };
  });
}
