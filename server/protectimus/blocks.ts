import type { LockReason } from '@countersign/protocol/tokens';

/** Reasons of a locked token in the dialect. Its published clients spell two of them with `_BLOCKED` at the end. */
export const TOKEN_BLOCKS = [
  'NONE_BLOCKED',
  'BLOCKED_BY_ADMIN',
  'TOO_MANY_OTP_FAILED_ATTEMPTS',
  'TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED',
  'TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS',
  'TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS_BLOCKED',
] as const;
type TokenBlock = (typeof TOKEN_BLOCKS)[number];

export function lockOf(block: TokenBlock): LockReason | 'none' {
  switch (block) {
    case 'NONE_BLOCKED':
      return 'none';
    case 'BLOCKED_BY_ADMIN':
      return 'administrator';
    case 'TOO_MANY_OTP_FAILED_ATTEMPTS':
    case 'TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED':
      return 'otp-failures';
    case 'TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS':
    case 'TOO_MANY_OTP_FAILED_SYNCHRONIZATION_ATTEMPTS_BLOCKED':
      return 'resync-failures';
  }
}

/**
 * Reasons of a blocked user. Here wrong codes lock the token and wrong passwords cause a back-off, so only an
 * administrator blocks a user: the other reasons do not occur.
 */
export const USER_BLOCKS = [
  'NONE_BLOCKED',
  'BLOCKED_BY_ADMIN',
  'TOO_MANY_LOGIN_FAILED_ATTEMPTS_BLOCKED',
  'TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED',
  'TOO_MANY_EMAIL_FAILED_ATTEMPTS_BLOCKED',
  'TOO_MANY_PIN_FAILED_ATTEMPTS_BLOCKED',
] as const;
type UserBlock = (typeof USER_BLOCKS)[number];

export function isBlockedBy(block: UserBlock): boolean | 'never' {
  if (block === 'NONE_BLOCKED') return false;
  return block === 'BLOCKED_BY_ADMIN' ? true : 'never';
}
