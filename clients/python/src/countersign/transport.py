"""Requests to the API."""

from __future__ import annotations

import json
import random
import re
import time
import uuid
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Optional
from urllib.parse import urlencode

from .errors import CountersignError, OptionInvalid, ServiceRefused, ServiceUnreachable
from .send import HttpRequest, HttpResponse, Send, SendFailure

_MAX_ANSWER_BYTES = 4 * 1024 * 1024
_FIRST_DELAY_MS = 200
_MAX_DELAY_MS = 5000
# Answers after which the same request may well succeed. A 500 is not among them: it is a bug, and stays one.
_TRANSIENT_STATUS = (429, 502, 503, 504)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_FAILURES = {"network": "NETWORK_FAILED", "timeout": "TIMEOUT", "too-large": "RESPONSE_INVALID"}


class Transport:
    """Sends requests to the API with its key, which no error and no text about this object shows."""

    def __init__(
        self,
        *,
        url: str,
        api_key: str,
        send: Send,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        timeout_ms: int,
        retries: int,
        max_retry_wait_ms: int,
    ) -> None:
        self._url = url
        self._api_key = api_key
        self._send = send
        self._now = now
        self._sleep = sleep
        self._timeout_ms = timeout_ms
        self._retries = retries
        self._max_retry_wait_ms = max_retry_wait_ms

    def __repr__(self) -> str:
        return f"<Transport to {self._url}>"

    def read(
        self, method: str, path: str, *, query: Optional[Mapping[str, Any]] = None, body: Any = None
    ) -> dict[str, Any]:
        """It comes to the same however often it is asked, so it may be repeated."""
        return self._request(method, path, query, body, None, self._retries)

    def create(self, path: str, body: Any) -> dict[str, Any]:
        """Told apart by its Idempotency-Key, so it may be repeated."""
        return self._request("POST", path, None, body, str(uuid.uuid4()), self._retries)

    def once(
        self, method: str, path: str, *, query: Optional[Mapping[str, Any]] = None, body: Any = None
    ) -> dict[str, Any]:
        """It may have happened although no answer came, and would count twice: it is never repeated."""
        return self._request(method, path, query, body, None, 0)

    def _request(
        self,
        method: str,
        path: str,
        query: Optional[Mapping[str, Any]],
        body: Any,
        idempotency_key: Optional[str],
        retries: int,
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._api_key}"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = HttpRequest(
            method=method,
            url=f"{self._url}/v1{path}{_query(query or {})}",
            headers=headers,
            body=None if body is None else _body(body),
            timeout_ms=self._timeout_ms,
            max_bytes=_MAX_ANSWER_BYTES,
        )
        tried = 0
        while True:
            tried += 1
            try:
                return self._attempt(request)
            except CountersignError as error:
                delay_ms = None if tried > retries else self._retry_delay_ms(error, tried)
                if delay_ms is None:
                    raise
                self._sleep(delay_ms / 1000)

    def _attempt(self, request: HttpRequest) -> dict[str, Any]:
        try:
            answer = self._send(request)
        except SendFailure as failure:
            raise ServiceUnreachable(_FAILURES.get(failure.reason, "NETWORK_FAILED"), str(failure)) from None
        if answer.status == 204:
            return {}
        body = _parse_object(answer.body) if len(answer.body) <= _MAX_ANSWER_BYTES else None
        if not 200 <= answer.status <= 299:
            raise self._problem(answer, body or {})
        if body is None:
            raise ServiceUnreachable("RESPONSE_INVALID", "The answer is not JSON.", status=answer.status)
        return body

    def _problem(self, answer: HttpResponse, problem: Mapping[str, Any]) -> CountersignError:
        """The error for an answer that is not a success: its code and texts if it is a problem of the service (RFC
        9457), else ``RESPONSE_INVALID`` with the status, as when a proxy in between answers for it."""
        retry_after_ms = problem.get("retryAfterMs")
        if not isinstance(retry_after_ms, int) or isinstance(retry_after_ms, bool) or retry_after_ms < 0:
            retry_after_ms = self._retry_after_ms(answer.header("retry-after"))
        code = problem.get("code")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            return ServiceUnreachable(
                "RESPONSE_INVALID",
                f"The service answered {answer.status} and no reason.",
                status=answer.status,
                retry_after_ms=retry_after_ms,
            )
        texts = [text for text in (problem.get("title"), problem.get("detail")) if isinstance(text, str) and text]
        request_id, errors = problem.get("requestId"), problem.get("errors")
        return ServiceRefused(
            code,
            self._redact(" ".join(texts)),
            status=answer.status,
            request_id=self._redact(request_id) if isinstance(request_id, str) else None,
            retry_after_ms=retry_after_ms,
            errors=None if errors is None else json.loads(self._redact(json.dumps(errors))),
        )

    def _retry_after_ms(self, value: Optional[str]) -> Optional[int]:
        """Milliseconds from a ``Retry-After`` of seconds or of a date (RFC 9110 10.2.3)."""
        if value is None:
            return None
        if re.fullmatch(r"[0-9]{1,9}", value):
            return int(value) * 1000
        try:
            at = parsedate_to_datetime(value).timestamp() * 1000
        except (ValueError, TypeError, OverflowError):
            return None
        return max(0, int(at - self._now()))

    def _retry_delay_ms(self, error: CountersignError, tried: int) -> Optional[float]:
        """How long to wait before the next attempt after this error, or nothing if there should be none. Half of the
        delay is random, so that clients who failed together do not come back together."""
        if error.status is None:
            transient = error.code in ("NETWORK_FAILED", "TIMEOUT")
        else:
            # The first attempt, whose answer was lost, is still at work.
            transient = error.status in _TRANSIENT_STATUS or error.code == "IDEMPOTENCY_KEY_IN_USE"
        if not transient:
            return None
        delay_ms: float = min(_MAX_DELAY_MS, _FIRST_DELAY_MS * 2 ** (tried - 1)) * (0.5 + random.random() / 2)
        if error.retry_after_ms is None:
            return min(delay_ms, self._max_retry_wait_ms)
        return None if error.retry_after_ms > self._max_retry_wait_ms else error.retry_after_ms + delay_ms / 2

    def _redact(self, text: str) -> str:
        return text.replace(self._api_key, "[API key]")


def system_sleep(seconds: float) -> None:
    time.sleep(seconds)


def _query(query: Mapping[str, Any]) -> str:
    given = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
        if value is not None
    }
    return f"?{urlencode(given)}" if given else ""


def _body(body: Any) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise OptionInvalid(f"What is to be sent is no JSON ({type(error).__name__}).") from None


def _parse_object(data: bytes) -> Optional[dict[str, Any]]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
