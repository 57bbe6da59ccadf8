"""What this library raises on purpose."""

from __future__ import annotations

from typing import Any, Optional


class CountersignError(Exception):
    """Everything this library raises on purpose.

    Branch on ``code``; the message is for people and may change. It never holds an API key, a password, a one-time
    password or a result, so it can be logged.

    >>> try:
    ...     Verifier(issuer="http://auth.example", resource="res_01k8dq9z2mp")
    ... except CountersignError as error:
    ...     error.code
    'OPTION_INVALID'
    """

    #: Stays the same from version to version; all that this version knows are in ``countersign.codes``.
    code: str
    #: HTTP status, when the service answered.
    status: Optional[int]
    #: The service's name for the request, to quote to its operator.
    request_id: Optional[str]
    #: How long to wait before another try can succeed.
    retry_after_ms: Optional[int]
    #: What was wrong with which field, as the service put it.
    errors: Any

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: Optional[int] = None,
        request_id: Optional[str] = None,
        retry_after_ms: Optional[int] = None,
        errors: Any = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after_ms = retry_after_ms
        self.errors = errors

    def __str__(self) -> str:
        return f"{self.code}: {super().__str__()}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Workers hand their errors over to other processes."""
        return _restore, (type(self), self.args, dict(self.__dict__))


def _restore(kind: type[CountersignError], args: tuple[Any, ...], members: dict[str, Any]) -> CountersignError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(members)
    return error


class ResultRefused(CountersignError):
    """This is no result of this sign-in, or the keys to tell cannot be had: one of the ``RESULT_ERROR_CODES``."""


class WebhookRefused(CountersignError):
    """This is no message of the service to this webhook: one of the ``WEBHOOK_ERROR_CODES``. Answer 400."""


class ServiceRefused(CountersignError):
    """The service said no, or would have: one of the ``SERVER_ERROR_CODES``."""


class ServiceUnreachable(CountersignError):
    """There was no answer, or none of the service's: ``NETWORK_FAILED``, ``TIMEOUT``, ``RESPONSE_INVALID``."""


class OptionInvalid(CountersignError, ValueError):
    """An option given to this library cannot work: ``OPTION_INVALID``. The message names it."""

    def __init__(self, message: str) -> None:
        super().__init__("OPTION_INVALID", message)
