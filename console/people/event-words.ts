import type { PeopleWord } from './words.ts';

/** What happened, of what can happen to users and tokens. */
export const EVENTS: Readonly<Record<string, PeopleWord>> = {
  'user.created': 'eventUserCreated',
  'user.updated': 'eventUserUpdated',
  'user.refused': 'eventUserRefused',
  'user.environment-remembered': 'eventBrowserKnown',
  'user.environments-forgotten': 'eventBrowsersForgotten',
  'user.password-upgraded': 'eventPasswordUpgraded',
  'user.password-reset-asked': 'eventResetAsked',
  'user.password-reset': 'eventReset',
  'user.enrolment-asked': 'eventEnrolAsked',
  'user.unlock-asked': 'eventUnlockAsked',
  'user.unlock-used': 'eventUnlockUsed',
  'token.created': 'eventTokenCreated',
  'token.updated': 'eventTokenUpdated',
  'token.deleted': 'eventTokenDeleted',
  'token.resynchronised': 'eventResynced',
  'token.refused': 'eventTokenRefused',
  'token.checked': 'eventTokenChecked',
  'code.sent': 'eventCodeSent',
  'code.not-sent': 'eventCodeNotSent',
  'assignment.created': 'eventAssigned',
  'assignment.deleted': 'eventUnassigned',
  'login-request.created': 'eventLoginRequest',
  authentication: 'eventSignIn',
  transaction: 'eventTransaction',
  'transaction.created': 'eventTransactionAsked',
  'result.consumed': 'eventResultUsed',
};

/** Why an attempt was refused. Those that are not here are shown as their code. */
export const REASONS: Readonly<Record<string, PeopleWord>> = {
  INVALID_CREDENTIALS: 'reasonCredentials',
  OTP_WRONG: 'reasonOtpWrong',
  OTP_REPLAYED: 'reasonReplayed',
  OTP_REQUIRED: 'reasonOtpRequired',
  OTP_CLOCK_OFF: 'reasonClock',
  TOKEN_LOCKED: 'reasonLocked',
  TOKEN_OUT_OF_STEP: 'reasonOutOfStep',
  TOO_MANY_ATTEMPTS: 'reasonTooMany',
  FILTER_DENIED: 'reasonFilter',
  ENVIRONMENT_MISMATCH: 'reasonBrowser',
  USER_BLOCKED: 'reasonBlocked',
  ACCESS_DENIED: 'reasonAccess',
  PLAN_INACTIVE: 'reasonPlan',
  RESOURCE_DISABLED: 'reasonResource',
};
