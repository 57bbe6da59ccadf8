import type { FlowView } from '@countersign/protocol/flow';
import { widgetMethod } from '../authentication/methods.ts';
import { prepareFirst } from '../authentication/prepare-first.ts';
import { readAccess } from '../authentication/read-access.ts';
import { acceptedKindsFrom, factorOptions, factorStates, usableTokens } from '../authentication/second-factor.ts';
import { requiredDenial, requiredFactors } from '../authentication/step-up.ts';
import { judgeEnvironment } from '../browsers/assess-environment.ts';
import type { EnrolmentBasis } from '../enrolment/enrolment-policy.ts';
import { enrolmentBegun, unlockOffered } from '../enrolment/enrolment-steps.ts';
import { offerEnrolment, wantsEnrolment } from '../enrolment/offer-enrolment.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { checkPassword } from '../passwords/check-password.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { mayAskUnlock } from '../tokens/unlock/unlockable-tokens.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from './answer-step.ts';
import { acceptPassword } from './steps.ts';

/**
 * Checks the password and, only when it is right, lets the assignment say what is still missing. The server picks the
 * method, never the browser.
 */
export function answerPassword(ports: StepNeeds, answer: StepAnswer & { password: string }): Promise<Result<FlowView>> {
  return answerStep(ports, ['password'], answer, async (flow) => {
    const { address } = answer.client;
    const { account, resource } = flow;
    const name = flow.user ?? flow.login ?? '';
    const asked = { account, resource, name, password: answer.password, address, way: 'widget' } as const;
    const checked = await checkPassword(ports, asked, async ({ user, tokens }): Promise<Result<StepOutcome>> => {
      // What the resource asks for may have changed while the password was hashed.
      const access = await readAccess(ports, flow.resource, address);
      if (isRefusal(access)) return { ...access, about: user.id };
      const now = ports.clock.now();
      const accepts = acceptedKindsFrom(user, access.resource);
      const states = factorStates(tokens, accepts, now);
      const environment = await judgeEnvironment(ports, access.resource, user.id, flow.environment);
      const factors = requiredFactors(widgetMethod(access.resource.methodPolicy, states), states, {
        level: flow.demand?.acr,
        hasPassword: true,
        differs: environment?.differs,
      });
      const digest = passwordDigest(user);
      const isLinked = flow.enrolmentLink !== undefined;
      const right = { user, password: true, passwordDigest: digest } as const;
      if (factors.kind === 'factors' && factors.otp && !isLinked) {
        const usable = usableTokens(tokens, accepts, now);
        const second = environment?.differs === undefined ? flow.kept?.second : undefined;
        if (second && usable.some(({ id }) => id === second.token)) {
          return { finish: { ...right, otp: 'verified', token: second.token, kind: second.kind, second } };
        }
        const options = factorOptions(usable);
        const offered = await prepareFirst(ports, flow, access.resource, { options, usable });
        if (isRefusal(offered)) return { ...offered, about: user.id };
        return { move: (held) => acceptPassword(held, user, digest, options, offered) };
      }
      // Nobody sets up a token from a browser that is none of theirs, on the strength of a password.
      // Nor is anything offered to whoever was only asked for their password once more.
      if (isLinked || (environment?.differs === undefined && !flow.self)) {
        const basis: EnrolmentBasis = isLinked ? 'link' : 'password';
        const question = { user, resource: access.resource, basis, isAsked: wantsEnrolment(flow) };
        const enrolling = await offerEnrolment(ports, question, { otp: 'not_used' });
        if (enrolling) return { move: (held) => enrolmentBegun(held, user, digest, enrolling) };
      }
      if (isLinked) return refusal('ACCESS_DENIED', { about: user.id });
      if (factors.kind === 'deny') {
        const percent = environment?.percent ?? undefined;
        const ids = tokens.map(({ id }) => id);
        const about = { about: user.id, tokens: ids, ...(percent !== undefined && { percent }) };
        const offers = factors.reason === 'locked' && (await mayAskUnlock(ports, access.resource, user, tokens));
        return {
          refusal: refusal(requiredDenial(factors.reason, user), about),
          ...(offers && { after: unlockOffered(user, digest) }),
        };
      }
      return { finish: { ...right, otp: factors.otpSkipped ? 'skipped' : 'not_used' } };
    });
    return isRefusal(checked) ? { refusal: checked } : checked;
  });
}
