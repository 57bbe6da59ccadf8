"""The nonce of a sign-in."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Any

_NONCE_BYTES = 24
# As the service takes them: long enough to be unguessable, nothing that needs escaping.
_SHAPE = re.compile(r"[A-Za-z0-9_.~-]{16,256}")


def new_nonce() -> str:
    """A nonce for one sign-in: 192 random bits as 32 characters of base64url.

    Keep it in the visitor's session, give it to the widget, and take it out of the session when the result comes back,
    before verifying.

    >>> len(new_nonce())
    32
    """
    return secrets.token_urlsafe(_NONCE_BYTES)


def is_usable_nonce(nonce: Any) -> bool:
    """Whether a sign-in could have begun with it."""
    return isinstance(nonce, str) and _SHAPE.fullmatch(nonce) is not None


def equal_in_constant_time(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that tells nothing of where they differ."""
    # Texts out of JSON may hold halves of surrogate pairs, which plain UTF-8 has no bytes for.
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
