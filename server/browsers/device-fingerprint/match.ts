import { type Environment, TRAITS, type Trait } from './browser-signals.ts';

/** How much a trait counts, each 0 to 100; they need not add up to anything. */
export type TraitWeights = { readonly [T in Trait]: number };

/** The zone and the screen tell people apart best; browsers in one office share everything but these. */
export const DEFAULT_WEIGHTS: TraitWeights = {
  language: 15,
  zone: 20,
  platform: 20,
  screen: 20,
  colourDepth: 5,
  browser: 20,
};

/**
 * How far two browsers are the same, 0 to 100: the weight of the traits that are, of the weight of all that either of them
 * tells. So a browser that hides a trait which the other tells differs in it, and two that tell nothing have nothing in
 * common.
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

/** The best match among those that are remembered; undefined where none is, so that there is nothing to compare with. */
export function bestMatch(
  weights: TraitWeights,
  shown: Environment,
  remembered: readonly Environment[],
): number | undefined {
  if (remembered.length === 0) return undefined;
  return Math.max(...remembered.map((known) => matchPercent(weights, known, shown)));
}
