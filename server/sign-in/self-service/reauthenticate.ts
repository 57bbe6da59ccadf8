import { acceptedKindsFrom, factorOptions } from '../../authentication/second-factor.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { isSubstitute } from '../../tokens/kinds/rules.ts';
import { usableTokens } from '../../tokens/usable-tokens.ts';
import type { Flow } from '../flow.ts';
import { prepareFirst } from '../prepare-factor.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { runSelfServiceAction } from './run-action.ts';
import { requestProof } from './self-service-transitions.ts';

/**
 * Asks for the factors again: the password if the user has one, and the second factor if they have one here, with the
 * steps and counters of every sign-in. Never for fewer factors than before.
 */
export function reauthenticateUser(ports: SignInPorts, answer: StepRequest): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, undefined, answer, async ({ flow, user, resource, paired, session }) => {
    const hasPassword = user.passwordHash !== undefined;
    // Without a password, the two factors were a passkey with user verification: a code beside it is only one.
    const isByPasskey = !hasPassword && session.proof.isTwo;
    const accepted = acceptedKindsFrom(user, resource).filter((kind) => !isByPasskey || kind === 'webauthn');
    const usable = usableTokens(paired, accepted, ports.clock.now());
    const options = factorOptions(usable);
    if (!hasPassword && options.length === 0) return refusal('PROOF_LACKING');
    const offered = hasPassword ? undefined : await prepareFirst(ports, flow, resource, { options, usable });
    if (offered && isRefusal(offered)) return offered;
    const hasSecond = options.some(({ kind }) => !isSubstitute(kind));
    const isTwoAsked = isByPasskey || (hasPassword && hasSecond);
    return { move: (held) => requestProof(held, { hasPassword, isTwoAsked, options, offered }) };
  });
}
