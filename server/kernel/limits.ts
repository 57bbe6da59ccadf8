/** The limits per window: the first part of every key that a use-case counts with the store's `increment`. */
export const LIMITS = [
  'administrator-flows',
  'administrator-reset',
  'code-checks',
  'codes',
  'enrolment-link',
  'flows',
  'own-email',
  'password-reset',
  'protectimus-keys',
  'transactions',
  'unlock',
] as const;
export type Limit = (typeof LIMITS)[number];
