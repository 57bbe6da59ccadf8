import type { OathFactor, OathToken } from '../../token.ts';

/** Unused codes that a HOTP token may be ahead (RFC 4226 section 7.4, SR-43). */
export const HOTP_LOOK_AHEAD = 10;
/** The most a learned drift may move the window, in steps (SR-44). */
export const DRIFT_MAX_STEPS = 3;

/** The fields of a token that decide about a code. */
export type VerifiableToken = Pick<OathToken, 'factor' | 'algorithm' | 'digits' | 'nextCounter' | 'spoiled'>;

/** The range of moving factors to check, both ends included. */
interface Window {
  oldest: number;
  latest: number;
}

/** The moving factors to check now. */
export function windowAt(token: VerifiableToken, now: number): Window {
  // `nextCounter` must stay a safe integer after the last acceptable factor is used up.
  const ceiling = Number.MAX_SAFE_INTEGER - 1;
  if (token.factor.kind === 'hotp') {
    return { oldest: token.nextCounter, latest: Math.min(token.nextCounter + HOTP_LOOK_AHEAD, ceiling) };
  }
  const step = Math.floor(now / token.factor.periodMs);
  const drift = boundedDrift(token.factor);
  return {
    oldest: step - 1 + Math.min(drift, 0),
    latest: Math.min(step + Math.max(drift, 0), ceiling),
  };
}

export function boundedDrift(factor: Extract<OathFactor, { kind: 'totp' }>): number {
  return Math.max(-DRIFT_MAX_STEPS, Math.min(DRIFT_MAX_STEPS, Math.trunc(factor.driftSteps)));
}
