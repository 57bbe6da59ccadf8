import type { RefusalCode } from '@countersign/protocol/codes';
import type { EventOutcome } from '@countersign/protocol/events';
import type { OtpUse } from '@countersign/protocol/result';

import type { ActorReference } from './actor.ts';
import type { AccountId, ApiKeyId, ResourceId } from './ids.ts';

/** Types of events. `thing.verb`; `subject` names the thing. */
export const EVENT_TYPES = [
  'account.created',
  'account.updated',
  'account.passkeys-required',
  'account.passkeys-optional',
  'clock.accepted',
  'master-key.lost',
  'administrator.created',
  'administrator.invited',
  'administrator.joined',
  'administrator.updated',
  'administrator.removed',
  'administrator.recovered',
  'administrator.password-locked',
  'administrator.password-reset-asked',
  'administrator.password-reset',
  'administrator.signed-in',
  'administrator.refused',
  'administrator.signed-out',
  'superuser.transferred',
  'api-key.created',
  'api-key.updated',
  'api-key.rotated',
  'api-key.deleted',
  'resource.created',
  'resource.updated',
  'resource.deleted',
  'resource.attacked',
  'user.created',
  'user.updated',
  'user.refused',
  'user.deleted',
  'user.erased',
  'user.environment-remembered',
  'user.environments-forgotten',
  'user.browser-trusted',
  'user.browser-trust-ended',
  'user.password-upgraded',
  'user.password-locked',
  'user.password-breached',
  'user.new-sign-in',
  'user.sign-in-reported',
  'user.device-lost',
  'user.password-reset-asked',
  'user.password-link-handed-over',
  'user.password-reset',
  'user.enrolment-asked',
  'user.enrolment-link-handed-over',
  'user.unlock-asked',
  'user.unlock-link-handed-over',
  'user.unlock-used',
  'token.created',
  'token.updated',
  'token.deleted',
  'token.resynchronised',
  'token.refused',
  'token.checked',
  'code.sent',
  'code.not-sent',
  'filter.created',
  'filter.updated',
  'filter.deleted',
  'assignment.created',
  'assignment.deleted',
  'login-request.created',
  'authentication',
  'authentication.test',
  'transaction.created',
  'transaction',
  'result.exchanged',
  'result.consumed',
  'webhook.created',
  'webhook.updated',
  'webhook.deleted',
  'webhook.disabled',
  'webhook.test',
  'webhook.rotated',
  'webhook.replayed',
  'plan.activated',
  'plan.changed',
  'plan.lapsed',
  'balance.credited',
  'balance.debited',
  'balance.low',
  'events.lost',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Factors checked in a sign-in. `mailed-code`: in place of the password. `otp`: any other typed code. */
export const EVENT_FACTORS = ['password', 'mailed-code', 'otp', 'passkey'] as const;
export type EventFactor = (typeof EVENT_FACTORS)[number];

/**
 * An event in an account. It is appended in the same commit as its change (SR-34), and never contains a secret, a
 * password, a code or the text typed as a name (SR-35).
 */
export interface AccountEvent {
  type: EventType;
  /** UTC, in ms since 1970. */
  at: number;
  account: AccountId;
  actor: ActorReference;
  /** Id of the object it happened to; its prefix tells the kind. Absent if a name matched no user. */
  subject?: string;
  /** Related objects: the token of a sign-in, the user of an assignment. */
  related?: string[];
  resource?: ResourceId;
  outcome: EventOutcome;
  /** Of a refusal. More precise than what the user was told. */
  reason?: RefusalCode;
  /** Of a sign-in. */
  method?: Method;
  factors?: EventFactor[];
  otp?: OtpUse;
  /** Hash of the transaction that was confirmed or refused, hex. Never the fields, which reveal users' business. */
  transaction?: string;
  /** Of a sign-in: how far the browser matched earlier ones, in percent. */
  environment?: number;
  /** Of a sign-in: the reason that the resource's hook gave, or why the hook failed. */
  hook?: string;
  /** Names of what changed, never the values. */
  changed?: string[];
  address?: string;
  userAgent?: string;
  requestId?: string;
  /** The interface of the request, if it is not the usual one: `protectimus` is the dialect's. */
  entry?: 'protectimus';
  /** The key that an administrator's backend used there. */
  key?: ApiKeyId;
  /** Of `events.lost`: sequence numbers in a partition's stream that were dropped before they could be sealed. */
  lost?: { partition: number; from: number; to: number };
}

/** An event before its actor, time and address are added. */
export type EventDraft = Pick<AccountEvent, 'type'> & Partial<Omit<AccountEvent, 'type' | 'at' | 'account' | 'actor'>>;

/** `token`: the OTP of a token assigned directly to the resource; no user is involved. */
export type Method = 'password' | 'otp' | 'password-otp' | 'token';
