import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Puzzle } from '@countersign/protocol/puzzle';

import type { AdministratorId, TokenId, UserId } from './ids.ts';

/**
 * Why a password is easily guessed: it is on the list of common ones, it is a pattern, or it consists of facts about
 * its user or the site.
 */
export type PasswordFlaw = 'listed' | 'pattern' | 'personal';

/**
 * The result of a use-case when the rules refuse. It is expected, so it is returned; an exception is a bug or an outage
 * and always ends in a refusal.
 */
export interface Refusal {
  readonly refused: RefusalCode;
  readonly retryAfterMs?: number;
  /** For the caller's developers; never contains what was typed. */
  readonly detail?: string;
  /** The name of the refused input, if there are several; never its value. */
  readonly field?: string;
  /** Of PASSWORD_COMMON: the reason. */
  readonly flaw?: PasswordFlaw;
  /** Of an object that has changed since the caller read it: its current version. */
  readonly version?: string;
  /** Of OTP_WRONG: the code matches a counter some steps away. Only for a user who has passed the first factor. */
  readonly clockOff?: true;
  /** Of PUZZLE_NEEDED: what to solve. */
  readonly puzzle?: Puzzle;
  /** For the audit log alone; see `AuditDetail`. */
  readonly audit?: AuditDetail;
}

/** Details of a refusal for the audit log, which the caller never gets (SR-17). */
export interface AuditDetail {
  /** The true reason, if the caller gets a vaguer one. */
  readonly reason?: RefusalCode;
  readonly about?: UserId | AdministratorId;
  /** The tokens that were tried, counted or blocking. */
  readonly tokens?: readonly TokenId[];
  /** How far the browser matched known ones, in percent. */
  readonly percent?: number;
  /** What the resource's hook gave as its reason, or why it failed. */
  readonly hook?: string;
}

export type Result<T extends object> = T | Refusal;

export function refusal(
  refused: RefusalCode,
  extras: Omit<Refusal, 'refused' | 'audit'> = {},
  audit?: AuditDetail,
): Refusal {
  return { refused, ...extras, ...omitUndefined({ audit }) };
}

/** The same refusal, with more for the audit log. */
export function withAudit(why: Refusal, audit: AuditDetail): Refusal {
  return { ...why, audit: { ...why.audit, ...audit } };
}

/** Refuses one of several inputs. @param why follows its name; never what was typed */
export function wrongInput(field: string, why: string): Refusal {
  return refusal('INPUT_INVALID', { field, detail: `${field}: ${why}` });
}

export function isRefusal(result: object): result is Refusal {
  return 'refused' in result;
}
