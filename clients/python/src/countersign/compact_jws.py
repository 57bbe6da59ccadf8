"""The spelling of a result."""

from __future__ import annotations

import base64
import re
from typing import Any, NamedTuple

from .errors import ResultRefused
from .strict_json import parse_strict_json

# Far above any real result (about 800 characters), far below what costs anything to look at.
MAX_RESULT_LENGTH = 8192

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class CompactJws(NamedTuple):
    """A compact JWS, taken apart."""

    header: dict[str, Any]
    #: Not to be looked into before the signature is known to be right.
    payload: bytes
    signing_input: bytes
    signature: bytes


def parse_compact_jws(jwt: Any) -> CompactJws:
    """Takes a compact JWS apart (RFC 7515 7.1) and insists on one spelling: canonical base64url without padding, no
    spaces, no member named twice in the header. Says nothing about the signature."""
    if not isinstance(jwt, str):
        raise _malformed("it is not a string")
    if len(jwt) > MAX_RESULT_LENGTH:
        raise _malformed("it is too long")
    segments = jwt.split(".")
    if len(segments) != 3:
        raise _malformed("it does not have three parts")
    header, payload, signature = segments
    return CompactJws(
        header=parse_object(_decode(header), "header"),
        payload=_decode(payload),
        signing_input=f"{header}.{payload}".encode("ascii"),
        signature=_decode(signature),
    )


def parse_object(data: bytes, part: str) -> dict[str, Any]:
    """The JSON object in these bytes."""
    try:
        value = parse_strict_json(data)
    except ValueError:
        raise _malformed(f"its {part} is not unambiguous JSON") from None
    if not isinstance(value, dict):
        raise _malformed(f"its {part} is not a JSON object")
    return value


def _decode(text: str) -> bytes:
    """RFC 4648 section 5, refusing padding and set bits past the end (3.5), which would give one result many texts."""
    if _BASE64URL.fullmatch(text) and len(text) % 4 != 1:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if base64.urlsafe_b64encode(data).rstrip(b"=") == text.encode("ascii"):
            return data
    raise _malformed("it is not canonical base64url")


def _malformed(why: str) -> ResultRefused:
    return ResultRefused("RESULT_MALFORMED", f"This is not a result: {why}.")
