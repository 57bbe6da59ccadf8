/**
 * Every refusal of the service, in one table: its stable code, the HTTP status it travels with, and a default English
 * text. Clients branch on the code; the text may be reworded at any time and is never parsed.
 */
export const REFUSALS = {
  // What a person meets while signing in.
  INVALID_CREDENTIALS: { status: 403, title: 'The sign-in details are not right.' },
  OTP_WRONG: { status: 403, title: 'That code is not right.' },
  OTP_REQUIRED: { status: 403, title: 'A one-time password is needed too.' },
  OTP_REPLAYED: { status: 403, title: 'That code has been used already. Wait for the next one.' },
  OTP_MALFORMED: {
    status: 422,
    title: 'A one-time password is 6 to 10 digits and nothing else, with its PIN where it has one.',
  },
  NOTHING_ASKED: { status: 403, title: 'There is nothing to answer: no code has been sent, or it has expired.' },
  CODE_NOT_SENT: { status: 503, title: 'The code could not be sent. Try again, or use another way.' },
  CODE_LIMIT: { status: 429, title: 'No more codes are sent there for now. Wait, or use another way.' },
  TOKEN_LOCKED: {
    status: 403,
    title: 'This token is locked after too many wrong codes. An administrator can unlock it.',
  },
  TOKEN_OUT_OF_STEP: {
    status: 403,
    title: 'This token has to be brought back into step first. An administrator can do that with two of its codes.',
  },
  PASSKEY_COPIED: { status: 403, title: 'The counter of this passkey did not move on: there may be a copy of it.' },
  PASSKEY_INVALID: { status: 403, title: 'The new passkey could not be verified. Try again.' },
  PASSKEY_TAKEN: { status: 409, title: 'That passkey is registered already.' },
  PASSKEY_LIMIT: { status: 409, title: 'One person can have no more passkeys than that.' },
  TOO_MANY_ATTEMPTS: { status: 429, title: 'Too many attempts. Wait a little and try again.' },
  FILTER_DENIED: { status: 403, title: 'Sign-in is not allowed from here or at this time.' },
  ACCESS_DENIED: { status: 403, title: 'Sign-in is not possible.' },

  // The resource or the account as a whole cannot authenticate anybody.
  PLAN_INACTIVE: { status: 403, title: 'The account has no active service plan.' },
  RESOURCE_DISABLED: { status: 403, title: 'This resource is switched off.' },

  // Widget flow.
  ORIGIN_NOT_ALLOWED: { status: 403, title: 'The page around the widget is not on the allow list of this resource.' },
  FLOW_NOT_FOUND: { status: 404, title: 'This sign-in has ended. Start again.' },
  STEP_STALE: { status: 409, title: 'This step has been answered already.' },
  STEP_IN_PROGRESS: { status: 409, title: 'This step is being checked.' },
  STEP_NOT_EXPECTED: { status: 409, title: 'The sign-in is not at this step.' },
  LOGIN_REQUEST_INVALID: { status: 403, title: 'The login request is unknown, used or expired.' },
  REDIRECT_URI_NOT_ALLOWED: { status: 403, title: 'This address is not on the list of those to go back to.' },

  // Transactions.
  TRANSACTION_INVALID: { status: 422, title: 'These fields cannot be shown and signed as they are.' },
  TRANSACTION_WRONG: { status: 403, title: 'The result is not a confirmation of this transaction.' },
  TRANSACTION_CANCELLED: { status: 403, title: 'The person did not confirm this.' },
  SIGNING_TOKEN_MISSING: { status: 403, title: 'The person has no token here whose answer could confirm this.' },

  // Results.
  RESULT_INVALID: { status: 403, title: 'The result is not valid for this resource.' },
  RESULT_USED: { status: 409, title: 'The result has been consumed already, or has expired.' },
  RESULT_REVOKED: { status: 403, title: 'The person or the resource no longer has access.' },
  RESULT_TEST: { status: 403, title: 'This is the result of a test resource, and tests are not accepted here.' },

  // API.
  API_KEY_MISSING: { status: 401, title: 'Send an API key in the Authorization header.' },
  API_KEY_INVALID: { status: 401, title: 'The API key is unknown, expired or revoked.' },
  API_KEY_IN_URL: { status: 400, title: 'API keys travel in the Authorization header, never in a URL.' },
  SCOPE_MISSING: { status: 403, title: 'This API key may not do that.' },
  FORBIDDEN: { status: 403, title: 'Your role does not allow that.' },
  NOT_FOUND: { status: 404, title: 'There is nothing here by that name.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This address does not take that method.' },
  ACCOUNT_NOT_FOUND: { status: 404, title: 'There is no such account.' },
  RESOURCE_NOT_FOUND: { status: 404, title: 'There is no such resource.' },
  USER_NOT_FOUND: { status: 404, title: 'There is no such user.' },
  TOKEN_NOT_FOUND: { status: 404, title: 'There is no such token.' },
  FILTER_NOT_FOUND: { status: 404, title: 'There is no such filter.' },
  WEBHOOK_NOT_FOUND: { status: 404, title: 'There is no such webhook.' },
  DELIVERY_NOT_FOUND: { status: 404, title: 'There is no such delivery of this webhook.' },
  WEBHOOK_LIMIT: { status: 409, title: 'The account has as many webhooks as it can have.' },
  API_KEY_NOT_FOUND: { status: 404, title: 'There is no such API key.' },
  FILTER_IN_USE: { status: 409, title: 'The filter is attached to a resource. Take it off first.' },
  VERSION_CONFLICT: { status: 412, title: 'It has been changed since you read it.' },
  TEST_RESOURCE: { status: 409, title: 'This resource is for tests: real people and tokens have no part in it.' },
  LOGO_INVALID: { status: 422, title: 'A logo is a PNG or WebP of at most 32 kB and 16 to 1024 pixels a side.' },
  ASSIGNMENT_NOT_FOUND: { status: 404, title: 'There is no such assignment.' },
  ASSIGNMENT_LIMIT: { status: 409, title: 'There are as many assignments as there can be.' },
  NAME_TAKEN: { status: 409, title: 'Another user of this account goes by that name.' },
  NAME_AMBIGUOUS: { status: 422, title: 'One user cannot carry the same name twice.' },
  TOKEN_KIND_UNFIT: { status: 409, title: 'Tokens of this kind do not do that.' },
  TOKEN_NOT_OWNED: { status: 409, title: 'The token does not belong to that user.' },
  INPUT_INVALID: { status: 422, title: 'The request does not have the expected shape.' },
  JSON_INVALID: { status: 400, title: 'The body is not valid JSON.' },
  JSON_TOO_DEEP: { status: 400, title: 'The JSON is nested too deeply.' },
  DUPLICATE_NAME: { status: 400, title: 'A key or parameter appears twice.' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: 'Send the body as application/json.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large.' },
  PASSWORD_TOO_SHORT: { status: 422, title: 'The password is too short.' },
  PASSWORD_TOO_LONG: { status: 422, title: 'The password is too long.' },
  PASSWORD_COMMON: { status: 422, title: 'The password is one of the first that are tried.' },
  PASSWORD_HASH_INVALID: { status: 422, title: 'The password hash is malformed, unknown, or too costly to check.' },
  EMAIL_MISSING: { status: 409, title: 'The user has no e-mail address.' },
  USER_BLOCKED: { status: 409, title: 'The user is blocked.' },
  RESET_LINK_INVALID: { status: 403, title: 'This link has been used, has expired, or is not complete.' },
  QUOTA_EXCEEDED: { status: 409, title: 'The service plan does not allow more of these.' },
  BALANCE_INSUFFICIENT: { status: 409, title: 'The balance does not cover that.' },
  PLAN_NOT_FOUND: { status: 404, title: 'There is no such service plan.' },
  CURRENCY_MISMATCH: { status: 422, title: 'The account is kept in another currency.' },
  REFERENCE_REUSED: { status: 409, title: 'That reference was booked before, with something else.' },
  IMPORT_UNREADABLE: { status: 422, title: 'The file of tokens cannot be read. Nothing has been made.' },
  IMPORT_REFUSED: { status: 422, title: 'Some rows of the file cannot be taken, so none has been.' },
  SIGNATURE_INVALID: { status: 403, title: 'The signature is missing, wrong or too old.' },
  IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'An Idempotency-Key is 1 to 128 visible ASCII characters.' },
  IDEMPOTENCY_KEY_IN_USE: { status: 409, title: 'The first request with this Idempotency-Key is still at work.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'This Idempotency-Key was used with another request.' },
  FORWARDED_INVALID: { status: 400, title: 'The forwarding headers cannot be read.' },
  RATE_LIMITED: { status: 429, title: 'Too many requests. Wait a little and try again.' },

  // Administrators.
  SESSION_NEEDED: { status: 401, title: 'Sign in as an administrator: this is for people themselves.' },
  SESSION_ENDED: { status: 401, title: 'The session has ended. Sign in again.' },
  CSRF_INVALID: { status: 403, title: 'The CSRF token of the session is missing or wrong.' },
  CREDENTIALS_AMBIGUOUS: { status: 400, title: 'Send an API key or a session, not both.' },
  LINK_INVALID: { status: 403, title: 'The link is unknown, used or expired.' },
  CONFIRMATION_WRONG: { status: 403, title: 'That confirmation code is not right.' },
  ACCOUNT_NEEDED: { status: 422, title: 'Say which account: this server holds more than one.' },
  ADMINISTRATOR_NOT_FOUND: { status: 404, title: 'There is no such administrator.' },
  ADMINISTRATOR_INACTIVE: { status: 409, title: 'The administrator has not accepted the invitation yet.' },
  ADMINISTRATOR_ACTIVE: { status: 409, title: 'The administrator has accepted the invitation already.' },
  EMAIL_TAKEN: { status: 409, title: 'Another administrator of this account has that e-mail address.' },
  SUPERUSER_STAYS: { status: 409, title: 'The superuser cannot be removed. Hand the role over first.' },

  // Not the caller's fault. All of them deny.
  OVERLOADED: { status: 503, title: 'The service is busy. Try again in a moment.' },
  CONTENTION: { status: 503, title: 'Too many changes to the same thing at once. Try again.' },
  UNAVAILABLE: { status: 503, title: 'The service cannot answer safely right now.' },
  INTERNAL: { status: 500, title: 'Something went wrong.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type RefusalCode = keyof typeof REFUSALS;
