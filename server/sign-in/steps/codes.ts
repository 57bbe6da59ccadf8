import { refusal } from '../../kernel/result.ts';
import type { User } from '../../users/user.ts';
import { readEnrolmentContext } from '../enrolment/context.ts';
import { completeLinkedEnrolment } from '../enrolment/enrolment-transitions.ts';
import type { PendingEnrolment } from '../enrolment/pending-enrolment.ts';
import type { Flow } from '../flow.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/** The user confirms that they have saved their recovery codes. */
export async function confirmCodes(ports: StepPorts, { flow, resource }: StepContext<'codes'>): Promise<StepOutcome> {
  const standing = await readEnrolmentContext(ports, flow, resource);
  return standing
    ? completeEnrolment(standing.user, flow, flow.enrolling.passed)
    : { refusal: refusal('ACCESS_DENIED') };
}

export function completeEnrolment(user: User, flow: Flow, shown: PendingEnrolment['passed']): StepOutcome {
  if (flow.enrolmentLink !== undefined) return { move: completeLinkedEnrolment };
  return { finish: { user, ...shown } };
}
