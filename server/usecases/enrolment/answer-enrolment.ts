import type { FlowView } from '../../../shared/wire/flow.ts';
import { assignmentTo, isAssigned } from '../../domain/assignments.ts';
import type { Enrolling } from '../../domain/enrolling.ts';
import { codesShown, enrolledByLink, enrolmentInsisted, passedWith } from '../../domain/enrolment-steps.ts';
import type { Flow } from '../../domain/flow.ts';
import type { MailLanguage } from '../../domain/mail/mail.ts';
import { decideFactors, widgetMethod } from '../../domain/methods.ts';
import type { Resource } from '../../domain/resource.ts';
import { acceptedKinds, factorStates } from '../../domain/second-factor.ts';
import type { Token } from '../../domain/token.ts';
import type { User } from '../../domain/user.ts';
import type { Ports } from '../../ports/index.ts';
import { readPairs } from '../authentication/read-pairs.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from '../flow/answer-step.ts';
import { actOf } from '../flow/flow-events.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { locateUser } from '../users/find-user.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { makeOwnToken } from './make-own-token.ts';
import { asksToEnrol, judgeEnrolment } from './offer-enrolment.ts';
import { tellOwner } from './tell-owner.ts';

const DENIED = { refusal: refusal('ACCESS_DENIED') } as const;

/** Somebody at a step of an enrolment, as they are now. */
interface Standing {
  user: User;
  tokens: Token[];
  enrolling: Enrolling;
}

/**
 * The first code of a token that is being set up. Until it is right the token counts for nothing; it then counts as the
 * second factor of this sign-in, since it shows that the person has the device.
 */
export function answerEnrolment(
  ports: StepNeeds & Pick<Ports, 'courier'>,
  answer: StepAnswer & { otp: string; language: MailLanguage },
): Promise<Verdict<FlowView>> {
  return answerStep(ports, ['enrol'], answer, async (flow, resource): Promise<StepOutcome> => {
    const standing = await stillThere(ports, flow, resource);
    if (!standing) return DENIED;
    const { user, enrolling } = standing;
    const isDone = user.enrolled?.includes(enrolling.token) === true;
    if (!isDone) {
      const { decision } = await judgeEnrolment(ports, questionOf(flow, resource, standing));
      if (decision.kind === 'none') return DENIED;
      const act = actOf(flow, answer.whence);
      const made = await makeOwnToken(ports, { act, flow, enrolling, user }, answer.otp);
      if (isRefusal(made)) return { refusal: { ...made, about: user.id } };
      tellOwner(ports, made.user, 'token-added', answer);
    }
    return enrolling.recovery === undefined ? ending(standing, flow) : { move: codesShown };
  });
}

/** Goes on without, where that may be: read again, since the time for it may be over. */
export function postponeEnrolment(ports: StepNeeds, answer: StepAnswer): Promise<Verdict<FlowView>> {
  return answerStep(ports, ['enrol'], answer, async (flow, resource): Promise<StepOutcome> => {
    const standing = await stillThere(ports, flow, resource);
    if (!standing) return DENIED;
    const { user, tokens, enrolling } = standing;
    if (enrolling.basis === 'password' && !mayComeInByPassword(tokens, resource, ports.clock.now())) return DENIED;
    const { decision } = await judgeEnrolment(ports, questionOf(flow, resource, standing));
    // Offered no longer: then it is not asked for either.
    if (decision.kind === 'demand') return { move: enrolmentInsisted };
    return { finish: { user, ...enrolling.passed } };
  });
}

/** The person says that they have their recovery codes. */
export function confirmCodes(ports: StepNeeds, answer: StepAnswer): Promise<Verdict<FlowView>> {
  return answerStep(ports, ['codes'], answer, async (flow, resource): Promise<StepOutcome> => {
    const standing = await stillThere(ports, flow, resource);
    return standing ? ending(standing, flow) : DENIED;
  });
}

function ending({ user, enrolling }: Standing, flow: Flow): StepOutcome {
  if (flow.enrolmentLink !== undefined) return { move: enrolledByLink };
  return { finish: { user, ...passedWith(enrolling) } };
}

function questionOf(flow: Flow, resource: Resource, { user, enrolling }: Standing) {
  return { user, resource, basis: enrolling.basis, isAsked: asksToEnrol(flow) };
}

/** What was shown before the enrolment may have lost its worth since (SR-4, SR-38, SR-39). */
async function stillThere(
  ports: Pick<Ports, 'store' | 'clock'>,
  flow: Flow,
  resource: Resource,
): Promise<Standing | undefined> {
  const { enrolling } = flow;
  const known = flow.user === undefined ? undefined : await locateUser(ports, flow.account, flow.user);
  if (!known || !enrolling) return undefined;
  const { user, tokens } = await readPairs(ports, known, resource.id);
  if (!user || (flow.passwordVerified && flow.passwordDigest !== passwordDigest(user))) return undefined;
  if (!isAssigned(assignmentTo(user, resource.id), tokens)) return undefined;
  return { user, tokens: tokens.map(({ value }) => value), enrolling };
}

/** Somebody may have got a token meanwhile: then the password alone is not enough any more. */
function mayComeInByPassword(tokens: readonly Token[], resource: Resource, now: number): boolean {
  const states = factorStates(tokens, acceptedKinds(resource), now);
  const factors = decideFactors(widgetMethod(resource.methodPolicy, states), states);
  return factors.kind === 'factors' && !factors.otp;
}
