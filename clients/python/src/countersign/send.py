"""Requests whose answer is small and comes soon, or not at all."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Callable, Optional, Union


@dataclass(frozen=True)
class HttpRequest:
    """A request as this library makes it."""

    method: str
    url: str
    #: Holds the API key, so it is left out when this is shown.
    headers: Mapping[str, str] = field(repr=False)
    body: Optional[bytes] = field(repr=False)
    #: For all of it, the body of the answer too.
    timeout_ms: int
    #: An answer with more is not wanted.
    max_bytes: int


@dataclass(frozen=True)
class HttpResponse:
    """An answer. A redirect is one too: following it would carry credentials elsewhere."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def header(self, name: str) -> Optional[str]:
        return next((value for key, value in self.headers.items() if key.lower() == name), None)


#: Sends a request and gives its answer, whatever its status. Yours, if you have one in place of ``urllib``.
Send = Callable[[HttpRequest], HttpResponse]


class SendFailure(Exception):
    """Why there is no answer. The text holds nothing of the request."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        #: ``network``, ``timeout`` or ``too-large``.
        self.reason = reason


def send(request: HttpRequest) -> HttpResponse:
    """Sends a request with the standard library.

    ``urllib`` limits each wait for the network and not their sum, nor looking up the name. So the request is made in a
    thread, and the caller waits for it just so long.

    :raises SendFailure: there is no answer
    """
    deadline = time.monotonic() + request.timeout_ms / 1000
    outcomes: queue.SimpleQueue[Union[HttpResponse, SendFailure]] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcomes.put(_answer(request, deadline))
        except SendFailure as failure:
            outcomes.put(failure)
        except Exception as error:  # Whatever it is, the caller that waits has to hear of it.
            outcomes.put(SendFailure("network", f"The request failed ({type(error).__name__})."))

    threading.Thread(target=work, name="countersign-request", daemon=True).start()
    try:
        outcome = outcomes.get(timeout=request.timeout_ms / 1000)
    except queue.Empty:
        raise _too_late(request) from None
    if isinstance(outcome, SendFailure):
        raise outcome
    return outcome


def _answer(request: HttpRequest, deadline: float) -> HttpResponse:
    asked = urllib.request.Request(request.url, data=request.body, headers=dict(request.headers), method=request.method)
    try:
        try:
            response: Any = _opener(request.url).open(asked, timeout=max(0.001, deadline - time.monotonic()))
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return HttpResponse(int(response.code), dict(response.headers.items()), _read(response, request, deadline))
    except (socket.timeout, TimeoutError):
        raise _too_late(request) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, (socket.timeout, TimeoutError)):
            raise _too_late(request) from None
        raise _failed(error.reason) from None
    except (OSError, HTTPException) as error:
        raise _failed(error) from None


def _read(response: Any, request: HttpRequest, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        chunk = response.read1(65536) if hasattr(response, "read1") else response.read(65536)
        if not chunk:
            if getattr(response, "length", None):
                raise SendFailure("network", "The answer was cut off.")
            return b"".join(chunks)
        size += len(chunk)
        if size > request.max_bytes:
            raise SendFailure("too-large", f"The answer has more than {request.max_bytes} bytes.")
        if time.monotonic() > deadline:
            raise _too_late(request)
        chunks.append(chunk)


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Knows http and https, and follows no redirect. Only for https it asks the proxy that the environment names: it
    sees nothing of that, and plain http never leaves this machine."""
    opener = urllib.request.OpenerDirector()
    proxies = urllib.request.getproxies() if url.startswith("https:") else {}
    for handler in (
        urllib.request.ProxyHandler({kind: proxy for kind, proxy in proxies.items() if kind in ("https", "no")}),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _too_late(request: HttpRequest) -> SendFailure:
    return SendFailure("timeout", f"No answer within {request.timeout_ms} ms.")


def _failed(error: Any) -> SendFailure:
    """Only the kind of error: texts of foreign errors may quote what was sent."""
    return SendFailure("network", f"The request failed ({type(error).__name__}).")
