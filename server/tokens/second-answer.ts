import type { TokenId } from '../kernel/ids.ts';
import type { PasskeyAnswer } from './kinds/passkey/passkey-challenge.ts';

/** Digits from an app or a fob, from a message, or in answer to a question. */
export interface CodeAnswer {
  kind: 'code';
  otp: string;
  /** Only this token is tried. */
  token?: TokenId | undefined;
}

export interface RecoveryAnswer {
  kind: 'recovery';
  code: string;
}

/** The user's input as second factor. */
export type SecondAnswer = CodeAnswer | RecoveryAnswer | PasskeyAnswer;
