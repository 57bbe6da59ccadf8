import { timingSafeEqual } from 'node:crypto';

/**
 * Compares a secret in constant time, so that the time does not reveal how much of a guess is right. Text is compared
 * as UTF-8. The length of a secret is public: different lengths are unequal at once.
 */
export function isSameSecret(given: Uint8Array | string, expected: Uint8Array | string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
