import type { SeedRules } from './kinds/kind-rules.ts';
import { DRIFT_MAX_STEPS } from './kinds/oath/otp-window.ts';
import { KIND_RULES } from './kinds/rules.ts';
import type { Token } from './token.ts';

/** How far the codes of a deleted token were used up. A token created from the same seed starts there (SR-8, SR-69). */
export interface SpentSeed {
  /** Next acceptable moving factor. Only ever grows. */
  nextCounter: number;
  /** Absent for TOTP, whose used steps are past when a backup is restored. */
  isCounting?: true;
  /** Codes used since a backup are unknown, so none is accepted until a resync. */
  needsResync?: true;
}

/** A token whose codes are made from a seed. */
export type SeededToken = Extract<Token, { sealedSecret: string }>;

export function isSeeded(token: Token): token is SeededToken {
  return 'sealedSecret' in token;
}

/** Tokens with the same seed and the same moving factor share their spent codes; digits and hash do not matter. */
export function movingFactorOf(factor: SeededToken['factor']): string {
  return seedRules(factor).movingFactor(factor);
}

/** The record of a token that is about to be deleted; undefined: none of its codes was used. */
export function spentBy(token: SeededToken): SpentSeed | undefined {
  const { firstUnused, stepMs } = seedRules(token.factor);
  const nextCounter = firstUnused(token);
  if (nextCounter === 0 && !token.needsResync) return undefined;
  return {
    nextCounter,
    ...(stepMs(token.factor) === undefined && { isCounting: true as const }),
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
  factor: SeededToken['factor'],
): number | undefined {
  const stepMs = seedRules(factor).stepMs(factor);
  return stepMs === undefined ? undefined : (nextCounter + DRIFT_MAX_STEPS + 1) * stepMs;
}

/** @throws TypeError a kind without a seed: its codes could be used again */
function seedRules({ kind }: SeededToken['factor']): SeedRules<Token> {
  const { seed } = KIND_RULES[kind];
  if (!seed) throw new TypeError(`tokens of the kind ${kind} have no seed`);
  return seed;
}

/**
 * The record restored from a backup: a device may have been imported again and used since. Time steps are past by then.
 */
export function restoredSpentSeed(spent: SpentSeed): SpentSeed {
  return spent.isCounting ? { ...spent, needsResync: true } : spent;
}
