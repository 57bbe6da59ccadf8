import type { FlowView } from '@countersign/protocol/flow';
import { acceptedKindsFrom, factorOptions, usableTokens } from '../../domain/second-factor.ts';
import { proofAsked } from '../../domain/self-steps.ts';
import type { StepAnswer } from '../flow/answer-step.ts';
import { offerFirst } from '../second-factor/offer-first.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { actOnSelf, type SelfNeeds } from './act-on-self.ts';

/**
 * Asks for the factors once more: the password of whoever has one, and a second one of whoever has that here, by the steps
 * and the counters of every sign-in. Never for less than was asked for before.
 */
export function proveAgain(ports: SelfNeeds, answer: StepAnswer): Promise<Verdict<FlowView>> {
  return actOnSelf(ports, undefined, answer, async ({ flow, user, resource, paired, session }) => {
    const hasPassword = user.passwordHash !== undefined;
    // Without a password two factors were a passkey that checked its person: a code beside it is one.
    const isByPasskey = !hasPassword && session.proof.isTwo;
    const accepted = acceptedKindsFrom(user, resource).filter((kind) => !isByPasskey || kind === 'webauthn');
    const usable = usableTokens(paired, accepted, ports.clock.now());
    const options = factorOptions(usable);
    if (!hasPassword && options.length === 0) return refusal('PROOF_LACKING');
    const offered = hasPassword ? undefined : await offerFirst(ports, flow, resource, { options, usable });
    if (offered && isRefusal(offered)) return offered;
    const hasSecond = options.some(({ kind }) => kind !== 'recovery');
    const isTwoAsked = isByPasskey || (hasPassword && hasSecond);
    return { move: (held) => proofAsked(held, { hasPassword, isTwoAsked, options, offered }) };
  });
}
