import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { showsOwnCodes } from '../../tokens/kinds/rules.ts';
import { resyncToken } from '../../tokens/resync-token.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { ownToken } from './context.ts';
import { runSelfServiceAction } from './run-action.ts';

/** Resynchronises a token with two of its codes, counted as everywhere (SR-43). */
export function resyncOwnToken(
  ports: SignInPorts,
  answer: StepRequest & { token: string; otps: readonly [string, string] },
): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'resync-token', answer, async (own) => {
    const found = ownToken(own, answer.token);
    if (isRefusal(found)) return found;
    if (!showsOwnCodes(found.token)) return refusal('TOKEN_KIND_UNFIT');
    const synchronised = await resyncToken(ports, own.act, found.id, answer.otps);
    return isRefusal(synchronised) ? synchronised : { done: {} };
  });
}
