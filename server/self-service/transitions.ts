import type { RefusalCode } from '@countersign/protocol/codes';
import type { FactorOption } from '@countersign/protocol/flow';
import type { Enrolling } from '../enrolment/enrolling.ts';
import type { Flow, ResultRecord } from '../flows/flow.ts';
import { type ChallengeDraft, evaluated, requestSecondFactor } from '../flows/transitions.ts';
import { SELF_LIFETIME_MS, type SelfProof, type SelfSession } from './self-service.ts';

/**
 * The moves of a sign-in that leads to the self-service page in place of a result.
 */

/**
 * The sign-in is complete: the person is on the page. Whoever comes back from setting up a token has shown nothing of what
 * they signed in with again, so their proof is no younger for it.
 *
 * @param passed the result that the same sign-in would have made elsewhere
 */
export function selfOpened(flow: Flow, passed: ResultRecord, standing: string, now: number): Flow {
  const { self: before } = flow;
  const { enrolling: _enrolling, demand: _demand, factors: _factors, factor: _factor, sent: _sent, ...rest } = flow;
  const shown = proofOf(passed, Math.min(now, flow.passwordAt ?? now));
  const token = passed.token === undefined ? {} : { token: passed.token };
  const isBack = before !== undefined && isReturn(flow);
  const proof = isBack ? withSecond(before.proof, shown) : shown;
  // What waits for a code, or to be written down, goes on waiting.
  const { token: earlier, ...waiting } = before ?? {};
  const kept = isBack && earlier !== undefined ? { token: earlier } : token;
  const self: SelfSession = { ...waiting, ...kept, standing, proof };
  return {
    ...evaluated(rest),
    step: 'self',
    // A passkey alone comes without a name.
    login: flow.login ?? passed.login,
    ...(passed.user !== 'test' && { user: passed.user }),
    self,
    expiresAt: isBack ? flow.expiresAt : now + SELF_LIFETIME_MS,
  };
}

/** The first code of a new token is a second factor; it makes nothing else younger. */
function withSecond(before: SelfProof, { second, isTwo }: SelfProof): SelfProof {
  return { ...before, second: before.second || second, isTwo: before.isTwo || isTwo };
}

/** Whether this is no sign-in, but the way back to the page from setting up a token. */
export function isReturn({ self, step }: Pick<Flow, 'self' | 'step'>): boolean {
  return self !== undefined && (step === 'enrol' || step === 'codes');
}

function proofOf({ amr, acr, otp }: ResultRecord, at: number): SelfProof {
  return { at, password: amr.includes('pwd'), second: otp === 'verified', isTwo: acr === '2' };
}

/** Notes when the password was right: the proof that it is part of is as old as that. */
export function passwordNoted(before: Flow, next: Flow, now: number): Flow {
  const isNews = next.purpose === 'self' && next.passwordVerified && !before.passwordVerified;
  return isNews ? { ...next, passwordAt: now } : next;
}

/** Something was done, or could not be: the same page, as things are now. */
export function selfStayed(flow: Flow, self: SelfSession, code?: RefusalCode): Flow {
  return { ...evaluated(flow), self, ...(code !== undefined && { error: { code } }) };
}

/** Every factor is asked for again, from the first on. What was shown before stands for nothing meanwhile. */
export function proofAsked(
  flow: Flow,
  asked: {
    hasPassword: boolean;
    isTwoAsked: boolean;
    options: readonly FactorOption[];
    offered: ChallengeDraft | undefined;
  },
): Flow {
  const { passwordDigest: _digest, passwordAt: _at, ...rest } = evaluated(flow);
  const next: Flow = { ...rest, passwordVerified: false, ...(asked.isTwoAsked && { demand: { acr: '2' } }) };
  return asked.hasPassword ? { ...next, step: 'password' } : requestSecondFactor(next, asked.options, asked.offered);
}

/** On the way to another token. */
export function addingBegun(flow: Flow, enrolling: Enrolling): Flow {
  return { ...evaluated(flow), step: 'enrol', enrolling };
}
