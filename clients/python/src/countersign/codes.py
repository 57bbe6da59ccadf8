"""Every code that an error of this library can carry."""

from __future__ import annotations

#: Why a result was refused by the offline verifier.
RESULT_ERROR_CODES = (
    # Not a compact JWS of canonical base64url with JSON objects inside, or absurdly large.
    "RESULT_MALFORMED",
    # The ``typ`` header is not exactly that of a result.
    "RESULT_TYP_WRONG",
    # Of a test resource: nobody has signed in. Accept it in your own tests alone, with ``accept_test``.
    "RESULT_TEST_REFUSED",
    # The ``alg`` header is not on the list, or is not the algorithm of the key that ``kid`` names.
    "RESULT_ALGORITHM_REFUSED",
    # The header carries a key, points to one, or changes what the signature means.
    "RESULT_HEADER_REFUSED",
    # No ``kid``, or no usable published key has it.
    "RESULT_KEY_UNKNOWN",
    "RESULT_SIGNATURE_WRONG",
    "RESULT_ISSUER_WRONG",
    "RESULT_AUDIENCE_WRONG",
    "RESULT_EXPIRED",
    "RESULT_NOT_YET_VALID",
    # It lives longer than any result may, or ends before it begins.
    "RESULT_LIFETIME_WRONG",
    # Not the nonce of this sign-in, or there was none to compare with.
    "RESULT_NONCE_WRONG",
    # A claim is missing or has the wrong type.
    "RESULT_CLAIMS_INVALID",
    "RESULT_ORIGIN_WRONG",
    # No one-time password was checked, and one was asked for.
    "RESULT_OTP_REQUIRED",
    # Fewer factors than asked for.
    "RESULT_ACR_REQUIRED",
    # A factor was shown longer ago than you allow.
    "RESULT_TOO_OLD",
    # It confirms another transaction than the one expected, or none.
    "RESULT_TRANSACTION_WRONG",
    # It confirms a transaction, and a sign-in was expected.
    "RESULT_TRANSACTION_UNEXPECTED",
    # The published keys cannot be fetched and none in memory is young enough to trust. Worth trying again.
    "JWKS_UNAVAILABLE",
)

#: Why a request was not taken for a message of the service.
WEBHOOK_ERROR_CODES = (
    # A header of Standard Webhooks is missing, there twice, or unreadable.
    "WEBHOOK_HEADERS_INVALID",
    # Sent too long ago, or the clocks differ.
    "WEBHOOK_TIMESTAMP_REFUSED",
    "WEBHOOK_SIGNATURE_WRONG",
    # Signed, and still no event.
    "WEBHOOK_BODY_INVALID",
)

#: What this library itself reports about options and the connection.
CLIENT_ERROR_CODES = (
    # An option given to this library cannot work. The message names it.
    "OPTION_INVALID",
    "NETWORK_FAILED",
    # No answer in time. What was asked may or may not have happened.
    "TIMEOUT",
    # The answer is not one that a Countersign service gives.
    "RESPONSE_INVALID",
)

