"""What a result says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from .errors import ResultRefused
from .options import is_origin

#: The ``typ`` header of a result; anything else is not a result (RFC 8725 3.11).
RESULT_TYP = "countersign-result+jwt"
#: The ``typ`` of what a test resource gives.
TEST_RESULT_TYP = "countersign-test-result+jwt"
#: Signature algorithms a result may carry.
RESULT_ALGORITHMS = ("ES256", "EdDSA")

_MAX_SAFE_INTEGER = 2**53 - 1
_HEXADECIMAL = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class ResultClaims:
    """Who signed in, where, and how (RFC 7519). Times in seconds since the epoch."""

    #: The service's public URL.
    iss: str
    #: The resource id.
    aud: str
    #: The user id. Stable: key your own records on it.
    sub: str
    #: The user's login. May change hands over time.
    preferred_username: str
    nonce: str
    #: Origin of the page that embedded the widget, as the person's browser enforced it.
    origin: str
    #: Methods used, as of RFC 8176: ``pwd``, ``otp``, ``sms``, ``pin``, ``hwk`` or ``swk`` (a passkey), ``user`` (its
    #: device checked them), ``mfa``.
    amr: tuple[str, ...]
    #: ``"1"`` one factor, ``"2"`` two factors.
    acr: str
    #: ``verified``: checked. ``skipped``: the person's token is deactivated. ``remembered``: the person
    #: trusts the browser. ``not_used``: not asked for.
    otp: str
    #: When the oldest of the factors was shown.
    auth_time: int
    iat: int
    exp: int
    #: The result's own id: it can be consumed once, by this and never by its text.
    jti: str
    #: Hash of the transaction that the person confirmed. ``None``: they signed in.
    txn: Optional[str] = None
    #: Only on a resource that warns: the password was stolen elsewhere and published. Ask the user to change it.
    password_breached: bool = False
    #: An address to write to, if the resource asks for it. It may be unconfirmed or change hands: never find a user by it.
    email: Optional[str] = None
    #: First and last name, if the resource asks for them.
    name: Optional[str] = None
    #: The user's id in your own records, if the resource asks for it.
    external_id: Optional[str] = None
    #: The metadata of the user that the resource asks for; empty without any.
    metadata: Mapping[str, Any] = field(default_factory=dict)
    #: What the resource's hook added; empty without any.
    hook: Mapping[str, Any] = field(default_factory=dict)
    #: There only with ``accept_test``, on what a test resource gave: no user has signed in.
    test: bool = False
    #: A native app got the result by its code: only where an app is expected.
    app: bool = False


def read_claims(payload: Mapping[str, Any]) -> ResultClaims:
    """The claims that this version knows, each there and of its type; others are left out."""
    return ResultClaims(
        iss=_text(payload, "iss"),
        aud=_text(payload, "aud"),
        sub=_text(payload, "sub"),
        preferred_username=_text(payload, "preferred_username"),
        nonce=_text(payload, "nonce"),
        origin=_origin(payload),
        amr=_methods(payload),
        acr=_one_of(payload, "acr", ("1", "2")),
        otp=_one_of(payload, "otp", ("verified", "skipped", "remembered", "not_used")),
        txn=_transaction(payload),
        auth_time=instant(payload, "auth_time"),
        iat=instant(payload, "iat"),
        exp=instant(payload, "exp"),
        jti=_text(payload, "jti"),
        password_breached=_true_if_present(payload, "password_breached"),
        email=_optional_text(payload, "email"),
        name=_optional_text(payload, "name"),
        external_id=_optional_text(payload, "external_id"),
        metadata=_map(payload, "metadata"),
        hook=_map(payload, "hook"),
        test=_true_if_present(payload, "test"),
        app=_true_if_present(payload, "app"),
    )


def instant(payload: Mapping[str, Any], name: str) -> int:
    """A whole number of seconds, such as every language can hold."""
    value = payload.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_SAFE_INTEGER:
        raise _invalid(name)
    return value


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or value == "":
        raise _invalid(name)
    return value


def _optional_text(payload: Mapping[str, Any], name: str) -> Optional[str]:
    return _text(payload, name) if name in payload else None


def _map(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in payload:
        return {}
    value = payload[name]
    # The service writes no empty one.
    if not isinstance(value, dict) or not value:
        raise _invalid(name)
    return value


def _one_of(payload: Mapping[str, Any], name: str, values: tuple[str, ...]) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or value not in values:
        raise _invalid(name)
    return value


def _origin(payload: Mapping[str, Any]) -> str:
    value = _text(payload, "origin")
    if not is_origin(value):
        raise _invalid("origin")
    return value


def _methods(payload: Mapping[str, Any]) -> tuple[str, ...]:
    value = payload.get("amr")
    if not isinstance(value, list) or not all(isinstance(method, str) and method != "" for method in value):
        raise _invalid("amr")
    return tuple(value)


def _transaction(payload: Mapping[str, Any]) -> Optional[str]:
    if "txn" not in payload:
        return None
    value = payload["txn"]
    if not isinstance(value, str) or len(value) != 64 or not _HEXADECIMAL.issuperset(value):
        raise _invalid("txn")
    return value


def _true_if_present(payload: Mapping[str, Any], name: str) -> bool:
    """The service says so with ``true``; anything else in that place is nothing that it writes."""
    if name not in payload:
        return False
    if payload[name] is not True:
        raise _invalid(name)
    return True


def _invalid(claim: str) -> ResultRefused:
    return ResultRefused("RESULT_CLAIMS_INVALID", f'The claim "{claim}" is missing or has the wrong type.')
