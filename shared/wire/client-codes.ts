/** Codes of the client libraries' own errors, the same in every language. The value says what the code means. */

/** Why the offline verifier refused a result. */
export const RESULT_ERRORS = {
  RESULT_MALFORMED: 'It is too large, or not a compact JWS of canonical base64url with JSON objects inside.',
  RESULT_TYP_WRONG: 'The `typ` header is not exactly that of a result.',
  RESULT_TEST_REFUSED: 'It comes from a test resource: no user has signed in. Accept it only in your own tests.',
  RESULT_ALGORITHM_REFUSED: 'The `alg` header is not accepted, or is not the algorithm of the key that `kid` names.',
  RESULT_HEADER_REFUSED: 'The header carries a key, points to one, or changes what the signature means.',
  RESULT_KEY_UNKNOWN: 'There is no `kid`, or no usable published key has it.',
  RESULT_SIGNATURE_WRONG: 'The signature is not valid.',
  RESULT_ISSUER_WRONG: 'It comes from another service.',
  RESULT_AUDIENCE_WRONG: 'It is for another resource.',
  RESULT_EXPIRED: 'It has expired.',
  RESULT_NOT_YET_VALID: 'It is not valid yet.',
  RESULT_LIFETIME_WRONG: 'Its lifetime is longer than any result may have, or ends before it begins.',
  RESULT_NONCE_WRONG: 'The nonce is not that of this sign-in, or the session has none.',
  RESULT_CLAIMS_INVALID: 'A claim is missing or has the wrong type.',
  RESULT_APP_UNEXPECTED: 'The user signed in to a native app, and you expect a page.',
  RESULT_APP_REQUIRED: 'The user signed in on a page, and you expect a native app.',
  RESULT_ORIGIN_WRONG: 'The user signed in on another page.',
  RESULT_OTP_REQUIRED: 'No one-time password was checked, and you require one.',
  RESULT_ACR_REQUIRED: 'It stands for fewer factors than you require.',
  RESULT_TOO_OLD: 'A factor was checked longer ago than you allow.',
  RESULT_TRANSACTION_WRONG: 'It confirms another transaction, or none.',
  RESULT_TRANSACTION_UNEXPECTED: 'It confirms a transaction, and you expect a sign-in.',
  JWKS_UNAVAILABLE: 'The published keys cannot be fetched and none in memory is recent enough. Try again.',
} as const;

/** Why a request is not a webhook message of the service. */
export const WEBHOOK_ERRORS = {
  WEBHOOK_HEADERS_INVALID: 'A header of Standard Webhooks is missing, repeated or unreadable.',
  WEBHOOK_TIMESTAMP_REFUSED: 'It was sent too long ago, or the clocks differ.',
  WEBHOOK_SIGNATURE_WRONG: 'The signature is not valid.',
  WEBHOOK_BODY_INVALID: 'The signature is valid, and the body is not an event.',
} as const;

/** Errors about options and the connection. */
export const CLIENT_ERRORS = {
  OPTION_INVALID: 'An option is invalid. The message names it.',
  NETWORK_FAILED: 'The request failed.',
  TIMEOUT: 'No response in time. The request may or may not have taken effect.',
  ABORTED: 'The caller ended the call.',
  RESPONSE_INVALID: 'The response is not one that a Countersign service gives.',
} as const;

/** Refusals of the routes and guards that a library adds to a site. They also use codes of the service, with its meaning. */
export const SITE_ERRORS = {
  POST_CROSS_SITE: 'No page of your site sent the request.',
  SIGN_IN_REQUIRED: 'The visitor is not signed in.',
  STEP_UP_REQUIRED: 'The sign-in has too few factors for this page, or is too old.',
  RESULT_OF_ANOTHER_USER: 'Another user signed in than the one whose second factor or step-up was expected.',
  SECOND_FACTOR_ENDED:
    'The sign-in that waited for a second factor expired, or its password changed, or its user was blocked.',
} as const;
