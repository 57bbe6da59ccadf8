import type { RefusalCode } from '@countersign/protocol/codes';

import type { AdministratorId, TokenId, UserId } from './ids.ts';

/**
 * Why a password is among the first that are tried: it is on the list of common ones, it is a pattern, or it is made of
 * what is known about its person or the site.
 */
export type PasswordFlaw = 'listed' | 'pattern' | 'personal';

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
  /** For the audit log alone; see `AuditDetail`. */
  readonly audit?: AuditDetail;
}

/** What the audit log says of a refusal and its caller is never told (SR-17). */
export interface AuditDetail {
  /** The true reason, where the caller gets a vaguer one. */
  readonly reason?: RefusalCode;
  readonly about?: UserId | AdministratorId;
  /** The tokens that were tried, counted or in the way. */
  readonly tokens?: readonly TokenId[];
  /** How far the browser matched known ones, in percent. */
  readonly percent?: number;
}

export type Result<T extends object> = T | Refusal;

export function refusal(
  refused: RefusalCode,
  extras: Omit<Refusal, 'refused' | 'audit'> = {},
  audit?: AuditDetail,
): Refusal {
  return { refused, ...extras, ...(audit && { audit }) };
}

/** The same refusal, with more for the audit log. */
export function withAudit(why: Refusal, audit: AuditDetail): Refusal {
  return { ...why, audit: { ...why.audit, ...audit } };
}

/** A refusal of one input of several. @param why follows its name: never what was typed */
export function wrongInput(field: string, why: string): Refusal {
  return refusal('INPUT_INVALID', { field, detail: `${field}: ${why}` });
}

export function isRefusal(verdict: object): verdict is Refusal {
  return 'refused' in verdict;
}
