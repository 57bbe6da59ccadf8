import { endsByBreach } from '../../authentication/breached-password.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { prepareSecondFactor, refuseBreached } from '../after-first-factor.ts';
import { startEnrolment } from '../enrolment/enrolment-transitions.ts';
import { startReplacement } from '../enrolment/start-replacement.ts';
import type { Rule, VerifiedFirstFactor } from '../rule.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/** Not for a link, which is a permission of its own, and not where the page asks for the password again. */
export const lostDevice: Rule = {
  name: 'lost device',
  does: 'Where a token is required and all are deactivated, a recovery code, if there is one, and a new token come first.',
  afterFirstFactor(ports, right) {
    const { factors, flow, first } = right;
    if (factors.kind !== 'factors' || !factors.otpSkipped) return undefined;
    const isAnotherWay = flow.enrolmentLink !== undefined || flow.self !== undefined;
    return 'passwordDigest' in first && isAnotherWay ? undefined : replaceAfterFirst(ports, right);
  },
};

/**
 * Where a token is required and all of the user's are deactivated: a recovery code, if they have any, and a new token
 * come before the result. Undefined: the first factor is enough, or nothing helps.
 */
async function replaceAfterFirst(
  ports: StepPorts,
  right: VerifiedFirstFactor,
): Promise<Result<StepOutcome> | undefined> {
  const { flow, resource, user, first, tokens } = right;
  const replacement = await startReplacement(ports, { user, resource, tokens, passed: { otp: 'not_used' } });
  if (!replacement) return undefined;
  if ('refused' in replacement) return refusal(replacement.refused, {}, { about: user.id });
  if ('recovery' in replacement) return prepareSecondFactor(ports, { ...right, usable: replacement.recovery });
  if (right.breached && endsByBreach(flow, resource)) return refuseBreached(ports, right);
  const digest = 'passwordDigest' in first ? first.passwordDigest : undefined;
  return { move: (held) => startEnrolment(held, user, digest, replacement.enrolling) };
}
