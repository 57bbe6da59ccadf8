import type { RefusalCode } from '@countersign/protocol/codes';
import type { OtpUse } from '@countersign/protocol/result';

import type { ActorReference } from './actor.ts';
import type { AccountId, ApiKeyId, ResourceId } from './ids.ts';

/** What can happen. `thing.verb`; the thing is what `subject` names. */
export const EVENT_TYPES = [
  'account.created',
  'account.updated',
  'administrator.created',
  'administrator.invited',
  'administrator.joined',
  'administrator.updated',
  'administrator.removed',
  'administrator.recovered',
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
  'user.created',
  'user.updated',
  'user.refused',
  'user.deleted',
  'user.environment-remembered',
  'user.environments-forgotten',
  'user.password-upgraded',
  'user.password-reset-asked',
  'user.password-reset',
  'user.enrolment-asked',
  'user.unlock-asked',
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

/** What was shown in a sign-in. `otp`: whatever is typed. */
export const EVENT_FACTORS = ['password', 'otp', 'passkey'] as const;
export type EventFactor = (typeof EVENT_FACTORS)[number];

/**
 * One thing that happened in an account. It is appended in the very commit of the change it tells of (SR-34), and never
 * holds a secret, a password, a code or what somebody typed in place of a name (SR-35).
 */
export interface AccountEvent {
  type: EventType;
  /** UTC, in ms since 1970. */
  at: number;
  account: AccountId;
  actor: ActorReference;
  /** Id of what it happened to; its prefix tells the kind. Absent where a name stood for nobody. */
  subject?: string;
  /** What else it is about: the token of a sign-in, the user of an assignment. */
  related?: string[];
  resource?: ResourceId;
  /** `done`: a change. The other two: an attempt. */
  outcome: 'done' | 'granted' | 'refused';
  /** Of a refusal. More than the person was told. */
  reason?: RefusalCode;
  /** Of a sign-in. */
  method?: Method;
  factors?: EventFactor[];
  otp?: OtpUse;
  /** Hash of what was, or was not, confirmed, hex. Never the fields: they tell of people's dealings. */
  transaction?: string;
  /** Of a sign-in: how far the browser matched those before, in percent. */
  environment?: number;
  /** Names of what changed, never the values. */
  changed?: string[];
  address?: string;
  userAgent?: string;
  requestId?: string;
  /** By which door it came in, where that is not the one for everybody: `protectimus` is the dialect's. */
  entry?: 'protectimus';
  /** The key with which an administrator's backend came in there. */
  key?: ApiKeyId;
  /** Of `events.lost`: numbers in a partition's stream that were dropped before they could be sealed. */
  lost?: { partition: number; from: number; to: number };
}

/** An event before it is known who did it, when, and from where. */
export type EventDraft = Pick<AccountEvent, 'type'> & Partial<Omit<AccountEvent, 'type' | 'at' | 'account' | 'actor'>>;

/** `token`: the OTP of a token assigned directly to the resource; no user is involved. */
export type Method = 'password' | 'otp' | 'password-otp' | 'token';
