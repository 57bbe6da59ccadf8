import { isFirstFactorCurrent } from '../../authentication/first-factor.ts';
import { signingKinds } from '../../authentication/signing.ts';
import { verifyUserFactor } from '../../authentication/verify-second-factor.ts';
import type { TokenId } from '../../kernel/ids.ts';
import { isRefusal, refusal, withAudit } from '../../kernel/result.ts';
import { isOfTransaction } from '../../tokens/kinds/passkey/passkey-request.ts';
import type { SecondAnswer } from '../../tokens/second-answer.ts';
import { locateUser } from '../../users/find-user.ts';
import { factorOf } from '../flow.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/** The digits that confirm a transaction: of the selected token only. */
export async function sign(
  ports: StepPorts,
  context: StepContext<'sign'>,
  { otp }: { otp: string },
): Promise<StepOutcome> {
  const chosen = factorOf(context.flow);
  if (!chosen) return { refusal: refusal('ACCESS_DENIED') };
  return verifySigning(ports, context, { kind: 'code', otp, token: chosen.id as TokenId });
}

/**
 * Verifies the answer that confirms a transaction (SR-45): it has to answer a challenge for exactly these fields. By
 * the rules of `otp`, whatever the host has checked: every user has to answer.
 */
export async function verifySigning(
  ports: StepPorts,
  { flow, resource }: StepContext<'sign'>,
  answer: SecondAnswer,
): Promise<StepOutcome> {
  const { transaction } = flow;
  const user = await locateUser(ports, flow.account, flow.user);
  if (!user) return { refusal: refusal('ACCESS_DENIED') };
  if (!isFirstFactorCurrent(flow, resource, user)) return { refusal: refusal('ACCESS_DENIED', {}, { about: user.id }) };
  // The challenge of a device or a message is looked up by the transaction; a passkey's challenge contains it.
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
