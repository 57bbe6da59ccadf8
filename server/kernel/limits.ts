/** The limits per window: the first part of every key that a use-case counts with the store's `increment`. */
export const LIMITS = [
  'administrator-flows',
  'administrator-reset',
  'attack-notices',
  'code-checks',
  'codes',
  'enrolment-link',
  'failures',
  'flows',
  'mailed-codes',
  'own-email',
  'password-reset',
  'proofs',
  'protectimus-keys',
  'resets',
  'transactions',
  'unlock',
] as const;
export type Limit = (typeof LIMITS)[number];
