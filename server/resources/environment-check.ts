import type { EnvironmentAction, Trait } from '@countersign/protocol/resources';
/** The weight of each trait, 0 to 100; there is no required sum. */
export type TraitWeights = { readonly [T in Trait]: number };

/** The zone and the screen distinguish users best; browsers in one office share everything but these. */
export const DEFAULT_WEIGHTS: TraitWeights = {
  language: 15,
  zone: 20,
  platform: 20,
  screen: 20,
  colourDepth: 5,
  browser: 20,
};

/** How a resource compares the browser of a sign-in with those of earlier ones. */
export interface EnvironmentCheck {
  action: EnvironmentAction;
  /** 1 to 100. A browser that matches less than this differs. */
  threshold: number;
  weights: TraitWeights;
}

export const DEFAULT_THRESHOLD = 60;
