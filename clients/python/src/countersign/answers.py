"""What the API answers about sign-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .group import unexpected


@dataclass(frozen=True)
class Authentication:
    """A user who is let in. A refusal is an error."""

    method: str
    #: ``verified``, ``skipped`` (the person's tokens are deactivated) or ``not_used``.
    otp: str
    #: Of every method but ``token``.
    user_id: Optional[str]
    login: Optional[str]
    #: Whose code it was.
    token: Optional[str]
    #: Of that token.
    kind: Optional[str]
    #: Only on a resource that warns: the password was stolen elsewhere and published.
    password_breached: bool = False


@dataclass(frozen=True)
class LoginRequest:
    """For the widget of this one visitor. Usable once."""

    login_request: str
    expires_at: int
    #: Hash of what is to be confirmed, of a transaction.
    transaction: Optional[str] = None
    #: Where to send the person, of a redirect. Anyone who has it can sign in with it, once.
    sign_in_url: Optional[str] = None


@dataclass(frozen=True)
class Challenge:
    """A code that is on its way to a person, or a question for their device."""

    token: str
    #: ``ocra``, ``sms`` or ``email``.
    kind: str
    #: What the token is called.
    name: str
    #: Where the code went, masked.
    to: Optional[str]
    #: To be typed into the device.
    question: Optional[str]
    expires_at: int


@dataclass(frozen=True)
class EnvironmentMatch:
    """How far a browser matches those of a person. A soft signal, no factor."""

    #: ``None`` where none is remembered.
    percent: Optional[float]
    fits: bool


def read_login_request(answer: Mapping[str, Any]) -> LoginRequest:
    if not isinstance(answer.get("loginRequest"), str) or not is_whole(answer.get("expiresAt")):
        raise unexpected("a login request")
    return LoginRequest(
        login_request=answer["loginRequest"],
        expires_at=answer["expiresAt"],
        transaction=text_or_none(answer.get("transaction")),
        sign_in_url=text_or_none(answer.get("signInUrl")),
    )


def text_or_none(value: Any) -> Optional[str]:
    return value if isinstance(value, str) else None


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
