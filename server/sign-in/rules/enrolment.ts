import { endsByBreach } from '../../authentication/breached-password.ts';
import { refusal } from '../../kernel/result.ts';
import { isEnrolmentRequired } from '../../resources/enrolment-policy.ts';
import { refuseBreached } from '../after-first-factor.ts';
import { startEnrolment } from '../enrolment/enrolment-transitions.ts';
import { offerEnrolment, wantsEnrolment } from '../enrolment/offer-enrolment.ts';
import type { Rule, VerifiedFirstFactor } from '../rule.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

export const enrolment: Rule = {
  name: 'enrolment',
  does: 'After the password, a user without a token may have to set one up first. A mailed link leads to a token, never to a result.',
  async afterFirstFactor(ports, right) {
    const { flow, first, factors, differs } = right;
    if (!('passwordDigest' in first)) return undefined;
    if (flow.enrolmentLink !== undefined) {
      const denied = refusal('ACCESS_DENIED', {}, { about: right.user.id });
      return (await offerToken(ports, right, first.passwordDigest, 'link')) ?? denied;
    }
    // Not from an unknown browser after a password alone, and not if the password was only asked for again.
    const isCodeAsked = factors.kind === 'factors' && factors.otp;
    if (isCodeAsked || differs !== undefined || flow.self) return undefined;
    return offerToken(ports, right, first.passwordDigest, 'password');
  },
  beforeResult(ports, { flow, resource, passed }) {
    // The resource may require a token only since the last factor: no code is left out there (SR-69).
    const isLeftOut = flow.purpose !== 'self' && passed.otp === 'skipped';
    return isLeftOut && isEnrolmentRequired(resource.enrolment, ports.clock.now())
      ? { end: refusal('ACCESS_DENIED', {}, { about: passed.user.id, reason: 'ENROLMENT_REQUIRED' }) }
      : undefined;
  },
};

async function offerToken(
  ports: StepPorts,
  right: VerifiedFirstFactor,
  passwordDigest: string,
  basis: 'link' | 'password',
): Promise<StepOutcome | undefined> {
  const { flow, resource, user } = right;
  const question = { user, resource, basis, isAsked: wantsEnrolment(flow) };
  const enrolling = await offerEnrolment(ports, question, { otp: 'not_used' });
  if (enrolling && right.breached && endsByBreach(flow, resource)) return refuseBreached(ports, right);
  return enrolling && { move: (held) => startEnrolment(held, user, passwordDigest, enrolling) };
}
