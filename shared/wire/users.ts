/** How a user who lost a device gets to a new token: by signing in, within a week, or by a mailed link alone. */
export const REPLACEMENTS = ['permission', 'link'] as const;
export type Replacement = (typeof REPLACEMENTS)[number];

/**
 * `none`: assigned without a token everywhere, or nowhere. `locked`: no token of an assignment is active, and one is
 * locked. `deactivated`: all tokens of an assignment are.
 */
export const SECOND_FACTOR_STATES = ['none', 'locked', 'deactivated'] as const;
export type SecondFactorState = (typeof SECOND_FACTOR_STATES)[number];
