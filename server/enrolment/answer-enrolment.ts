import type { FlowView } from '@countersign/protocol/flow';
import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import { decideFactors, widgetMethod } from '../authentication/methods.ts';
import { acceptedKindsFrom, factorStates } from '../authentication/second-factor.ts';
import type { Ports } from '../kernel/ports.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from '../login/answer-step.ts';
import type { Flow } from '../login/flow.ts';
import { actOf } from '../login/flow-events.ts';
import type { MailLanguage } from '../messages/mail/mail.ts';
import type { Resource } from '../resources/resource.ts';
import { randomChallenge } from '../tokens/kinds/passkey/new-challenge.ts';
import { isWebauthn, type Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import { isStillAssigned, kindsNow, questionOf } from './context.ts';
import { createEnrolledToken, type FirstProof } from './create-token.ts';
import type { Enrolling } from './enrolling.ts';
import { codesShown, enrolledByLink, enrolmentInsisted, passedWith, passkeyAskedAnew } from './enrolment-steps.ts';
import { notifyUser } from './notify-user.ts';
import { judgeEnrolment } from './offer-enrolment.ts';

const DENIED = { refusal: refusal('ACCESS_DENIED') } as const;

type EnrolNeeds = StepNeeds & Pick<Ports, 'courier'>;
type Telling = StepAnswer & { language: MailLanguage };

/**
 * The first code of a token that is being set up, shown by an app or sent. Until it is right the token counts for nothing; it then
 * counts as the second factor of this sign-in, since it shows that the person has the device.
 */
export function answerEnrolment(ports: EnrolNeeds, answer: Telling & { otp: string }): Promise<Result<FlowView>> {
  return prove(ports, answer, { otp: answer.otp });
}

/** The passkey that the person's device has made for this sign-in. Its challenge is void with the answer, whatever comes of it. */
export function answerNewPasskey(
  ports: EnrolNeeds,
  answer: Telling & { response: PasskeyAttestation },
): Promise<Result<FlowView>> {
  return prove(ports, answer, { response: answer.response });
}

function prove(ports: EnrolNeeds, answer: Telling, proof: FirstProof): Promise<Result<FlowView>> {
  return answerStep(ports, ['enrol'], answer, async (flow, resource): Promise<StepOutcome> => {
    const standing = await isStillAssigned(ports, flow, resource);
    const making = standing?.enrolling.making;
    if (!standing) return DENIED;
    if (!making) return { refusal: refusal('STEP_NOT_EXPECTED') };
    const { user, tokens, enrolling } = standing;
    // By an attempt that broke off behind the commit that decides.
    if (user.enrolled?.includes(making.token)) {
      const done = tokens.find(({ id }) => id === making.token);
      return done ? ended(user, flow, enrolling, passed(enrolling, done)) : DENIED;
    }
    const kinds = await kindsNow(ports, flow, resource, standing);
    if (!kinds?.includes(making.kind)) return DENIED;
    const own = { act: actOf(flow, answer.client), flow, enrolling, making, user };
    const made = await createEnrolledToken(ports, own, proof, resource.failedAttemptsBeforeLock);
    if (isRefusal(made)) {
      const challenge = randomChallenge(ports);
      return { refusal: { ...made, about: user.id }, again: (held) => passkeyAskedAnew(held, challenge) };
    }
    notifyUser(ports, made.user, 'token-added', answer);
    return ended(user, flow, enrolling, passed(enrolling, made.token));
  });
}

function passed({ passed: before, making }: Enrolling, token: Token): Enrolling['passed'] {
  return making ? passedWith(before, making, isWebauthn(token) && token.factor.synced) : before;
}

/** The recovery codes first, where there are any. */
function ended(user: User, flow: Flow, enrolling: Enrolling, shown: Enrolling['passed']): StepOutcome {
  return enrolling.recovery === undefined ? ending(user, flow, shown) : { move: (held) => codesShown(held, shown) };
}

/** Goes on without, where that may be: read again, since the time for it may be over. */
export function postponeEnrolment(ports: StepNeeds, answer: StepAnswer): Promise<Result<FlowView>> {
  return answerStep(ports, ['enrol'], answer, async (flow, resource): Promise<StepOutcome> => {
    const standing = await isStillAssigned(ports, flow, resource);
    if (!standing) return DENIED;
    const { user, tokens, enrolling } = standing;
    if (enrolling.basis === 'password' && !mayComeInByPassword(user, tokens, resource, ports.clock.now()))
      return DENIED;
    const { decision } = await judgeEnrolment(ports, questionOf(flow, resource, standing));
    // Offered no longer: then it is not asked for either.
    if (decision.kind === 'demand') return { move: enrolmentInsisted };
    // A mailed link leads to a token and never to a result.
    if (enrolling.basis === 'link') return DENIED;
    return { finish: { user, ...enrolling.passed } };
  });
}

/** The person says that they have their recovery codes. */
export function confirmCodes(ports: StepNeeds, answer: StepAnswer): Promise<Result<FlowView>> {
  return answerStep(ports, ['codes'], answer, async (flow, resource): Promise<StepOutcome> => {
    const standing = await isStillAssigned(ports, flow, resource);
    return standing ? ending(standing.user, flow, standing.enrolling.passed) : DENIED;
  });
}

function ending(user: User, flow: Flow, shown: Enrolling['passed']): StepOutcome {
  if (flow.enrolmentLink !== undefined) return { move: enrolledByLink };
  return { finish: { user, ...shown } };
}

/** Somebody may have got a token meanwhile: then the password alone is not enough any more. */
function mayComeInByPassword(user: User, tokens: readonly Token[], resource: Resource, now: number): boolean {
  const states = factorStates(tokens, acceptedKindsFrom(user, resource), now);
  const factors = decideFactors(widgetMethod(resource.methodPolicy, states), states);
  return factors.kind === 'factors' && !factors.otp;
}
