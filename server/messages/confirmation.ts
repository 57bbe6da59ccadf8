import { MINUTE_MS } from '../kernel/time.ts';

export const CONFIRMATION_LIFETIME_MS = 15 * MINUTE_MS;
/** Wrong confirmation codes after which the link or the change of address is void. */
export const CONFIRMATION_ATTEMPTS = 5;

/** A code that was mailed and is not confirmed yet. */
export interface Confirmation {
  /** A MAC instead of a hash, because the code is short. */
  mac: string;
  attemptsLeft: number;
}

/** Counts a wrong code. Undefined after the last attempt. */
export function countWrongConfirmation(confirmation: Confirmation): Confirmation | undefined {
  const attemptsLeft = confirmation.attemptsLeft - 1;
  return attemptsLeft > 0 ? { ...confirmation, attemptsLeft } : undefined;
}
