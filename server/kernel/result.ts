import type { RefusalCode } from '@countersign/protocol/codes';
import type { PasswordFlaw } from '../passwords/common-passwords.ts';
import type { AdministratorId, TokenId, UserId } from './ids.ts';

/**
 * What a use-case answers when the rules say no. Expected, so returned; an exception is a bug or an outage and always
 * ends in a denial.
 */
export interface Refusal {
  readonly refused: RefusalCode;
  readonly retryAfterMs?: number;
  /** For the caller's developers; never holds what was typed. */
  readonly detail?: string;
  /** The input that it is about, where that is one of several: its name, never what was typed. */
  readonly field?: string;
  /** Of PASSWORD_COMMON: why. */
  readonly flaw?: PasswordFlaw;
  /** Of an object that is not as the caller saw it: its version now. */
  readonly version?: string;
  /** Of OTP_WRONG: the code would be right some steps away. For whoever has shown a first factor alone. */
  readonly clockOff?: true;
  /** How far the browser matched those before, for the event alone. */
  readonly percent?: number;
  /** The true reason, for the event alone: the caller is told less. */
  readonly reason?: RefusalCode;
  /** Whom it is about, for the event alone: the caller is never told (SR-17). */
  readonly about?: UserId | AdministratorId;
  /** Which tokens were tried, counted or in the way, for the event alone. */
  readonly tokens?: readonly TokenId[];
}

export type Result<T extends object> = T | Refusal;

export function refusal(refused: RefusalCode, extras: Omit<Refusal, 'refused'> = {}): Refusal {
  return { refused, ...extras };
}

/** A refusal of one input of several. @param why follows its name: never what was typed */
export function wrongInput(field: string, why: string): Refusal {
  return refusal('INPUT_INVALID', { field, detail: `${field}: ${why}` });
}

export function isRefusal(verdict: object): verdict is Refusal {
  return 'refused' in verdict;
}
