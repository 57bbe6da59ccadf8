import type { SecondAnswer } from '../../authentication/second-factor.ts';
import { verifyUserFactor } from '../../authentication/verify-user-factor.ts';
import { factorOf } from '../../flows/flow.ts';
import type { Step, StepContext, StepOutcome, StepPorts } from '../../flows/step.ts';
import type { TokenId } from '../../kernel/ids.ts';
import { isRefusal, refusal, withAudit } from '../../kernel/result.ts';
import { isOfTransaction } from '../../tokens/kinds/passkey/passkey-request.ts';
import { signingKinds } from '../../transactions/signing.ts';
import { locateUser } from '../../users/find-user.ts';

/** The digits that confirm a transaction: of the selected token, and of no other. */
export const sign: Step<{ otp: string }> = {
  at: ['sign'],
  leadsTo: ['done'],
  async handle(ports, context, { otp }) {
    const chosen = factorOf(context.flow);
    if (!chosen) return { refusal: refusal('ACCESS_DENIED') };
    return verifySigning(ports, context, { kind: 'code', otp, token: chosen.id as TokenId });
  },
};

/** The user does not want the transaction: nothing can confirm it any more. */
export const cancel: Step<object> = {
  at: ['sign'],
  leadsTo: [],
  async handle() {
    return { refusal: refusal('TRANSACTION_CANCELLED') };
  },
};

/**
 * The answer that confirms a transaction (SR-45): to what was asked about exactly these fields. By the rules of method 2,
 * whatever the host has checked: nobody passes here without an answer.
 */
export async function verifySigning(
  ports: StepPorts,
  { flow, resource }: StepContext,
  answer: SecondAnswer,
): Promise<StepOutcome> {
  const { transaction } = flow;
  const user = flow.user === undefined ? undefined : await locateUser(ports, flow.account, flow.user);
  if (!transaction || !user) return { refusal: refusal('ACCESS_DENIED') };
  // What a device or a message was asked is looked up by the transaction; what a passkey was asked has it in itself.
  if (answer.kind === 'webauthn' && !isOfTransaction(answer.asked.challenge, transaction.hash)) {
    return { refusal: refusal('ACCESS_DENIED', {}, { about: user.id }) };
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
  return { refusal: withAudit(outcome, { about: user.id }) };
}
