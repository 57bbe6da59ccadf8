import type { FlowView } from '../../shared/wire/flow.ts';
import { factorOf } from '../domain/flow.ts';
import type { TokenId } from '../domain/ids.ts';
import { signingKinds } from '../domain/signing.ts';
import { answerStep, type StepAnswer, type StepNeeds } from './answer-step.ts';
import { checkUserFactor } from './check-user-factor.ts';
import { locateUser } from './find-user.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

/**
 * The answer that confirms a transaction (SR-45): of the token that was asked, to what it was asked about exactly these fields.
 * By the rules of method 2, whatever the host has checked: nobody passes here without an answer.
 */
export function answerSign(ports: StepNeeds, answer: StepAnswer & { otp: string }): Promise<Verdict<FlowView>> {
  return answerStep(ports, ['sign'], answer, async (flow, resource) => {
    const { transaction } = flow;
    const chosen = factorOf(flow);
    const user = flow.user === undefined ? undefined : await locateUser(ports, flow.account, flow.user);
    if (!transaction || !chosen || !user) return { refusal: refusal('ACCESS_DENIED') };
    const outcome = await checkUserFactor(ports, {
      method: 'otp',
      user,
      resource,
      answer: { kind: 'code', otp: answer.otp, token: chosen.id as TokenId },
      scope: flow.id,
      signs: { transaction: transaction.hash, kinds: signingKinds(resource, transaction) },
    });
    if (!isRefusal(outcome)) return { finish: { user, ...outcome, signed: transaction.hash } };
    return { refusal: { ...outcome, about: user.id } };
  });
}

/** The person does not want it: nothing more can confirm it. */
export function cancelTransaction(ports: StepNeeds, answer: StepAnswer): Promise<Verdict<FlowView>> {
  return answerStep(ports, ['sign'], answer, async () => ({ refusal: refusal('TRANSACTION_CANCELLED') }));
}
