"""Answers in turn, in place of a network."""

from __future__ import annotations

import json
from typing import Any, Callable, Union

from countersign import Client, CountersignError, HttpRequest, HttpResponse, SendFailure

API_KEY = "csk_canary.of-the-api-key"

Answer = Union[HttpResponse, SendFailure]


class Script:
    """Gives the answers in turn (the last one again and again) and remembers what it was asked, and how long it was
    waited."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = answers
        self.requests: list[HttpRequest] = []
        self.waited: list[float] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
        if isinstance(answer, SendFailure):
            raise answer
        return answer

    def client(self, **options: Any) -> Client:
        return Client(url="https://auth.example/", api_key=API_KEY, send=self.send, sleep=self.waited.append, **options)

    def asked(self) -> list[str]:
        return [f"{one.method} {one.url.replace('https://auth.example/v1', '')}" for one in self.requests]

    def body(self, index: int = -1) -> Any:
        return json.loads(self.requests[index].body or b"null")


def answered(body: Any, status: int = 200, **headers: str) -> HttpResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, data)


def problem(status: int, code: str, **more: Any) -> HttpResponse:
    return answered({"title": "No.", "status": status, "code": code, "requestId": "req_1", **more}, status)


def code_of(act: Callable[[], Any]) -> str:
    """The code that it is refused with."""
    return refusal_of(act).code


def refusal_of(act: Callable[[], Any]) -> CountersignError:
    try:
        outcome = act()
    except CountersignError as error:
        return error
    raise AssertionError(f"this was not refused: {outcome!r}")
