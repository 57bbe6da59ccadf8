"""What the sign-in routes decide. The same in every language: ``shared/vectors/sites``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional, Union
from urllib.parse import unquote_to_bytes

from ..claims import ResultClaims
from ..errors import OptionInvalid
from ..options import whole_number
from ..verifier import UNSET, Unset

_SEGMENT = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_PATH = re.compile(rf"/(?:{_SEGMENT}+/)*{_SEGMENT}*")
_QUERY = re.compile(rf"(?:{_SEGMENT}|[/?])*")
#: Of the path: what may be decoded once more, or end a segment, or be a dot or backslash to one reader only.
_DISGUISED = re.compile(r"%(?:25|2[eEfF]|5[cC])")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MAX_NEXT = 2048
#: By how much the two clocks may differ.
_AHEAD_MS = 30_000
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


def is_safe_next(given: Any) -> bool:
    """Whether it is a path of this site, to every browser and server that may read it."""
    if not isinstance(given, str) or not 1 <= len(given) <= _MAX_NEXT:
        return False
    path, _, query = given.partition("?")
    if not _PATH.fullmatch(path) or not _QUERY.fullmatch(query) or _DISGUISED.search(path):
        return False
    if any(segment.split(";")[0] in (".", "..") for segment in path.split("/")):
        return False
    try:
        return not _UNPRINTABLE.search(unquote_to_bytes(given).decode("utf-8"))
    except UnicodeDecodeError:
        return False


def refuse_post(
    *, own: str, method: str, origin: Optional[str], fetch_site: Optional[str], content_type: Optional[str]
) -> Optional[str]:
    """Why a request is not a post of this site's own pages, which browsers tell and no page can forge: a code, or
    nothing. ``content_type`` is ``None`` where an empty body needs none."""
    if method != "POST":
        return "METHOD_NOT_ALLOWED"
    if origin != own or fetch_site not in (None, "same-origin"):
        return "POST_CROSS_SITE"
    if content_type is not None and media_type(content_type) not in (_JSON, _FORM):
        return "MEDIA_TYPE_UNSUPPORTED"
    return None


def media_type(content_type: str) -> str:
    return content_type.split(";")[0].strip().lower()


def is_form(content_type: Optional[str]) -> bool:
    return content_type is not None and media_type(content_type) == _FORM


def level_of(claims: ResultClaims, password_checked_at: Optional[int]) -> dict[str, Any]:
    """What a session keeps of a result: how many factors, and when the oldest was shown. A password that the site
    checked (``password_checked_at``, in seconds) is one of them."""
    if password_checked_at is None:
        return {"acr": claims.acr, "authTime": claims.auth_time}
    acr = "2" if claims.otp == "verified" else claims.acr
    return {"acr": acr, "authTime": min(claims.auth_time, password_checked_at)}


class Demand:
    """Which sign-ins are enough for an action: how many factors, and how recent.

    :raises CountersignError: ``OPTION_INVALID``: nothing is demanded, or a value was lost
    """

    def __init__(self, acr: Union[str, Unset] = UNSET, max_age_ms: Union[int, Unset] = UNSET) -> None:
        if acr is UNSET and max_age_ms is UNSET:
            raise OptionInvalid('"acr" or "max_age_ms" must be demanded.')
        if acr is not UNSET and acr not in ("1", "2"):
            raise OptionInvalid('"acr" must be "1" or "2".')
        self.acr = None if isinstance(acr, Unset) else acr
        self.max_age_ms = (
            None
            if isinstance(max_age_ms, Unset)
            else whole_number("max_age_ms", max_age_ms, minimum=60_000, maximum=86_400_000)
        )

    def members(self) -> dict[str, Any]:
        """As routes write it."""
        given = {"acr": self.acr, "maxAgeMs": self.max_age_ms}
        return {name: value for name, value in given.items() if value is not None}

    def missing(self, signed_in: Optional[Mapping[str, Any]], now_ms: float) -> Optional[str]:
        """What the sign-in of a session lacks: a code, or nothing."""
        if signed_in is None:
            return "SIGN_IN_REQUIRED"
        acr, auth_time = signed_in.get("acr"), signed_in.get("authTime")
        if acr not in ("1", "2") or not isinstance(auth_time, int) or isinstance(auth_time, bool) or auth_time < 0:
            return "STEP_UP_REQUIRED"
        age_ms = now_ms - auth_time * 1000
        is_enough = (
            age_ms >= -_AHEAD_MS
            and not (self.acr == "2" and acr == "1")
            and (self.max_age_ms is None or age_ms <= self.max_age_ms)
        )
        return None if is_enough else "STEP_UP_REQUIRED"
