import { type Result, refusal } from '../../kernel/result.ts';
import { offerEnrolment } from '../enrolment/offer-enrolment.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { basisOf } from './context.ts';
import { runSelfServiceAction } from './run-action.ts';
import { startTokenEnrolment } from './self-service-transitions.ts';

/** Starts the enrolment steps, which lead back to the page. The enrolment policy selects the kinds of token. */
export function addOwnToken(ports: SignInPorts, answer: StepRequest): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'add-token', answer, async (own) => {
    const { user, resource, session, paired } = own;
    const shown = session.proof.second ? paired.find(({ id }) => id === session.token) : undefined;
    const passed = shown
      ? ({ otp: 'verified', token: shown.id, kind: shown.factor.kind } as const)
      : ({ otp: 'not_used' } as const);
    const enrolling = await offerEnrolment(ports, { user, resource, basis: basisOf(own), isAsked: true }, passed);
    return enrolling && enrolling.kinds.length > 0
      ? { move: (held) => startTokenEnrolment(held, enrolling) }
      : refusal('SELF_SERVICE_OFF');
  });
}
