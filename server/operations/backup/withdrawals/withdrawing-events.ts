import type { Administrator } from '../../../administrators/administrator.ts';
import type { BearerKey, ProtectimusKey } from '../../../api-keys/api-key.ts';
import type { AccountEvent, EventType } from '../../../kernel/event.ts';
import type { Filter } from '../../../resources/filters/filter.ts';
import type { Resource } from '../../../resources/resource.ts';
import type { OathToken, OcraToken, Token } from '../../../tokens/token.ts';
import type { User } from '../../../users/user.ts';
import type { Webhook } from '../../../webhooks/webhook.ts';

/**
 * How to repeat a withdrawal. Events name what changed and not how, so a change that may have been a withdrawal counts
 * as one: it denies, and an administrator can allow it again.
 */
export type Withdrawal =
  | 'delete'
  /** Of a user, with the personal parts of their events. */
  | 'erase'
  /** Of an assignment. */
  | 'unassign'
  /** Of a user. */
  | 'block'
  | 'replace-password'
  | 'forget-browsers'
  | 'refuse-api'
  /** Of a token: it was deactivated, or activated again. */
  | 'switch'
  | 'lock'
  | 'disown'
  /** Of an API key, a resource or a webhook. */
  | 'disable'
  /** Of an administrator. */
  | 'clear-grants'
  | 'read-only'
  | 'drop-passkeys'
  | 'end-sign-in'
  | 'hand-over'
  /** No safe change exists: an operator reviews the object. */
  | 'review';

type Fate = Withdrawal | 'none';
/** Covers every field of an object, so that a new one is not forgotten. */
type Fields<T> = Record<FieldOf<T>, Fate>;
type FieldOf<T> = T extends T ? Exclude<keyof T & string, 'id' | 'account' | 'createdAt' | 'createdBy'> : never;

const USER: Fields<User> = {
  // A site may know another user by that name by now.
  login: 'review',
  alias: 'review',
  firstName: 'none',
  secondName: 'none',
  // Links and codes are sent there.
  email: 'review',
  phone: 'review',
  emailOnPassword: 'none',
  // Another user of the site may have it by now.
  externalId: 'review',
  metadata: 'review',
  passwordHash: 'replace-password',
  needsConfirmation: 'none',
  passwordByHelpDesk: 'none',
  apiSupport: 'refuse-api',
  blocked: 'block',
  trustEpoch: 'none',
  credentialEpoch: 'none',
  signInsCompared: 'none',
  // Each has its own event.
  assignments: 'none',
  enrolled: 'none',
  hadToken: 'none',
  replacementsEndedAt: 'none',
  passkeyUpgraded: 'none',
  claiming: 'none',
};

const TOKEN: Fields<Token | OathToken | OcraToken> = {
  name: 'none',
  serial: 'none',
  nextCounter: 'none',
  owner: 'disown',
  administrator: 'lock',
  epoch: 'none',
  enabled: 'switch',
  deactivation: 'none',
  lock: 'lock',
  failures: 'none',
  resyncFailures: 'none',
  lastCountedAttempt: 'none',
  expiresAt: 'lock',
  needsResync: 'none',
  secretLost: 'none',
  trustEpoch: 'none',
  // Each has its own event.
  directResources: 'none',
  pin: 'lock',
  apiSupport: 'refuse-api',
  madeAs: 'none',
  // For codes that are sent: the address.
  factor: 'lock',
  algorithm: 'none',
  digits: 'none',
  sealedSecret: 'lock',
  sealedPinHash: 'lock',
  spoiled: 'none',
};

const API_KEY: Fields<BearerKey | ProtectimusKey> = {
  kind: 'none',
  name: 'none',
  administrator: 'none',
  login: 'none',
  scopes: 'disable',
  resources: 'disable',
  addressRanges: 'disable',
  enabled: 'disable',
  expiresAt: 'disable',
  secretHash: 'disable',
  sealedSecret: 'disable',
  former: 'disable',
};

const ADMINISTRATOR: Fields<Administrator> = {
  name: 'none',
  language: 'none',
  email: 'review',
  grants: 'clear-grants',
  role: 'read-only',
  state: 'none',
  passwordHash: 'replace-password',
  token: 'end-sign-in',
  passkeys: 'drop-passkeys',
  // Void after every restore.
  recovery: 'none',
  sessionEpoch: 'none',
};

const RESOURCE: Fields<Resource> = {
  name: 'none',
  logo: 'none',
  appearance: 'none',
  testMode: 'none',
  enabled: 'disable',
  failedAttemptsBeforeLock: 'review',
  geoFilter: 'review',
  timeFilter: 'review',
  ipFilter: 'review',
  methodPolicy: 'review',
  firstFactor: 'review',
  tokenKinds: 'review',
  allowedOrigins: 'review',
  allowLocalhost: 'review',
  resultLifetimeMs: 'review',
  resultClaims: 'review',
  passwordReset: 'review',
  breachedPasswords: 'review',
  signInNotices: 'review',
  enrolment: 'review',
  selfService: 'review',
  passkeySignIn: 'review',
  environment: 'review',
  hook: 'review',
  rememberMs: 'review',
  trustedBrowserDays: 'review',
  trustEpoch: 'none',
  redirectUris: 'review',
  appRedirectUris: 'review',
  links: 'review',
  texts: 'review',
};

