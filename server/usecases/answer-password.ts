import type { FlowView } from '../../shared/wire/flow.ts';
import { passwordRight } from '../domain/flow-steps.ts';
import { decideFactors, denialCode, widgetMethod } from '../domain/methods.ts';
import { acceptedKinds, factorOptions, factorStates, usableTokens } from '../domain/second-factor.ts';
import { answerStep, type StepAnswer, type StepNeeds, type StepOutcome } from './answer-step.ts';
import { checkPassword } from './check-password.ts';
import { passwordDigest } from './password-digest.ts';
import { readAccess } from './read-access.ts';
import { offerFirst } from './second-factor/offer-first.ts';
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
      if (factors.kind === 'deny') return refusal(denialCode(factors.reason), { about: user.id });
      if (factors.otp) {
        const usable = usableTokens(tokens, accepts, now);
        const options = factorOptions(usable);
        const offered = await offerFirst(ports, flow, access.resource, { options, usable });
        if (isRefusal(offered)) return { ...offered, about: user.id };
        return { move: (held) => passwordRight(held, user, passwordDigest(user), options, offered) };
      }
      return { finish: { user, password: true, otp: factors.otpSkipped ? 'skipped' : 'not_used' } };
    });
    return isRefusal(checked) ? { refusal: checked } : checked;
  });
}
