import { DRIFT_MAX_STEPS } from './kinds/oath/verify.ts';
import { isOath, type OathFactor, type OathToken, type OcraFactor, type OcraToken } from './token.ts';

/** How far the codes of a deleted token were used up. A token created from the same seed starts there (SR-8, SR-69). */
export interface SpentSeed {
  /** Next acceptable moving factor. Only ever grows. */
  nextCounter: number;
  /** Absent: the device has a clock. */
  isCounting?: true;
  /** Codes used since a backup are unknown, so none is accepted until a resync. */
  needsResync?: true;
}

/** Devices with the same seed show the same codes if these agree; the number of digits and the hash do not matter. */
export function movingFactorOf(factor: OathFactor | OcraFactor): string {
  switch (factor.kind) {
    case 'hotp':
      return 'hotp';
    case 'totp':
      return `totp/${factor.periodMs}`;
    case 'ocra':
      return `ocra/${factor.suite}`;
  }
}

/** The record of a token that is about to be deleted; undefined: none of its codes was used. */
export function spentBy(token: OathToken | OcraToken): SpentSeed | undefined {
  // A code shown before its time stays refused at its time.
  const spoiled = isOath(token) ? (token.spoiled ?? []) : [];
  const nextCounter = Math.max(token.nextCounter, ...spoiled.map((step) => step + 1));
  if (nextCounter === 0 && !token.needsResync) return undefined;
  return {
    nextCounter,
    ...(token.factor.kind !== 'totp' && { isCounting: true as const }),
    ...(token.needsResync && { needsResync: true as const }),
  };
}

/** Merges two records: several tokens of one seed may have been deleted. */
export function spentTogether(one: SpentSeed | undefined, other: SpentSeed): SpentSeed {
  return {
    ...other,
    nextCounter: Math.max(one?.nextCounter ?? 0, other.nextCounter),
    ...((one?.needsResync || other.needsResync) && { needsResync: true as const }),
  };
}

/** When no window can reach the used codes any more, ms since 1970; undefined: never. */
export function spentUntil(
  { nextCounter }: Pick<SpentSeed, 'nextCounter'>,
  factor: OathFactor | OcraFactor,
): number | undefined {
  return factor.kind === 'totp' ? (nextCounter + DRIFT_MAX_STEPS + 1) * factor.periodMs : undefined;
}

/**
 * The record restored from a backup: a device may have been imported again and used since. Time steps are past by then.
 */
export function restoredSpentSeed(spent: SpentSeed): SpentSeed {
  return spent.isCounting ? { ...spent, needsResync: true } : spent;
}
