import type { OtpUse } from '@countersign/protocol/result';
import type { TraitWeights } from './match.ts';

/** What becomes of somebody whose browser is too unlike those that they signed in with before. */
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

/** A person's browser beside those remembered. */
export interface JudgedEnvironment {
  /** Null: nothing is remembered. */
  percent: number | null;
  /** Set where it differs: what is to become of it. */
  differs?: EnvironmentAction;
}

/**
 * @param percent the best match; undefined where nothing is remembered: then there is nothing that it could differ from,
 *   and the first sign-in is trusted, as it is without the check
 */
export function judgeMatch(
  { action, threshold }: Pick<EnvironmentCheck, 'action' | 'threshold'>,
  percent: number | undefined,
): JudgedEnvironment {
  if (percent === undefined) return { percent: null };
  return percent < threshold ? { percent, differs: action } : { percent };
}

/**
 * Whether a sign-in that is about to be granted is refused after all: this can only make a decision stricter.
 *
 * @param isKept it rests on a password that was shown earlier, which in such a browser counts for nothing
 */
export function environmentForbids(environment: JudgedEnvironment | undefined, otp: OtpUse, isKept = false): boolean {
  if (environment?.differs === undefined) return false;
  return environment.differs === 'refuse' || otp !== 'verified' || isKept;
}
