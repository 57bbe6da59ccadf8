import type { FlowView } from '@countersign/protocol/flow';
import { verifyUserFactor } from '../authentication/verify-user-factor.ts';
import type { SecondAnswer } from '../authentication/second-factor.ts';
import type { TokenId } from '../kernel/ids.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import { isOfTransaction } from '../tokens/kinds/passkey/passkey-request.ts';
import { signingKinds } from '../transactions/signing.ts';
import { locateUser } from '../users/find-user.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from './answer-step.ts';
import { type Flow, factorOf } from './flow.ts';

/** The digits that confirm a transaction: of the token that was picked, and of no other. */
export function answerSign(ports: StepNeeds, answer: StepAnswer & { otp: string }): Promise<Result<FlowView>> {
  return answerStep(ports, ['sign'], answer, async (flow, resource) => {
    const chosen = factorOf(flow);
    if (!chosen) return { refusal: refusal('ACCESS_DENIED') };
    return judgeSigning(ports, flow, resource, { kind: 'code', otp: answer.otp, token: chosen.id as TokenId });
  });
}

/** The person does not want it: nothing more can confirm it. */
export function cancelTransaction(ports: StepNeeds, answer: StepAnswer): Promise<Result<FlowView>> {
  return answerStep(ports, ['sign'], answer, async () => ({ refusal: refusal('TRANSACTION_CANCELLED') }));
}

/**
 * The answer that confirms a transaction (SR-45): to what was asked about exactly these fields. By the rules of method 2,
 * whatever the host has checked: nobody passes here without an answer.
 */
export async function judgeSigning(
  ports: StepNeeds,
  flow: Flow,
  resource: Resource,
  answer: SecondAnswer,
): Promise<StepOutcome> {
  const { transaction } = flow;
  const user = flow.user === undefined ? undefined : await locateUser(ports, flow.account, flow.user);
  if (!transaction || !user) return { refusal: refusal('ACCESS_DENIED') };
  // What a device or a message was asked is looked up by the transaction; what a passkey was asked has it in itself.
  if (answer.kind === 'webauthn' && !isOfTransaction(answer.asked.challenge, transaction.hash)) {
    return { refusal: refusal('ACCESS_DENIED', { about: user.id }) };
  }
  const outcome = await verifyUserFactor(ports, {
    way: 'widget',
    method: 'otp',
    user,
    resource,
    answer,
    scope: flow.id,
    signs: { transaction: transaction.hash, kinds: signingKinds(resource, transaction, user) },
  });
  if (!isRefusal(outcome)) return { finish: { user, ...outcome, signed: transaction.hash } };
  return { refusal: { ...outcome, about: user.id } };
}