const FILTER: Fields<Filter> = { name: 'none', rule: 'review', holders: 'none' };

const WEBHOOK: Fields<Webhook> = {
  url: 'disable',
  events: 'disable',
  resources: 'disable',
  enabled: 'disable',
  description: 'none',
  disabledReason: 'none',
  secrets: 'none',
  madeWith: 'none',
};

/** The withdrawals of each type of event: none, always the same, or one for each field that it names. */
export const WITHDRAWING_EVENTS: Record<EventType, Fate | Readonly<Record<string, Fate>>> = {
  'account.created': 'none',
  'account.updated': 'none',
  // The backup may lack the passkeys too.
  'account.passkeys-required': 'review',
  'account.passkeys-optional': 'none',
  'clock.accepted': 'none',
  'master-key.lost': 'none',
  'administrator.created': 'none',
  'administrator.invited': 'none',
  'administrator.joined': 'none',
  'administrator.updated': ADMINISTRATOR,
  'administrator.removed': 'delete',
  // The link alone; its use is an update.
  'administrator.recovered': 'none',
  // Failures in a row are counted in the restored store.
  'administrator.password-locked': 'none',
  'administrator.password-reset-asked': 'none',
  'administrator.password-reset': 'replace-password',
  'administrator.signed-in': 'none',
  'administrator.refused': 'none',
  'administrator.signed-out': 'none',
  'superuser.transferred': 'hand-over',
  'api-key.created': 'none',
  'api-key.updated': API_KEY,
  'api-key.rotated': 'disable',
  'api-key.deleted': 'delete',
  'resource.created': 'none',
  'resource.updated': RESOURCE,
  'resource.deleted': 'delete',
  'resource.attacked': 'none',
  'user.created': 'none',
  'user.updated': USER,
  'user.refused': 'none',
  'user.deleted': 'delete',
  'user.erased': 'erase',
  'user.environment-remembered': 'none',
  'user.environments-forgotten': 'forget-browsers',
  // Every restore ends all trust.
  'user.browser-trusted': 'none',
  'user.browser-trust-ended': 'none',
  // The same password, hashed again.
  'user.password-upgraded': 'none',
  // As for administrators.
  'user.password-locked': 'none',
  'user.password-breached': 'none',
  'user.new-sign-in': 'none',
  'user.sign-in-reported': USER,
  'user.device-lost': 'none',
  'user.password-reset-asked': 'none',
  'user.password-link-handed-over': 'none',
  'user.password-reset': 'replace-password',
  'user.enrolment-asked': 'none',
  'user.enrolment-link-handed-over': 'none',
  'user.unlock-asked': 'none',
  'user.unlock-link-handed-over': 'none',
  'user.unlock-used': 'none',
  'token.created': 'none',
  'token.updated': TOKEN,
  'token.deleted': 'delete',
  'token.resynchronised': 'none',
  'token.refused': 'none',
  'token.checked': 'none',
  'code.sent': 'none',
  'code.not-sent': 'none',
  'filter.created': 'none',
  'filter.updated': FILTER,
  // Only a filter that no resource uses can be deleted.
  'filter.deleted': 'none',
  'assignment.created': 'none',
  'assignment.deleted': 'unassign',
  'login-request.created': 'none',
  authentication: 'none',
  'authentication.test': 'none',
  'transaction.created': 'none',
  transaction: 'none',
  'result.exchanged': 'none',
  'result.consumed': 'none',
  'webhook.created': 'none',
  'webhook.updated': WEBHOOK,
  'webhook.deleted': 'delete',
  'webhook.disabled': 'disable',
  'webhook.test': 'none',
  'webhook.rotated': 'review',
  'webhook.replayed': 'none',
  'plan.activated': 'none',
  'plan.changed': 'none',
  'plan.lapsed': 'none',
  'balance.credited': 'none',
  'balance.debited': 'none',
  'balance.low': 'none',
  'events.lost': 'none',
};

/** True if events of this type are about withdrawals: also about grants, or about lost events. */
export function isWithdrawing(type: EventType): boolean {
  return type === 'assignment.created' || type === 'events.lost' || WITHDRAWING_EVENTS[type] !== 'none';
}

/** The withdrawals of an event, each with the field or the event behind it. Unknown fields and types are for review. */
export function withdrawalsBy(
  event: Pick<AccountEvent, 'type' | 'changed'>,
): { withdrawal: Withdrawal; because: string }[] {
  const { type, changed = [] } = event;
  const fate = Object.hasOwn(WITHDRAWING_EVENTS, type) ? WITHDRAWING_EVENTS[type] : 'review';
  if (typeof fate === 'string') return fate === 'none' ? [] : [{ withdrawal: fate, because: type }];
  return changed.flatMap((field) => {
    const withdrawal = Object.hasOwn(fate, field) ? (fate[field] ?? 'review') : 'review';
    if (withdrawal === 'none' || (field === 'lock' && isUnlocking(event))) return [];
    return [{ withdrawal, because: field }];
  });
}

/** Only unlocking changes the failures together with the lock. */
function isUnlocking({ changed = [] }: Pick<AccountEvent, 'changed'>): boolean {
  return changed.includes('failures') || changed.includes('resyncFailures');
}
