import { TRAITS } from '@countersign/protocol/resources';
import type { TraitWeights } from '../../resources/environment-check.ts';
import type { Environment } from './browser-signals.ts';

/**
 * How far two browsers match, 0 to 100: the weight of the equal traits, relative to the weight of all traits that
 * either of them reports. So a browser that hides a trait differs in it, and two that report nothing do not match.
 */
export function matchPercent(weights: TraitWeights, one: Environment, other: Environment): number {
  let same = 0;
  let all = 0;
  for (const trait of TRAITS) {
    if (one[trait] === undefined && other[trait] === undefined) continue;
    all += weights[trait];
    if (one[trait] === other[trait]) same += weights[trait];
  }
  return all === 0 ? 0 : Math.floor((100 * same) / all);
}

/** The best match among the remembered browsers; undefined without any. */
export function bestMatch(
  weights: TraitWeights,
  shown: Environment,
  remembered: readonly Environment[],
): number | undefined {
  if (remembered.length === 0) return undefined;
  return Math.max(...remembered.map((known) => matchPercent(weights, known, shown)));
}
