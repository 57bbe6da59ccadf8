import type { PasskeyAssertion } from '@countersign/protocol/passkey';
import { decoyForUnknownUser } from '../../authentication/decoy-for-unknown-user.ts';
import { offersPasskeySignIn } from '../../authentication/second-factor.ts';
import { verifyUserFactor } from '../../authentication/verify-second-factor.ts';
import { isRefusal, refusal } from '../../kernel/result.ts';
import { findPasskey } from '../../tokens/kinds/passkey/find-passkey.ts';
import { randomChallenge } from '../../tokens/kinds/passkey/new-challenge.ts';
import type { PasskeyAnswer } from '../../tokens/kinds/passkey/passkey-challenge.ts';
import { checkSecondFactor, continueAfterSecondFactor } from '../second-factor.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';
import { verifySigning } from './sign.ts';

/**
 * A passkey's response to the challenge of this sign-in, as the second factor or instead of name, password and code, or
 * to that of a transaction. The challenge is void after one response, and a refusal creates another one.
 */
export async function checkPasskey(
  ports: StepPorts,
  context: StepContext<'identify' | 'passkey' | 'sign'>,
  { response }: { response: PasskeyAssertion },
): Promise<StepOutcome<'identify' | 'passkey' | 'sign'>> {
  const { passkey: challenge, origin, transaction } = context.flow;
  if (!challenge) return { refusal: refusal('STEP_NOT_EXPECTED') };
  const answer: PasskeyAnswer = {
    kind: 'webauthn',
    assertion: response,
    asked: challenge,
    topOrigin: origin,
    relatedOrigins: ports.relatedOrigins,
  };
  const outcome = await verifyAt(ports, context, answer);
  if (!('refusal' in outcome) || outcome.again) return outcome;
  const next = { ...challenge, challenge: randomChallenge(ports, transaction?.hash) };
  return { ...outcome, again: (held) => ({ ...held, passkey: next }) };
}

function verifyAt(
  ports: StepPorts,
  { flow, ...context }: StepContext<'identify' | 'passkey' | 'sign'>,
  answer: PasskeyAnswer,
): Promise<StepOutcome> {
  switch (flow.step) {
    case 'identify':
      return verifyPasskeyAlone(ports, { flow, ...context }, answer);
    case 'passkey':
      return checkSecondFactor(ports, { flow, ...context }, answer);
    case 'sign':
      return verifySigning(ports, { flow, ...context }, answer);
  }
}

/** No name was given: the passkey identifies its user. All refusals about the user are the same (SR-17). */
async function verifyPasskeyAlone(
  ports: StepPorts,
  { flow, resource, rules }: StepContext<'identify'>,
  answer: PasskeyAnswer,
): Promise<StepOutcome> {
  // It may have been switched off since the challenge was created.
  if (!offersPasskeySignIn(resource)) return { refusal: refusal('ACCESS_DENIED') };
  const { id } = answer.assertion;
  const user = await findPasskey(ports, flow.account, id);
  if (!user) {
    await decoyForUnknownUser(ports, flow.account, id, answer);
    return { refusal: refusal('INVALID_CREDENTIALS') };
  }
  const asked = { method: 'otp', user, way: 'widget', resource, answer, scope: flow.id } as const;
  const outcome = await verifyUserFactor(ports, asked);
  if (!isRefusal(outcome)) return continueAfterSecondFactor(ports, rules, { flow, resource, user, shown: outcome });
  const { reason = outcome.refused, tokens = [] } = outcome.audit ?? {};
  return { refusal: refusal('INVALID_CREDENTIALS', {}, { about: user.id, reason, tokens }) };
}
