import type { FactorOption } from '@countersign/protocol/flow';
import type { PendingEnrolment } from '../enrolment/pending-enrolment.ts';
import type { Flow, FlowAt, ResultRecord, SecondFactorRequest } from '../flow.ts';
import { type ChallengeDraft, countStep, requestSecondFactor } from '../flow-transitions.ts';
import { SELF_LIFETIME_MS } from './self-service.ts';
import type { SelfProof, SelfServiceUser, SelfSession } from './self-session.ts';

/** The transitions of a sign-in that leads to the self-service page instead of a result. */

/**
 * Completes the sign-in: the user is on the page. A return from an enrolment has not confirmed the factors of the
 * sign-in again, so it does not renew their proof.
 *
 * @param passed the result that the same sign-in would have made elsewhere
 */
export function openSelfService(
  flow: Flow,
  passed: ResultRecord,
  { user, fingerprint }: SelfServiceUser,
  now: number,
): FlowAt<'self'> {
  const { self: before } = flow;
  const { enrolling: _enrolling, demand: _demand, ...earlier } = flow;
  const { factors: _factors, factor: _factor, sent: _sent, ...rest }: typeof earlier & SecondFactorRequest = earlier;
  const shown = proofOf(passed, Math.min(now, flow.passwordAt ?? now));
  const token = passed.token === undefined ? {} : { token: passed.token };
  const isBack = before !== undefined && isReturn(flow);
  const proof = isBack ? withSecond(before.proof, shown) : shown;
  // A pending address and unconfirmed recovery codes stay pending.
  const { token: usedBefore, ...waiting } = before ?? {};
  const kept = isBack && usedBefore !== undefined ? { token: usedBefore } : token;
  const self: SelfSession = { ...waiting, ...kept, standing: fingerprint, proof };
  return {
    ...countStep(rest),
    step: 'self',
    // A passkey alone comes without a name.
    login: flow.login ?? passed.login,
    user,
    self,
    expiresAt: isBack ? flow.expiresAt : now + SELF_LIFETIME_MS,
  };
}

/** The first code of a new token is a second factor; it renews nothing else. */
function withSecond(before: SelfProof, { second, isTwo }: SelfProof): SelfProof {
  return { ...before, second: before.second || second, isTwo: before.isTwo || isTwo };
}

/** True for the return to the page from an enrolment, which is no sign-in. */
export function isReturn({ self, step }: Pick<Flow, 'self' | 'step'>): boolean {
  return self !== undefined && (step === 'enrol' || step === 'codes');
}

function proofOf({ amr, acr, otp }: ResultRecord, at: number): SelfProof {
  return { at, password: amr.includes('pwd'), second: otp === 'verified', isTwo: acr === '2' };
}

/** Shows the page again, in its current state, after an action that succeeded or failed. */
export function stayOnPage(flow: FlowAt<'self'>, self: SelfSession): FlowAt<'self'> {
  return { ...countStep(flow), self };
}

/** Asks for every factor again, from the first on. The previous proof is void meanwhile. */
export function requestProof(
  flow: FlowAt<'self'>,
  asked: {
    hasPassword: boolean;
    isTwoAsked: boolean;
    options: readonly FactorOption[];
    offered: ChallengeDraft | undefined;
  },
): Flow {
  const { passwordDigest: _digest, passwordAt: _at, ...rest } = countStep(flow);
  const next: FlowAt<'password'> = {
    ...rest,
    step: 'password',
    passwordVerified: false,
    ...(asked.isTwoAsked && { demand: { acr: '2' } }),
  };
  return asked.hasPassword ? next : requestSecondFactor(next, asked.options, asked.offered);
}

/** Starts the enrolment of another token. */
export function startTokenEnrolment(flow: FlowAt<'self'>, enrolling: PendingEnrolment): FlowAt<'enrol'> {
  return { ...countStep(flow), step: 'enrol', enrolling };
}
