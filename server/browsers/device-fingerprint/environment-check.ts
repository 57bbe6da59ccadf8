import type { OtpUse } from '@countersign/protocol/result';
import type { TraitWeights } from './match.ts';

/** The consequence for a user whose browser differs too much from their earlier ones. */
export const ENVIRONMENT_ACTIONS = ['demand-otp', 'refuse'] as const;
export type EnvironmentAction = (typeof ENVIRONMENT_ACTIONS)[number];

/** A resource's setting. */
export interface EnvironmentCheck {
  action: EnvironmentAction;
  /** 1 to 100. A browser that matches less than this differs. */
  threshold: number;
  weights: TraitWeights;
}

export const DEFAULT_THRESHOLD = 60;

/** A user's browser, compared with the remembered ones. */
export interface JudgedEnvironment {
  /** Null: no browser is remembered. */
  percent: number | null;
  /** Set if it differs: the consequence. */
  differs?: EnvironmentAction;
}

/**
 * @param percent the best match; undefined if no browser is remembered: then there is nothing to compare with, and the
 * first sign-in is trusted, as it is without the check
 */
export function judgeMatch(
  { action, threshold }: Pick<EnvironmentCheck, 'action' | 'threshold'>,
  percent: number | undefined,
): JudgedEnvironment {
  if (percent === undefined) return { percent: null };
  return percent < threshold ? { percent, differs: action } : { percent };
}

/**
 * True if a sign-in that is about to be granted is refused nevertheless: this can only make a decision stricter.
 *
 * @param isKept the sign-in rests on an earlier password, which does not count in a browser that differs
 */
export function environmentForbids(environment: JudgedEnvironment | undefined, otp: OtpUse, isKept = false): boolean {
  if (environment?.differs === undefined) return false;
  return environment.differs === 'refuse' || otp !== 'verified' || isKept;
}
