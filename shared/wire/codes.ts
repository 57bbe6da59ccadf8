/**
 * Every refusal of the service, in one table: its stable code, its HTTP status, and a default English text. Clients
 * branch on the code; the text may change at any time and is never parsed.
 */
export const REFUSALS = {
  // Signing in.
  INVALID_CREDENTIALS: { status: 403, title: 'The sign-in details are wrong.' },
  OTP_WRONG: { status: 403, title: 'The code is wrong.' },
  OTP_REQUIRED: { status: 403, title: 'A one-time password is required.' },
  OTP_REPLAYED: { status: 403, title: 'The code has already been used. Wait for the next one.' },
  OTP_MALFORMED: {
    status: 422,
    title: 'A one-time password is 6 to 10 digits, plus the PIN if the token has one.',
  },
  OTP_CLOCK_OFF: { status: 403, title: 'The code is for another time. The clock of the device seems to be wrong.' },
  NOTHING_ASKED: { status: 403, title: 'There is no pending challenge: no code was sent, or it has expired.' },
  CODE_NOT_SENT: { status: 503, title: 'The code could not be sent. Try again, or use another method.' },
  CODE_LIMIT: { status: 429, title: 'No more codes can be sent there for now. Wait, or use another method.' },
  TOKEN_LOCKED: {
    status: 403,
    title: 'The token is locked after too many wrong codes. An administrator can unlock it.',
  },
  TOKEN_LOCKED_BY_ADMINISTRATOR: {
    status: 403,
    title: 'An administrator has locked the token. An administrator can unlock it.',
  },
  RECOVERY_CODE_REQUIRED: {
    status: 403,
    title: 'The token is locked after too many wrong codes. A recovery code is required in its place.',
  },
  TOKEN_OUT_OF_STEP: {
    status: 403,
    title: 'The token must be resynchronised first. An administrator can do that with two of its codes.',
  },
  PASSKEY_COPIED: {
    status: 403,
    title: 'The signature counter of the passkey did not increase: it may have been cloned.',
  },
  PASSKEY_INVALID: { status: 403, title: 'The passkey could not be verified. Try again.' },
  PASSKEY_REQUIRED: {
    status: 403,
    title: 'Only a passkey is accepted here: no code, recovery code or API key replaces it.',
  },
  PASSKEY_LAST: {
    status: 409,
    title: 'The last passkey stays: the administrator could not sign in without it. Add another one first.',
  },
  ADMINISTRATOR_WITHOUT_PASSKEY: {
    status: 409,
    title: 'An active administrator of the account has no passkey, and could not sign in any more.',
  },
  PASSKEY_TAKEN: { status: 409, title: 'The passkey is already registered.' },
  PASSKEY_LIMIT: { status: 409, title: 'The user has the maximum number of passkeys.' },
  TOO_MANY_ATTEMPTS: { status: 429, title: 'Too many attempts. Wait and try again.' },
  FILTER_DENIED: { status: 403, title: 'Sign-in is not allowed from this location or at this time.' },
  ENVIRONMENT_MISMATCH: { status: 403, title: 'The browser does not match the known browsers of the user.' },
  LEVEL_UNREACHABLE: { status: 403, title: 'The user does not have the factors that the requested level needs.' },
  HOOK_DENIED: { status: 403, title: 'The site does not allow this sign-in.' },
  HOOK_FAILED: { status: 503, title: 'The site did not confirm this sign-in in time.' },
  CONFIRMATION_REQUIRED: {
    status: 403,
    title: 'After a password reset by email, a code by email is not enough. An administrator can confirm the user.',
  },
  PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    title: 'The password was stolen and published elsewhere. The user has to change it first.',
  },
  ACCESS_DENIED: { status: 403, title: 'Access denied.' },

  // The resource or the account cannot authenticate users.
  PLAN_INACTIVE: { status: 403, title: 'The account has no active service plan.' },
  RESOURCE_DISABLED: { status: 403, title: 'The resource is disabled.' },

  // Widget flow.
  ORIGIN_NOT_ALLOWED: { status: 403, title: 'The origin is not allowed.' },
  FLOW_NOT_FOUND: { status: 404, title: 'The sign-in has ended. Start again.' },
  STEP_STALE: { status: 409, title: 'This step has already been completed.' },
  STEP_IN_PROGRESS: { status: 409, title: 'This step is being processed.' },
  STEP_NOT_EXPECTED: { status: 409, title: 'The sign-in is at another step.' },
  SELF_SERVICE_OFF: { status: 403, title: 'Self-service is disabled for this resource.' },
  PROOF_NEEDED: { status: 403, title: 'Reauthentication is required.' },
  PROOF_LACKING: {
    status: 403,
    title: 'Reauthentication with every factor of the user is required, so this cannot be changed here.',
  },
  TOKEN_KEPT: { status: 409, title: 'The user cannot change or delete this token, or not in its current state.' },
  ENROLMENT_REQUIRED: { status: 403, title: 'A token must be set up first.' },
  ENROLMENT_LOCKED: {
    status: 403,
    title: 'Too many wrong codes: enrolment is locked. An administrator can send a new link.',
  },
  PHONE_MALFORMED: { status: 422, title: 'A phone number starts with its country code, such as +4915112345678.' },
  ENROLMENT_LINK_INVALID: { status: 403, title: 'The link is incomplete, used or expired.' },
  LOGIN_REQUEST_INVALID: { status: 403, title: 'The login request is unknown, used or expired.' },
  REDIRECT_URI_NOT_ALLOWED: { status: 403, title: 'The redirect URI is not registered for this resource.' },
  APP_CODE_INVALID: {
    status: 403,
    title: 'The code is unknown, used or expired, or belongs to another resource, redirect URI or verifier.',
  },

  // Transactions.
  TRANSACTION_INVALID: { status: 422, title: 'The fields of the transaction cannot be shown and signed.' },
  TRANSACTION_WRONG: { status: 403, title: 'The result does not confirm this transaction.' },
  TRANSACTION_CANCELLED: { status: 403, title: 'The user cancelled the transaction.' },
  SIGNING_TOKEN_MISSING: { status: 403, title: 'The user has no token that can confirm transactions.' },

  // Results.
  RESULT_INVALID: { status: 403, title: 'The result is not valid for this resource.' },
  RESULT_USED: { status: 409, title: 'The result has already been consumed, or has expired.' },
  RESULT_REVOKED: {
    status: 403,
    title: 'The user lost access or changed the password after the result was issued, or its code was used twice.',
  },
  RESULT_ORIGIN: {
    status: 403,
    title: 'The user signed in at another origin, or in a native app where a page is expected, or the reverse.',
  },
  ORIGIN_REQUIRED: {
    status: 422,
    title: 'Name the `origin` of your page, or `app` for a native app: results of this resource come from several.',
  },
  RESULT_TEST: { status: 403, title: 'The result comes from a test resource, and test results are not accepted.' },

  // API.
  API_KEY_MISSING: { status: 401, title: 'No API key in the Authorization header.' },
  API_KEY_INVALID: { status: 401, title: 'The API key is unknown, expired or revoked.' },
  API_KEY_IN_URL: { status: 400, title: 'API keys are accepted in the Authorization header only, not in a URL.' },
  SCOPE_MISSING: { status: 403, title: 'The API key does not have the required scope.' },
  FORBIDDEN: { status: 403, title: 'Your role does not allow this.' },
  NOT_FOUND: { status: 404, title: 'Not found.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed.' },
  ACCOUNT_NOT_FOUND: { status: 404, title: 'Account not found.' },
  RESOURCE_NOT_FOUND: { status: 404, title: 'Resource not found.' },
  USER_NOT_FOUND: { status: 404, title: 'User not found.' },
  TOKEN_NOT_FOUND: { status: 404, title: 'Token not found.' },
  FILTER_NOT_FOUND: { status: 404, title: 'Filter not found.' },
  HOOK_NOT_FOUND: { status: 404, title: 'The resource has no hook.' },
  WEBHOOK_NOT_FOUND: { status: 404, title: 'Webhook not found.' },
  DELIVERY_NOT_FOUND: { status: 404, title: 'Delivery not found.' },
  WEBHOOK_LIMIT: { status: 409, title: 'The account has the maximum number of webhooks.' },
  API_KEY_NOT_FOUND: { status: 404, title: 'API key not found.' },
  FILTER_IN_USE: { status: 409, title: 'The filter is attached to a resource. Detach it first.' },
  VERSION_CONFLICT: { status: 412, title: 'The object has changed since you read it.' },
  TEST_RESOURCE: { status: 409, title: 'This is a test resource: it takes no users or tokens.' },
  LOGO_INVALID: { status: 422, title: 'A logo is a PNG or WebP of at most 32 kB, 16 to 1024 pixels wide and high.' },
  ASSIGNMENT_NOT_FOUND: { status: 404, title: 'Assignment not found.' },
  ASSIGNMENT_LIMIT: { status: 409, title: 'The maximum number of assignments is reached.' },
  NAME_TAKEN: { status: 409, title: 'Another user of this account has that name.' },
  RESOURCE_NAME_TAKEN: { status: 409, title: 'Another resource of this account has that name.' },
  NAME_AMBIGUOUS: { status: 422, title: 'A user cannot have the same name twice.' },
  TOKEN_KIND_UNFIT: { status: 409, title: 'Tokens of this kind do not support this.' },
  TOKEN_NOT_OWNED: { status: 409, title: 'The token does not belong to the user.' },
  INPUT_INVALID: { status: 422, title: 'The request is invalid.' },
  JSON_INVALID: { status: 400, title: 'The body is not valid JSON.' },
  JSON_TOO_DEEP: { status: 400, title: 'The JSON is nested too deeply.' },
  DUPLICATE_NAME: { status: 400, title: 'A name or parameter appears twice.' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: 'Unsupported media type. Send application/json.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large.' },
  ENROLMENT_OFF: { status: 409, title: 'Self-enrolment is disabled for this resource.' },
  PASSWORD_TOO_SHORT: { status: 422, title: 'The password is too short.' },
  PASSWORD_TOO_LONG: { status: 422, title: 'The password is too long.' },
  PASSWORD_COMMON: { status: 422, title: 'The password is too easy to guess.' },
  PASSWORD_BREACHED: { status: 422, title: 'The password was stolen and published elsewhere.' },
  PASSWORD_HASH_INVALID: {
    status: 422,
    title: 'The password hash is malformed, unsupported, or too expensive to check.',
  },
  EMAIL_MISSING: { status: 409, title: 'The user has no email address.' },
  LINK_BY_MAIL_ONLY: {
    status: 409,
    title: 'The user has an email address, and the server sends email: send the link there.',
  },
  LINK_BEYOND_HELP_DESK: {
    status: 409,
    title: 'The holder of this link could sign in as the user: an administrator has to create it.',
  },
  ENROLMENT_NOT_NEEDED: {
    status: 409,
    title: 'The user has a working token at every resource where users set up tokens.',
  },
  NOTHING_TO_UNLOCK: { status: 409, title: 'No token of the user there can be unlocked by a link.' },
  EMAIL_ON_PASSWORD: { status: 409, title: 'The user changed the email address with a password alone.' },
  USER_BLOCKED: { status: 409, title: 'The user is blocked.' },
  RESET_LINK_INVALID: { status: 403, title: 'The link is incomplete, used or expired.' },
  QUOTA_EXCEEDED: { status: 409, title: 'The quota of the service plan is used up.' },
  BALANCE_INSUFFICIENT: { status: 409, title: 'The balance is insufficient.' },
  PLAN_NOT_FOUND: { status: 404, title: 'Service plan not found.' },
  CURRENCY_MISMATCH: { status: 422, title: 'The account uses another currency.' },
  REFERENCE_REUSED: { status: 409, title: 'The reference was used for another payment.' },
  IMPORT_UNREADABLE: { status: 422, title: 'The token file cannot be read. No token was created.' },
  IMPORT_REFUSED: { status: 422, title: 'Some rows of the file are invalid. No token was created.' },
  SIGNATURE_INVALID: { status: 403, title: 'The signature is missing, wrong or too old.' },
  IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'An Idempotency-Key is 1 to 128 visible ASCII characters.' },
  IDEMPOTENCY_KEY_IN_USE: { status: 409, title: 'The first request with this Idempotency-Key is still running.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The Idempotency-Key was used with another request.' },
  FORWARDED_INVALID: { status: 400, title: 'The forwarding headers are invalid.' },
  PUZZLE_NEEDED: {
    status: 428,
    title: 'Too many requests of this kind. Solve the puzzle in `puzzle`, and send the request again.',
  },
  RATE_LIMITED: { status: 429, title: 'Too many requests. Wait and try again.' },

  // Administrators.
  SESSION_NEEDED: { status: 401, title: 'Sign in as an administrator.' },
  SESSION_ENDED: { status: 401, title: 'The session has ended. Sign in again.' },
  CSRF_INVALID: { status: 403, title: 'The CSRF token is missing or wrong.' },
  CREDENTIALS_AMBIGUOUS: { status: 400, title: 'Send an API key or a session, not both.' },
  LINK_INVALID: { status: 403, title: 'The link is unknown, used or expired.' },
  MAIL_NOT_CONFIGURED: {
    status: 409,
    title: 'The server sends no email. Hand over a link instead, or ask its operator to configure mail.',
  },
  MAIL_NOT_SENT: { status: 409, title: 'The mail server did not accept the message.' },
  SMS_NOT_CONFIGURED: {
    status: 409,
    title: 'The server sends no text messages. Ask its operator to configure an SMS gateway.',
  },
  CONFIRMATION_WRONG: { status: 403, title: 'The confirmation code is wrong.' },
  ACCOUNT_NEEDED: { status: 422, title: 'Name the account: the server has more than one.' },
  ADMINISTRATOR_NOT_FOUND: { status: 404, title: 'Administrator not found.' },
  ADMINISTRATOR_INACTIVE: { status: 409, title: 'The administrator has not accepted the invitation.' },
  ADMINISTRATOR_ACTIVE: { status: 409, title: 'The administrator has already accepted the invitation.' },
  EMAIL_TAKEN: { status: 409, title: 'Another administrator of this account has that email address.' },
  SUPERUSER_STAYS: {
    status: 409,
    title: 'The superuser cannot be removed or given another role. Transfer the role first.',
  },

  // Server-side failures. All of them refuse.
  OVERLOADED: { status: 503, title: 'The service is busy. Try again shortly.' },
  CONTENTION: { status: 503, title: 'Too many concurrent changes to the same object. Try again.' },
  UNAVAILABLE: { status: 503, title: 'The service is temporarily unavailable.' },
  CLOCK_IN_DOUBT: { status: 503, title: 'The clock of the server may be wrong. The operator has to check it.' },
  STORE_MOVING: {
    status: 503,
    title: 'The service accepts no changes while its data is being moved. Try again shortly.',
  },
  INTERNAL: { status: 500, title: 'Internal error.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type RefusalCode = keyof typeof REFUSALS;