#: The service's refusal codes, as its ``/v1`` answers carry them. A newer service may send others.
SERVER_ERROR_CODES = (
    "INVALID_CREDENTIALS",
    "OTP_WRONG",
    "OTP_REQUIRED",
    "OTP_REPLAYED",
    "OTP_MALFORMED",
    "NOTHING_ASKED",
    "OTP_CLOCK_OFF",
    "ENROLMENT_LOCKED",
    "PHONE_MALFORMED",
    "ENROLMENT_LINK_INVALID",
    "ENROLMENT_OFF",
    "SELF_SERVICE_OFF",
    "PROOF_NEEDED",
    "PROOF_LACKING",
    "TOKEN_KEPT",
    "ENROLMENT_REQUIRED",
    "CODE_NOT_SENT",
    "CODE_LIMIT",
    "TOKEN_LOCKED",
    "TOKEN_OUT_OF_STEP",
    "PASSKEY_COPIED",
    "PASSKEY_INVALID",
    "PASSKEY_TAKEN",
    "PASSKEY_LIMIT",
    "TOO_MANY_ATTEMPTS",
    "FILTER_DENIED",
    "ENVIRONMENT_MISMATCH",
    "LEVEL_UNREACHABLE",
    "CONFIRMATION_REQUIRED",
    "ACCESS_DENIED",
    "PLAN_INACTIVE",
    "RESOURCE_DISABLED",
    "ORIGIN_NOT_ALLOWED",
    "FLOW_NOT_FOUND",
    "STEP_STALE",
    "STEP_IN_PROGRESS",
    "STEP_NOT_EXPECTED",
    "LOGIN_REQUEST_INVALID",
    "TRANSACTION_INVALID",
    "TRANSACTION_CANCELLED",
    "SIGNING_TOKEN_MISSING",
    "REDIRECT_URI_NOT_ALLOWED",
    "RESULT_INVALID",
    "TRANSACTION_WRONG",
    "RESULT_USED",
    "RESULT_REVOKED",
    "RESULT_TEST",
    "API_KEY_MISSING",
    "API_KEY_INVALID",
    "API_KEY_IN_URL",
    "SCOPE_MISSING",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "ACCOUNT_NOT_FOUND",
    "RESOURCE_NOT_FOUND",
    "USER_NOT_FOUND",
    "TOKEN_NOT_FOUND",
    "FILTER_NOT_FOUND",
    "WEBHOOK_NOT_FOUND",
    "DELIVERY_NOT_FOUND",
    "WEBHOOK_LIMIT",
    "API_KEY_NOT_FOUND",
    "FILTER_IN_USE",
    "VERSION_CONFLICT",
    "TEST_RESOURCE",
    "LOGO_INVALID",
    "ASSIGNMENT_NOT_FOUND",
    "ASSIGNMENT_LIMIT",
    "NAME_TAKEN",
    "NAME_AMBIGUOUS",
    "TOKEN_KIND_UNFIT",
    "TOKEN_NOT_OWNED",
    "INPUT_INVALID",
    "JSON_INVALID",
    "JSON_TOO_DEEP",
    "DUPLICATE_NAME",
    "MEDIA_TYPE_UNSUPPORTED",
    "BODY_TOO_LARGE",
    "PASSWORD_TOO_SHORT",
    "PASSWORD_TOO_LONG",
    "PASSWORD_COMMON",
    "PASSWORD_HASH_INVALID",
    "EMAIL_MISSING",
    "EMAIL_ON_PASSWORD",
    "USER_BLOCKED",
    "RESET_LINK_INVALID",
    "QUOTA_EXCEEDED",
    "BALANCE_INSUFFICIENT",
    "PLAN_NOT_FOUND",
    "CURRENCY_MISMATCH",
    "REFERENCE_REUSED",
    "IMPORT_UNREADABLE",
    "IMPORT_REFUSED",
    "SIGNATURE_INVALID",
    "IDEMPOTENCY_KEY_INVALID",
    "IDEMPOTENCY_KEY_IN_USE",
    "IDEMPOTENCY_KEY_REUSED",
    "FORWARDED_INVALID",
    "RATE_LIMITED",
    "SESSION_NEEDED",
    "SESSION_ENDED",
    "CSRF_INVALID",
    "CREDENTIALS_AMBIGUOUS",
    "LINK_INVALID",
    "MAIL_ABSENT",
    "CONFIRMATION_WRONG",
    "ACCOUNT_NEEDED",
    "ADMINISTRATOR_NOT_FOUND",
    "ADMINISTRATOR_INACTIVE",
    "ADMINISTRATOR_ACTIVE",
    "EMAIL_TAKEN",
    "SUPERUSER_STAYS",
    "OVERLOADED",
    "CONTENTION",
    "UNAVAILABLE",
    "INTERNAL",
)
