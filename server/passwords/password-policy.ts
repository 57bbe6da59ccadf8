import type { PasswordFlaw } from '../kernel/result.ts';
import { commonness } from './common-passwords.ts';

/** Shortest password of whoever gets in with it alone (SR-37; NIST SP 800-63B-4 section 3.1.1.2). */
export const PASSWORD_MIN_LENGTH = 15;
/** Shortest password where a second factor is enforced as well (SR-37). */
export const PASSWORD_MIN_LENGTH_WITH_SECOND_FACTOR = 8;
/** Long enough for passphrases, short enough that hashing one is no lever (SR-37). */
export const PASSWORD_MAX_LENGTH = 256;

/** NFC, so that the same characters typed on two systems are the same password (NIST SP 800-63B-4 section 3.1.1.2). */
export function normalisePassword(raw: string): string {
  return raw.normalize('NFC');
}

export interface PasswordRule {
  /** A second factor is asked for wherever this password lets its person in. */
  secondFactor: boolean;
  /** What anybody who knows the person or the site would try first: names, the local part of the e-mail address. */
  personal: readonly string[];
}

export type PasswordJudgement =
  | { code: 'PASSWORD_TOO_SHORT'; minLength: number }
  | { code: 'PASSWORD_TOO_LONG'; maxLength: number }
  | { code: 'PASSWORD_COMMON'; flaw: PasswordFlaw };

/** How many characters a new password needs at least. */
export function minLengthOf({ secondFactor }: Pick<PasswordRule, 'secondFactor'>): number {
  return secondFactor ? PASSWORD_MIN_LENGTH_WITH_SECOND_FACTOR : PASSWORD_MIN_LENGTH;
}

/**
 * What is wrong with a new password; undefined if nothing is. Lengths are in code points after NFC. No character has to
 * be of any kind, and none is forbidden.
 */
export function judgePassword(
  password: string,
  { secondFactor, personal }: PasswordRule,
): PasswordJudgement | undefined {
  const normalised = normalisePassword(password);
  let length = 0;
  for (const _codePoint of normalised) length++;
  if (length > PASSWORD_MAX_LENGTH) return { code: 'PASSWORD_TOO_LONG', maxLength: PASSWORD_MAX_LENGTH };
  const minLength = minLengthOf({ secondFactor });
  if (length < minLength) return { code: 'PASSWORD_TOO_SHORT', minLength };
  const flaw = commonness(normalised, personal);
  return flaw && { code: 'PASSWORD_COMMON', flaw };
}
