"""What a route is asked, and its response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional
from urllib.parse import parse_qs

from ..codes import RESULT_ERROR_CODES
from ..errors import CountersignError
from ..strict_json import parse_strict_json
from .rules import is_form

MAX_BODY_BYTES = 16 * 1024

#: What routes and guards say by themselves.
_STATUS = {
    "METHOD_NOT_ALLOWED": 405,
    "POST_CROSS_SITE": 403,
    "MEDIA_TYPE_UNSUPPORTED": 415,
    "BODY_TOO_LARGE": 413,
    "JSON_INVALID": 400,
    "DUPLICATE_NAME": 400,
    "INPUT_INVALID": 422,
    "ACCESS_DENIED": 403,
    "SIGN_IN_REQUIRED": 401,
    "STEP_UP_REQUIRED": 403,
    "RESULT_OF_ANOTHER_USER": 403,
    "SECOND_FACTOR_ENDED": 403,
}
#: Refusals that are about the user or the result. Any other is a fault of the setup or of the service.
_ABOUT_THE_SIGN_IN = frozenset(RESULT_ERROR_CODES) - {"JWKS_UNAVAILABLE"} | {
    "RESULT_INVALID",
    "RESULT_USED",
    "RESULT_REVOKED",
    "RESULT_ORIGIN",
    "RESULT_TEST",
    "LEVEL_UNREACHABLE",
    "LOGIN_REQUEST_INVALID",
    "USER_NOT_FOUND",
    "USER_BLOCKED",
    "ACCESS_DENIED",
}


@dataclass(frozen=True)
class RouteRequest:
    """A request, as far as the routes read it."""

    method: str
    origin: Optional[str]
    fetch_site: Optional[str]
    content_type: Optional[str]
    #: At most :data:`MAX_BODY_BYTES`, and one more if there are more.
    body: bytes


@dataclass(frozen=True)
class RouteResponse:
    """JSON, or nothing beside a ``Location``. Never to be stored."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=lambda: {"Cache-Control": "no-store"})


class Refused(Exception):
    """A route or guard says no, with a stable code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    def response(self) -> RouteResponse:
        headers = {"Cache-Control": "no-store"}
        if self.code == "METHOD_NOT_ALLOWED":
            headers["Allow"] = "POST"
        return RouteResponse(_STATUS[self.code], {"code": self.code, **self.more}, headers)


def response_to(error: CountersignError) -> RouteResponse:
    """403 if the sign-in is refused, 503 if it could not be decided."""
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_ms is not None:
        headers["Retry-After"] = str(-(-error.retry_after_ms // 1000))
    status = 403 if error.code in _ABOUT_THE_SIGN_IN else 429 if error.status == 429 else 503
    return RouteResponse(status, {"code": error.code}, headers)


def redirect(request: RouteRequest, path: str) -> RouteResponse:
    """A form is sent there, and a script is told."""
    if is_form(request.content_type):
        return RouteResponse(303, {}, {"Cache-Control": "no-store", "Location": path})
    return RouteResponse(200, {"redirect": path})


def read_fields(request: RouteRequest) -> dict[str, Any]:
    """The body: JSON, or a form. An address is never read, because it ends in logs."""
    if not request.body:
        return {}
    try:
        if is_form(request.content_type):
            form = parse_qs(request.body.decode("latin-1"), keep_blank_values=True)
            # Which of two values counts is no rule that all readers share.
            if any(len(values) > 1 for values in form.values()):
                raise Refused("DUPLICATE_NAME")
            return {name: values[0] for name, values in form.items()}
        fields = parse_strict_json(request.body)
    except ValueError:
        raise Refused("JSON_INVALID") from None
    if not isinstance(fields, dict):
        raise Refused("JSON_INVALID")
    return fields
