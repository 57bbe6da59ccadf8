"""Messages of the service to an address of yours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from calendar import timegm
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, Optional, Union

from .errors import OptionInvalid, WebhookRefused
from .options import whole_number
from .strict_json import parse_strict_json

#: A mapping of names to values (a list of them where a header came more than once), or pairs as they came.
WebhookHeaders = Union[Mapping[str, Union[str, Sequence[str]]], Iterable[tuple[str, str]]]

# Far above any message of the service.
_MAX_BODY = 64 * 1024
# During a rotation there are two.
_MAX_SIGNATURES = 10
_MAX_HEADER = 1024
_PREFIX = "whsec_"
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,3}))?Z")


@dataclass(frozen=True)
class WebhookEvent:
    """What happened, as the service tells it."""

    #: The same however often this is sent: keep it, and pass over what you have had.
    id: str
    #: Such as ``user.created`` or ``authentication``. New kinds may be added: pass over what you do not know.
    type: str
    #: When it happened, in ms since 1970; not when it was sent.
    at: int
    #: Who did what to whom, by ids.
    data: dict[str, Any]


def verify_webhook(
    payload: Union[str, bytes],
    headers: WebhookHeaders,
    secret: Union[str, Sequence[str], None],
    *,
    tolerance_ms: int = 300_000,
    now: Optional[Callable[[], float]] = None,
) -> WebhookEvent:
    """The event in a request that the service sent to your webhook, if it is one: signed with your secret (Standard
    Webhooks 1.0), and not long ago. Give it the body as it came, before anything has parsed it.

    It does not know whether you have had the event before: the service sends it again until your 2xx reaches it. So
    remember ``id`` for a week, or make what you do harmless when done twice.

    :param payload: the raw body
    :param headers: of the request; names in any case
    :param secret: ``whsec_...``, or several while you change it
    :param tolerance_ms: by how much the time of sending may differ from yours, at most an hour
    :param now: milliseconds since the epoch; default: this machine's clock
    :raises CountersignError: one of the ``WEBHOOK_...`` codes. Answer 400 then. ``OPTION_INVALID`` for a secret that is
        none
    """
    whole_number("tolerance_ms", tolerance_ms, minimum=0, maximum=3_600_000)
    keys = _read_secrets(secret)
    body = _read_body(payload)
    given = list(headers.items() if isinstance(headers, Mapping) or hasattr(headers, "items") else headers)
    message_id = _read_header(given, "webhook-id")
    timestamp = _read_header(given, "webhook-timestamp")
    signatures = _read_header(given, "webhook-signature")

    # Whole seconds in plain decimal; 1e9 and 0x10 are other people's numbers.
    if not _TIMESTAMP.fullmatch(timestamp):
        raise _refused("WEBHOOK_HEADERS_INVALID", "webhook-timestamp is no time")
    if "." in message_id:
        raise _refused("WEBHOOK_HEADERS_INVALID", "webhook-id has a dot")
    now_ms = time.time() * 1000 if now is None else now()
    if not abs(now_ms - int(timestamp) * 1000) <= tolerance_ms:
        raise _refused("WEBHOOK_TIMESTAMP_REFUSED", "it was sent too long ago, or the clocks differ")
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    if not _is_signed_by(keys, signatures, signed):
        raise _refused("WEBHOOK_SIGNATURE_WRONG", "no signature in it is of your secret")
    return _read_event(message_id, body)


def _is_signed_by(keys: Sequence[bytes], header: str, signed: bytes) -> bool:
    given = header.split(" ")
    if len(given) > _MAX_SIGNATURES:
        return False
    signatures = [_decode_base64(one[3:]) for one in given if one.startswith("v1,")]
    good = False
    for key in keys:
        right = hmac.new(key, signed, hashlib.sha256).digest()
        for signature in signatures:
            if signature is not None and hmac.compare_digest(signature, right):
                good = True
    return good


def _read_secrets(secret: Union[str, Sequence[str], None]) -> list[bytes]:
    texts = [secret] if isinstance(secret, str) else list(secret or ())
    keys: list[bytes] = []
    for text in texts:
        is_one = isinstance(text, str) and text.startswith(_PREFIX)
        key = _decode_base64(text[len(_PREFIX) :]) if is_one else None
        # An empty key is one that everybody has.
        if key is None or len(key) < 24:
            keys = []
            break
        keys.append(key)
    if not keys:
        raise OptionInvalid('"secret" must be the text that begins with whsec_, or a list of such.')
    return keys


def _read_body(payload: Any) -> bytes:
    if isinstance(payload, str):
        body = payload.encode("utf-8", "surrogatepass")
    elif isinstance(payload, (bytes, bytearray, memoryview)):
        body = bytes(payload)
    else:
        raise OptionInvalid('"payload" must be the raw body, before anything has parsed it.')
    if len(body) > _MAX_BODY:
        raise _refused("WEBHOOK_BODY_INVALID", "it is too long")
    return body


def _read_header(given: Sequence[tuple[Any, Any]], name: str) -> str:
    """Exactly one value; a header given twice says different things to different readers."""
    found = [value for key, value in given if isinstance(key, str) and key.lower() == name]
    values = [one for value in found for one in (value if isinstance(value, (list, tuple)) else [value])]
    if len(values) == 1 and isinstance(values[0], str) and 1 <= len(values[0]) <= _MAX_HEADER:
        return values[0]
    raise _refused("WEBHOOK_HEADERS_INVALID", f"{name} is missing, or there is more than one")


def _read_event(message_id: str, body: bytes) -> WebhookEvent:
    try:
        value = parse_strict_json(body)
    except ValueError:
        raise _refused("WEBHOOK_BODY_INVALID", "it is not unambiguous JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("type"), str) or not isinstance(value.get("data"), dict):
        raise _refused("WEBHOOK_BODY_INVALID", "it is no event")
    return WebhookEvent(message_id, value["type"], _read_instant(value.get("timestamp")), value["data"])


def _read_instant(text: Any) -> int:
    match = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    try:
        if match is not None:
            seconds = timegm(datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").timetuple())
            return seconds * 1000 + int((match[2] or "").ljust(3, "0"))
    except ValueError:
        pass
    raise _refused("WEBHOOK_BODY_INVALID", "its timestamp is no time")


def _decode_base64(text: str) -> Optional[bytes]:
    """RFC 4648 section 4, with its padding and nothing else."""
    if len(text) > 200 or not _BASE64.fullmatch(text):
        return None
    data = base64.b64decode(text)
    # Bits beyond the end would give one signature many texts.
    return data if base64.b64encode(data) == text.encode("ascii") else None


def _refused(code: str, why: str) -> WebhookRefused:
    return WebhookRefused(code, f"This is no message of the service to this webhook: {why}.")
