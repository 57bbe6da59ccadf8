import type { EnvironmentAction } from '@countersign/protocol/resources';
import type { OtpUse } from '@countersign/protocol/result';
import type { EnvironmentCheck } from '../../resources/environment-check.ts';

/** A user's browser, compared with the remembered ones. */
export interface EnvironmentVerdict {
  /** Null: no browser is remembered. */
  percent: number | null;
  /** Set if it differs: the consequence. */
  differs?: EnvironmentAction;
}

/**
 * @param percent the best match; undefined if no browser is remembered: then there is nothing to compare with, and the
 * first sign-in is trusted, as it is without the check
 */
export function assessMatch(
  { action, threshold }: Pick<EnvironmentCheck, 'action' | 'threshold'>,
  percent: number | undefined,
): EnvironmentVerdict {
  if (percent === undefined) return { percent: null };
  return percent < threshold ? { percent, differs: action } : { percent };
}

/**
 * True if a sign-in that is about to be granted is refused nevertheless: this can only make a decision stricter.
 *
 * @param isKept the sign-in rests on an earlier password, which does not count in a browser that differs
 */
export function environmentForbids(environment: EnvironmentVerdict | undefined, otp: OtpUse, isKept = false): boolean {
  if (environment?.differs === undefined) return false;
  return environment.differs === 'refuse' || otp !== 'verified' || isKept;
}
