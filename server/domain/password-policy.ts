/** Shortest password where the resource asks for a second factor too (SR-37). */
export const PASSWORD_MIN_LENGTH = 8;
/** Long enough for passphrases, short enough that hashing one is no lever (SR-37). */
export const PASSWORD_MAX_LENGTH = 256;

/** NFC, so that the same characters typed on two systems are the same password (NIST SP 800-63B-4 section 3.1.1.2). */
export function normalisePassword(raw: string): string {
  return raw.normalize('NFC');
}

/** What is wrong with a new password, judged by its length in code points after NFC; undefined if nothing is. */
export function judgePassword(
  password: string,
  { minLength = PASSWORD_MIN_LENGTH }: { minLength?: number } = {},
): 'PASSWORD_TOO_SHORT' | 'PASSWORD_TOO_LONG' | undefined {
  let length = 0;
  for (const _codePoint of normalisePassword(password)) length++;
  if (length > PASSWORD_MAX_LENGTH) return 'PASSWORD_TOO_LONG';
  return length < minLength ? 'PASSWORD_TOO_SHORT' : undefined;
}
