import { callDependency } from '../kernel/dependency.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type PasswordFlaw, type Refusal, refusal } from '../kernel/result.ts';
import { commonness } from './common-passwords.ts';

/** Shortest password as the only factor (SR-37; NIST SP 800-63B-4 section 3.1.1.2). */
const PASSWORD_MIN_LENGTH = 15;
/** Shortest password where a second factor is enforced as well (SR-37). */
const PASSWORD_MIN_LENGTH_WITH_SECOND_FACTOR = 8;
/** Long enough for passphrases, short enough that hashing one is no means of attack (SR-37). */
const PASSWORD_MAX_LENGTH = 256;

/** NFC, so that the same characters typed on two systems are the same password (NIST SP 800-63B-4 section 3.1.1.2). */
export function normalisePassword(raw: string): string {
  return raw.normalize('NFC');
}

export interface PasswordRule {
  /** True if every sign-in with this password also asks for a second factor. */
  secondFactor: boolean;
  /**
   * Words that an attacker who knows the user or the site would try first: names, the local part of the email address.
   */
  personal: readonly string[];
}

type PasswordViolation =
  | { code: 'PASSWORD_TOO_SHORT'; minLength: number }
  | { code: 'PASSWORD_TOO_LONG'; maxLength: number }
  | { code: 'PASSWORD_COMMON'; flaw: PasswordFlaw }
  | { code: 'PASSWORD_BREACHED' };

/** The minimum length of a new password, in characters. */
export function minLengthOf({ secondFactor }: Pick<PasswordRule, 'secondFactor'>): number {
  return secondFactor ? PASSWORD_MIN_LENGTH_WITH_SECOND_FACTOR : PASSWORD_MIN_LENGTH;
}

/**
 * Why a new password is refused; undefined if it is allowed. Lengths are in code points after NFC. No kind of character
 * is required or forbidden.
 */
export async function validatePassword(
  ports: Pick<Ports, 'breachedPasswords'>,
  password: string,
  { secondFactor, personal }: PasswordRule,
): Promise<PasswordViolation | undefined> {
  const normalised = normalisePassword(password);
  const violation = validateLength(normalised, { secondFactor });
  if (violation) return violation;
  const flaw = await commonness(normalised, personal);
  if (flaw) return { code: 'PASSWORD_COMMON', flaw };
  return (await isBreached(ports, normalised)) ? { code: 'PASSWORD_BREACHED' } : undefined;
}

/** What a form can say before any password is looked up. */
export function validateLength(
  password: string,
  rule: Pick<PasswordRule, 'secondFactor'>,
): PasswordViolation | undefined {
  let length = 0;
  for (const _codePoint of normalisePassword(password)) length++;
  if (length > PASSWORD_MAX_LENGTH) return { code: 'PASSWORD_TOO_LONG', maxLength: PASSWORD_MAX_LENGTH };
  const minLength = minLengthOf(rule);
  return length < minLength ? { code: 'PASSWORD_TOO_SHORT', minLength } : undefined;
}

/** Whether the operator has a list of breached passwords with this one. @param password in NFC */
export async function isBreached(
  { breachedPasswords }: Pick<Ports, 'breachedPasswords'>,
  password: string,
): Promise<boolean> {
  if (!breachedPasswords) return false;
  return callDependency('looking up a breached password', () => breachedPasswords.isListed(password));
}

const FLAWS = {
  listed: 'it is on the list of passwords that are tried first',
  pattern: 'it is a pattern of keys, letters or repetitions',
  personal: 'it is made of names that go with the person or the site',
} as const;

/** Returns the violation as a refusal, with the reason in words. */
export function passwordRefusal(violation: PasswordViolation): Refusal {
  switch (violation.code) {
    case 'PASSWORD_TOO_SHORT':
      return refusal(violation.code, { detail: `at least ${violation.minLength} characters` });
    case 'PASSWORD_TOO_LONG':
      return refusal(violation.code, { detail: `at most ${violation.maxLength} characters` });
    case 'PASSWORD_COMMON':
      return refusal(violation.code, { detail: FLAWS[violation.flaw], flaw: violation.flaw });
    case 'PASSWORD_BREACHED':
      return refusal(violation.code, { detail: 'it is in a collection of passwords stolen elsewhere' });
  }
}
