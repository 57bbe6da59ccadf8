"""Whether the claims are those of a result for this resource, this sign-in and this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .claims import ResultClaims, instant, read_claims
from .errors import ResultRefused
from .nonce import equal_in_constant_time, is_usable_nonce


@dataclass(frozen=True)
class ClaimRules:
    """What holds for every result."""

    issuer: str
    resource: str
    clock_tolerance_s: int
    max_lifetime_s: int


@dataclass(frozen=True)
class Expected:
    """What one sign-in is expected to be."""

    nonce: Any
    origin: Optional[str] = None
    app: bool = False
    require_otp: bool = False
    acr: Optional[str] = None
    max_age_ms: Optional[int] = None
    #: A hash. ``None``: a sign-in is expected.
    transaction: Optional[str] = None


def check_claims(payload: Mapping[str, Any], rules: ClaimRules, expected: Expected, now_ms: float) -> ResultClaims:
    """The claims of a payload whose signature is right."""
    now = int(now_ms // 1000)
    tolerance = rules.clock_tolerance_s

    _refuse_unless(payload.get("iss") == rules.issuer, "RESULT_ISSUER_WRONG", "The result is of another service.")
    # Exactly one audience: in a list, another site could use the result too.
    _refuse_unless(payload.get("aud") == rules.resource, "RESULT_AUDIENCE_WRONG", "The result is for another resource.")

    exp = instant(payload, "exp")
    iat = instant(payload, "iat")
    _refuse_unless(
        exp > iat and exp - iat <= rules.max_lifetime_s,
        "RESULT_LIFETIME_WRONG",
        f"A result lives at most {rules.max_lifetime_s} s.",
    )
    _refuse_unless(now < exp + tolerance, "RESULT_EXPIRED", "The result has expired.")
    not_before = max(iat, instant(payload, "nbf")) if "nbf" in payload else iat
    _refuse_unless(not_before <= now + tolerance, "RESULT_NOT_YET_VALID", "The result is of the future.")

    nonce = payload.get("nonce")
    _refuse_unless(
        # What is expected is looked at too: a session that has lost its nonce must not match a result without one.
        isinstance(nonce, str) and is_usable_nonce(expected.nonce) and equal_in_constant_time(nonce, expected.nonce),
        "RESULT_NONCE_WRONG",
        "The result is not of this sign-in.",
    )

    claims = read_claims(payload)
    _refuse_unless(
        claims.auth_time <= iat + tolerance,
        "RESULT_CLAIMS_INVALID",
        "The result is older than the sign-in it reports.",
    )

    _check_transaction(claims, expected.transaction)
    _check_origin(claims, expected)
    _refuse_unless(
        not expected.require_otp or claims.otp == "verified",
        "RESULT_OTP_REQUIRED",
        "No one-time password was checked in this sign-in.",
    )
    _refuse_unless(
        expected.acr != "2" or claims.acr == "2",
        "RESULT_ACR_REQUIRED",
        "This sign-in had one factor, and two are asked for.",
    )
    _refuse_unless(
        expected.max_age_ms is None or (now - claims.auth_time - tolerance) * 1000 <= expected.max_age_ms,
        "RESULT_TOO_OLD",
        "The person has shown a factor of this sign-in too long ago.",
    )
    return claims


def read_consumed_claims(
    answer: Mapping[str, Any], expected: Expected, *, resource: str, accept_test: bool
) -> ResultClaims:
    """The claims of the service's own answer to a consumption. Signature and time are its business then; that it speaks
    of the resource and nonce in question is checked all the same."""
    claims = read_claims(answer)
    _refuse_unless(not claims.test or accept_test, "RESULT_TEST_REFUSED", "The result comes from a test resource.")
    _refuse_unless(claims.aud == resource, "RESULT_AUDIENCE_WRONG", "The result is for another resource.")
    _refuse_unless(
        equal_in_constant_time(claims.nonce, expected.nonce), "RESULT_NONCE_WRONG", "The result is not of this sign-in."
    )
    _check_transaction(claims, expected.transaction)
    _check_origin(claims, expected)
    return claims


def _check_origin(claims: ResultClaims, expected: Expected) -> None:
    """Of an app or of a page, as expected: with a nonce of another session, either would sign a thief in to the other."""
    _refuse_unless(
        not claims.app or expected.app,
        "RESULT_APP_UNEXPECTED",
        "The sign-in was for a native app, and a page is expected.",
    )
    _refuse_unless(
        claims.app or not expected.app,
        "RESULT_APP_REQUIRED",
        "The sign-in was on a page, and a native app is expected.",
    )
    _refuse_unless(
        expected.origin is None or claims.origin == expected.origin,
        "RESULT_ORIGIN_WRONG",
        f'The sign-in happened on "{claims.origin}", and "{expected.origin}" is expected.',
    )


def _check_transaction(claims: ResultClaims, expected: Optional[str]) -> None:
    """Neither stands for the other: a sign-in confirms nothing, and a user who confirmed a payment did not ask to be
    signed in."""
    _refuse_unless(
        claims.txn is None or expected is not None,
        "RESULT_TRANSACTION_UNEXPECTED",
        "The result confirms a transaction, and a sign-in is asked for.",
    )
    _refuse_unless(claims.txn == expected, "RESULT_TRANSACTION_WRONG", "The result does not confirm this transaction.")


def _refuse_unless(holds: bool, code: str, message: str) -> None:
    if not holds:
        raise ResultRefused(code, message)
