import type { FlowView } from '@countersign/protocol/flow';
import type { PasskeyAssertion } from '@countersign/protocol/passkey';
import { verifyUserFactor } from '../authentication/verify-user-factor.ts';
import { decoyForUnknownUser } from '../authentication/decoy-for-unknown-user.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import { findPasskey } from '../tokens/kinds/passkey/find-passkey.ts';
import { randomChallenge } from '../tokens/kinds/passkey/new-challenge.ts';
import type { PasskeyAnswer } from '../tokens/kinds/passkey/passkey-challenge.ts';
import { offersPasskeySignIn } from '../tokens/kinds/passkey/passkey-request.ts';
import { afterSecond, judgeSecond } from './answer-otp.ts';
import { judgeSigning } from './answer-sign.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from './answer-step.ts';
import type { Flow } from './flow.ts';

/**
 * What a passkey says to the challenge of this sign-in, as the second factor or in place of name, password and code, or to
 * that of a transaction. The challenge is void with the answer, whatever comes of it; whoever is refused gets another one.
 */
export function answerPasskey(
  ports: StepNeeds,
  answer: StepAnswer & { response: PasskeyAssertion },
): Promise<Result<FlowView>> {
  return answerStep(ports, ['identify', 'passkey', 'sign'], answer, async (flow, resource) => {
    const { passkey } = flow;
    if (!passkey) return { refusal: refusal('STEP_NOT_EXPECTED') };
    const shown: PasskeyAnswer = {
      kind: 'webauthn',
      assertion: answer.response,
      asked: passkey,
      topOrigin: flow.origin,
    };
    const judge = BY_STEP[flow.step === 'identify' || flow.step === 'sign' ? flow.step : 'passkey'];
    const outcome = await judge(ports, flow, resource, shown);
    if (!('refusal' in outcome)) return outcome;
    const challenge = randomChallenge(ports, flow.transaction?.hash);
    return { ...outcome, again: (held) => ({ ...held, passkey: { ...passkey, challenge } }) };
  });
}

const BY_STEP = { identify: byPasskeyAlone, passkey: judgeSecond, sign: judgeSigning } as const;

/** Nobody has been named: the passkey says who it is. All refusals about the person read the same (SR-17). */
async function byPasskeyAlone(
  ports: StepNeeds,
  flow: Flow,
  resource: Resource,
  answer: PasskeyAnswer,
): Promise<StepOutcome> {
  // It may have been switched off since the challenge was given out.
  if (!offersPasskeySignIn(resource)) return { refusal: refusal('ACCESS_DENIED') };
  const { id } = answer.assertion;
  const user = await findPasskey(ports, flow.account, id);
  if (!user) {
    await decoyForUnknownUser(ports, flow.account, id, answer);
    return { refusal: refusal('INVALID_CREDENTIALS') };
  }
  const asked = { method: 'otp', user, way: 'widget', resource, answer, scope: flow.id } as const;
  const outcome = await verifyUserFactor(ports, asked);
  if (!isRefusal(outcome)) return afterSecond(ports, flow, resource, user, outcome);
  const { reason = outcome.refused, tokens = [] } = outcome;
  return { refusal: refusal('INVALID_CREDENTIALS', { about: user.id, reason, tokens }) };
}
