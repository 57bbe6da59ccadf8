"""A person at the running service, who has a password and an app, and answers what the widget asks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

from countersign import Client

ORIGIN = "https://shop.example"
PASSWORD = "correct horse battery"


@dataclass
class Person:
    id: str
    login: str
    token: str
    secret: str

    def code(self, steps: int = 0) -> str:
        """Of this moment, or of the next (RFC 6238). Each works once."""
        counter = int(time.time()) // 30 + steps
        digest = hmac.new(base64.b32decode(self.secret), struct.pack(">Q", counter), hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def make_person(client: Client, resource: str, login: str) -> Person:
    user = client.users.create({"login": login, "password": PASSWORD, "apiSupport": True})
    made = client.tokens.create({"name": "Phone", "kind": "totp", "owner": user["id"]})
    client.assignments.create({"resource": resource, "user": user["id"], "token": made["token"]["id"]})
    return Person(user["id"], login, made["token"]["id"], made["secret"])


def sign_in(url: str, begin: Any, person: Person) -> str:
    """What the frame would send for somebody who answers every step. The result that the page would get."""
    view = _post(url, "/widget/v1/flows", {"origin": ORIGIN, **begin}, {})
    handle = view["handle"]
    while view["step"] != "done":
        step = view["step"]
        answers = {
            "identify": {"login": person.login},
            "password": {"password": PASSWORD},
            "otp": {"otp": person.code()},
        }
        assert step in answers and not view.get("error"), f"the sign-in stands at {view}"
        body = {"seq": view["seq"], **answers[step]}
        view = _post(url, f"/widget/v1/flow/{step}", body, {"Countersign-Flow": handle})
    return str(view["result"])


def _post(url: str, path: str, body: Any, headers: Any) -> Any:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
