import type { FlowView } from '@countersign/protocol/flow';
import { prepareFactor } from '../authentication/prepare-factor.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { MailLanguage } from '../messages/mail/mail.ts';
import { answerStep, type StepAnswer, type StepNeeds } from './answer-step.ts';
import { codeNotSent, SECOND_STEPS, selectFactor } from './steps.ts';

/**
 * The person picks one of the ways that they were offered: the step changes, and what the way needs is made (a code is sent,
 * a question asked). The same way once more asks for another one. It is an answer like any other: claimed, so that a
 * double click sends one code.
 */
export function chooseFactor(
  ports: StepNeeds,
  answer: StepAnswer & { factor: string; language: MailLanguage },
): Promise<Result<FlowView>> {
  return answerStep(ports, SECOND_STEPS, answer, async (flow, resource) => {
    const option = flow.factors?.find(({ id }) => id === answer.factor);
    if (!option) return { refusal: refusal('STEP_NOT_EXPECTED') };
    const offered = await prepareFactor(ports, flow, resource, option, answer);
    if (!isRefusal(offered)) return { move: (held) => selectFactor(held, option, offered) };
    // Told of already, where the code was. When to ask again is in the view; a wait would keep the person from answering.
    const { refused } = offered;
    if (refused !== 'CODE_NOT_SENT' && refused !== 'CODE_LIMIT') return { refusal: offered };
    const isVoid = refused === 'CODE_NOT_SENT' && flow.sent?.token === option.id;
    return { move: (held) => codeNotSent(held, refused, isVoid) };
  });
}
