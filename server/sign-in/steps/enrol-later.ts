import { assessEnrolment } from '../../authentication/assess-enrolment.ts';
import { decideFactors, denyKnownPassword, widgetMethod } from '../../authentication/decide-factors.ts';
import { acceptedKindsFrom, factorStates } from '../../authentication/second-factor.ts';
import { refusal } from '../../kernel/result.ts';
import type { Resource } from '../../resources/resource.ts';
import type { Token } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';
import { questionOf, readEnrolmentContext } from '../enrolment/context.ts';
import { requireEnrolment } from '../enrolment/enrolment-transitions.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

const DENIED = { refusal: refusal('ACCESS_DENIED') } as const;

/** Continues without a token if that is still allowed: read the policy again, because its deadline may have passed. */
export async function postponeEnrolment(
  ports: StepPorts,
  { flow, resource }: StepContext<'enrol'>,
): Promise<StepOutcome<'enrol'>> {
  const standing = await readEnrolmentContext(ports, flow, resource);
  if (!standing) return DENIED;
  const { user, tokens } = standing;
  const { basis, passed } = flow.enrolling;
  if (basis === 'password' && !isPasswordEnough(user, tokens, resource, ports.clock.now())) return DENIED;
  const { decision } = await assessEnrolment(ports, questionOf(flow, resource, user));
  // An enrolment that is no longer offered is no longer required.
  if (decision.kind === 'demand') return { move: requireEnrolment };
  // A mailed link or a replacement leads to a token first; the site asked for a second factor.
  if (basis === 'link' || basis === 'site-password' || basis === 'replacement') return DENIED;
  return { finish: { user, ...passed } };
}

/** The user may have been assigned a token meanwhile: then the password alone is not enough. */
function isPasswordEnough(user: User, tokens: readonly Token[], resource: Resource, now: number): boolean {
  const states = factorStates(tokens, acceptedKindsFrom(user, resource), now);
  const factors = denyKnownPassword(decideFactors(widgetMethod(resource.methodPolicy, states), states), user);
  return factors.kind === 'factors' && !factors.otp;
}
