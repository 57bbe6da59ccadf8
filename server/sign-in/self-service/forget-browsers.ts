import { forgetEnvironments } from '../../browsers/forget-environments.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import type { Flow } from '../flow.ts';
import { endBrowserTrust } from '../rules/trusted-browsers/end-trust.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { runSelfServiceAction } from './run-action.ts';

/** Forgets every remembered browser of the user. */
export function forgetOwnBrowsers(ports: SignInPorts, answer: StepRequest): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'browsers', answer, async ({ act, user }) => {
    const forgotten = await forgetEnvironments(ports, act, user.id);
    return isRefusal(forgotten) ? forgotten : { done: {} };
  });
}

/** Ends the trust in one browser of the user, or in all: they show a code there again. */
export function endOwnTrust(
  ports: SignInPorts,
  answer: StepRequest & { browser?: string | undefined },
): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'end-trust', answer, async ({ act, user }) => {
    const ended = await endBrowserTrust(ports, act, { user: user.id, browser: answer.browser });
    return isRefusal(ended) ? ended : { done: {} };
  });
}
