import type { ResultClaims } from '@countersign/protocol/result';
import { CountersignError } from '../error.ts';

/** What a sign-in has proven. */
export interface SignInLevel {
  /** `1` one factor, `2` two. */
  readonly acr: '1' | '2';
  /** When the oldest of them was checked, in seconds since the epoch. */
  readonly authTime: number;
}

/** What a page demands of a sign-in: one of them, or both. */
export interface LevelDemand {
  readonly acr?: '1' | '2';
  /** No factor may be older. A minute to a day. */
  readonly maxAgeMs?: number;
}

const MIN_AGE_MS = 60_000;
const MAX_AGE_MS = 86_400_000;
/** By how much the clocks of service and site may differ. */
const CLOCK_TOLERANCE_MS = 30_000;

/**
 * What a session keeps of a result. The service counts the factors that it checked itself; a password of the site is
 * one more.
 *
 * @param passwordCheckedAt when the site checked its own password, in seconds since the epoch
 */
export function levelOf(
  { acr, otp, auth_time }: Pick<ResultClaims, 'acr' | 'otp' | 'auth_time'>,
  passwordCheckedAt?: number,
): SignInLevel {
  if (passwordCheckedAt === undefined) return { acr, authTime: auth_time };
  return { acr: otp === 'verified' ? '2' : acr, authTime: Math.min(auth_time, passwordCheckedAt) };
}

/** @throws CountersignError `OPTION_INVALID`: a demand that was lost on the way must not be one that everybody meets. */
export function checkDemand(demand: LevelDemand): LevelDemand {
  const { acr, maxAgeMs } = demand;
  const ageIsRight =
    typeof maxAgeMs === 'number' && Number.isSafeInteger(maxAgeMs) && maxAgeMs >= MIN_AGE_MS && maxAgeMs <= MAX_AGE_MS;
  const isMeant =
    ('acr' in demand || 'maxAgeMs' in demand) &&
    (!('acr' in demand) || acr === '1' || acr === '2') &&
    (!('maxAgeMs' in demand) || ageIsRight);
  if (isMeant) return demand;
  throw new CountersignError(
    'OPTION_INVALID',
    'A demand is "acr" ("1" or "2"), "maxAgeMs" (a minute to a day), or both.',
  );
}

export type LevelRefusal = 'SIGN_IN_REQUIRED' | 'STEP_UP_REQUIRED';

/**
 * Whether a sign-in meets a demand. What a session holds is not trusted to have the right types.
 *
 * @throws CountersignError `OPTION_INVALID` for a demand that says nothing.
 */
export function checkLevel(
  signIn: { acr?: unknown; authTime?: unknown } | undefined,
  demand: LevelDemand,
  now: number,
): LevelRefusal | undefined {
  const { acr = '1', maxAgeMs = Number.POSITIVE_INFINITY } = checkDemand(demand);
  if (!signIn) return 'SIGN_IN_REQUIRED';
  const { acr: shown, authTime } = signIn;
  if (shown !== '1' && shown !== '2') return 'STEP_UP_REQUIRED';
  if (typeof authTime !== 'number' || !Number.isSafeInteger(authTime) || authTime < 0) return 'STEP_UP_REQUIRED';
  const ageMs = now - authTime * 1000;
  if (ageMs < -CLOCK_TOLERANCE_MS || ageMs > maxAgeMs) return 'STEP_UP_REQUIRED';
  return acr === '2' && shown !== '2' ? 'STEP_UP_REQUIRED' : undefined;
}
