/** Every kind of token, in the order in which a user is offered them. */
export const TOKEN_KINDS = ['webauthn', 'totp', 'hotp', 'ocra', 'sms', 'email', 'recovery'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/**
 * The kinds of tokens that users can enrol themselves, the recommended one first. Recovery codes come with the first
 * token. Only passkeys resist phishing; an app needs no network; a mailbox mostly has a sign-in of its own; a phone
 * number can be taken over (NIST SP 800-63B-4 section 3.1.3.3).
 */
export const ENROLMENT_KINDS = ['webauthn', 'totp', 'email', 'sms'] as const;
export type EnrolmentKind = (typeof ENROLMENT_KINDS)[number];

export const OTP_ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
export type OtpAlgorithm = (typeof OTP_ALGORITHMS)[number];

/** Where the PIN of a token is typed: before or after the code. */
export const PIN_POSITIONS = ['before', 'after'] as const;
export type PinPosition = (typeof PIN_POSITIONS)[number];

/**
 * Deactivated wins over the others, since a deactivated token takes no part; locked wins over expired. `out-of-step`:
 * its codes are refused until two in a row have shown its counter. `secret-lost` outlasts a lock: nothing brings it back.
 */
export const TOKEN_STATES = ['active', 'deactivated', 'locked', 'expired', 'out-of-step', 'secret-lost'] as const;
export type TokenState = (typeof TOKEN_STATES)[number];

export const LOCK_REASONS = ['otp-failures', 'resync-failures', 'administrator'] as const;
export type LockReason = (typeof LOCK_REASONS)[number];
