import type { FlowView } from '../../shared/wire/flow.ts';
import type { EnrolmentBasis } from '../domain/enrolment-policy.ts';
import { enrolmentBegun, unlockOffered } from '../domain/enrolment-steps.ts';
import { passwordRight } from '../domain/flow-steps.ts';
import { decideFactors, denialCode, widgetMethod } from '../domain/methods.ts';
import { acceptedKinds, factorOptions, factorStates, usableTokens } from '../domain/second-factor.ts';
import { offersUnlock } from '../domain/unlock-link.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from './answer-step.ts';
import { checkPassword } from './check-password.ts';
import { asksToEnrol, offerEnrolment } from './enrolment/offer-enrolment.ts';
import { askPasskeys } from './passkeys/new-challenge.ts';
import { passwordDigest } from './password-digest.ts';
import { readAccess } from './read-access.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

/**
 * Checks the password and, only when it is right, lets the assignment say what is still missing. The server picks the
 * method, never the browser.
 */
export function answerPassword(
  ports: StepNeeds,
  answer: StepAnswer & { password: string },
): Promise<Verdict<FlowView>> {
  return answerStep(ports, ['password'], answer, async (flow) => {
    const { address } = answer.whence;
    const { account, resource } = flow;
    const asked = { account, resource, name: flow.login ?? '', password: answer.password, address };
    const checked = await checkPassword(ports, asked, async ({ user, tokens }): Promise<Verdict<StepOutcome>> => {
      // What the resource asks for may have changed while the password was hashed.
      const access = await readAccess(ports, flow.resource, address);
      if (isRefusal(access)) return { ...access, about: user.id };
      const now = ports.clock.now();
      const accepts = acceptedKinds(access.resource);
      const states = factorStates(tokens, accepts, now);
      const factors = decideFactors(widgetMethod(access.resource.methodPolicy, states), states);
      if (factors.kind === 'deny' && factors.reason !== 'no-token' && flow.enrolmentLink === undefined) {
        const why = refusal(denialCode(factors.reason), { about: user.id });
        const offers = factors.reason === 'locked' && offersUnlock(access.resource, user, tokens);
        return { refusal: why, ...(offers && { after: unlockOffered(user, passwordDigest(user)) }) };
      }
      if (factors.kind === 'factors' && factors.otp && flow.enrolmentLink === undefined) {
        const usable = usableTokens(tokens, accepts, now);
        const options = factorOptions(usable);
        const passkey = askPasskeys(ports, usable);
        return { move: (held) => passwordRight(held, user, passwordDigest(user), options, passkey) };
      }
      const otp = factors.kind === 'factors' && factors.otpSkipped ? 'skipped' : 'not_used';
      const basis: EnrolmentBasis = flow.enrolmentLink === undefined ? 'password' : 'link';
      const question = { user, resource: access.resource, basis, isAsked: asksToEnrol(flow) };
      const enrolling = await offerEnrolment(ports, question, { otp });
      if (enrolling) return { move: (held) => enrolmentBegun(held, user, passwordDigest(user), enrolling) };
      if (factors.kind === 'deny' || basis === 'link') return refusal('ACCESS_DENIED', { about: user.id });
      return { finish: { user, password: true, otp } };
    });
    return isRefusal(checked) ? { refusal: checked } : checked;
  });
}
