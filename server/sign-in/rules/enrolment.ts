import { endsByBreach } from '../../authentication/breached-password.ts';
import { decideFactors } from '../../authentication/decide-factors.ts';
import { acceptedKindsFrom, factorOptions, factorStates } from '../../authentication/second-factor.ts';
import { refusal } from '../../kernel/result.ts';
import { isEnrolmentRequired } from '../../resources/enrolment-policy.ts';
import { KIND_RULES } from '../../tokens/kinds/rules.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { refuseBreached } from '../after-first-factor.ts';
import { startEnrolment } from '../enrolment/enrolment-transitions.ts';
import { offerEnrolment, wantsEnrolment } from '../enrolment/offer-enrolment.ts';
import { startReplacement } from '../enrolment/start-replacement.ts';
import { askRecoveryCode } from '../flow-transitions.ts';
import type { Rule, VerifiedFirstFactor, VerifiedSecondFactor } from '../rule.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

export const enrolment: Rule = {
  name: 'enrolment',
  does: 'A user without a token that counts may have to set one up before the result, and others may if the page asks. A mailed link leads to a token, never to a result.',
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
  async afterSecondFactor(ports, second) {
    const { flow, resource, user, shown } = second;
    const isBreached = flow.breached !== undefined && endsByBreach(flow, resource);
    const replaced = await replaceAfterSecond(ports, second);
    if (replaced) return isBreached ? refuseBreached(ports, second) : replaced;
    // A dropped code has not been shown.
    if (shown.otp !== 'verified' || isBreached) return undefined;
    const question = { user, resource, basis: 'second-factor', isAsked: wantsEnrolment(flow) } as const;
    const enrolling = await offerEnrolment(ports, question, shown);
    return enrolling && { move: (held) => startEnrolment(held, user, undefined, enrolling) };
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

/**
 * Where a token is required and all of the user's are deactivated, a dropped code or a recovery code leads to a new
 * token. Any other code shows that one of them is active.
 */
async function replaceAfterSecond(
  ports: StepPorts,
  { resource, user, shown }: VerifiedSecondFactor,
): Promise<StepOutcome | undefined> {
  if (shown.otp === 'verified' && !KIND_RULES[shown.kind].isSubstitute) return undefined;
  if (!isEnrolmentRequired(resource.enrolment, ports.clock.now())) return undefined;
  const tokens = (await loadAssignedTokens(ports, user, resource.id)).tokens.map(({ value }) => value);
  const states = factorStates(tokens, acceptedKindsFrom(user, resource), ports.clock.now());
  const factors = decideFactors('password-otp', states);
  if (shown.otp === 'verified' && (factors.kind !== 'factors' || !factors.otpSkipped)) return undefined;
  const passed = shown.otp === 'verified' ? shown : ({ otp: 'not_used' } as const);
  const replacement = await startReplacement(ports, { user, resource, tokens, passed });
  if (!replacement) return undefined;
  if ('refused' in replacement) return { refusal: refusal(replacement.refused, {}, { about: user.id }) };
  if ('recovery' in replacement) {
    const options = factorOptions(replacement.recovery);
    return { move: (held) => askRecoveryCode(held, options) };
  }
  return { move: (held) => startEnrolment(held, user, undefined, replacement.enrolling) };
}
