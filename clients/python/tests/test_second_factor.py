"""The routes of a site that checks the passwords itself: the vectors that every language runs."""

from __future__ import annotations

import hashlib
import json
import unittest
from typing import Any, Optional

from countersign import HttpRequest, HttpResponse, ResultClaims
from countersign.site import RouteRequest, SignIn

from .scripted import API_KEY, answered
from .test_sites import MemorySession
from .vectors import load

ORIGIN = "https://shop.example"
CORPUS = load("results.json")
DEFAULTS = CORPUS["defaults"]
NOW = DEFAULTS["now"] * 1000
SUB = "usr_2v6m0c4x9ta"
PASSWORDS = {"active": "v1", "changed": "v2", "passwordless": None}
CLAIMS = {
    **{"iss": DEFAULTS["issuer"], "aud": DEFAULTS["resource"], "nonce": DEFAULTS["nonce"]},
    **{"sub": SUB, "preferred_username": "mira", "origin": ORIGIN, "amr": ["otp"], "acr": "1", "otp": "verified"},
    **{"auth_time": DEFAULTS["now"], "iat": DEFAULTS["now"], "exp": DEFAULTS["now"] + 60, "jti": "flw_1"},
}


class Site:
    """A site with one account, and the service behind it."""

    def __init__(self, case: Any) -> None:
        self.account = case.get("account", "active")
        self._meanwhile = case.get("meanwhile", self.account)
        self.asked: list[Any] = []

    def of_result(self, _claims: ResultClaims) -> Optional[str]:
        return self.by_id("7")

    def by_id(self, user_id: str) -> Optional[str]:
        return user_id if self.account in PASSWORDS else None

    def id_of(self, user: Any) -> str:
        return str(user)

    def password_of(self, _user: Any) -> Optional[str]:
        return PASSWORDS[self.account]

    def send(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/jwks.json"):
            return answered(CORPUS["jwks"])
        if request.url.endswith("/login-requests"):
            self.asked.append(json.loads(request.body or b"null"))
            return answered({"loginRequest": "lrq.2", "expiresAt": NOW + 120_000}, 201)
        self.account = self._meanwhile
        assert json.loads(request.body or b"null")["origin"] == ORIGIN
        return answered(CLAIMS)


def _state(case: Any) -> dict[str, Any]:
    session, password = case["session"], PASSWORDS[case.get("before", "active")]
    stamp = hashlib.sha256((password or "").encode()).hexdigest()
    state: dict[str, Any] = {}
    if "pending" in session:
        pending = session["pending"]
        at = NOW - pending["ageMs"]
        state["pending"] = {"account": "7", "id": pending.get("id", SUB), "stamp": stamp, "at": at}
    if "user" in session:
        level = {"acr": "2", "authTime": DEFAULTS["now"] - 3600}
        identity = {"account": "7", "id": session["user"].get("id", SUB), "login": "mira"}
        state["user"] = {**identity, **level, "jti": "flw_before", "stamp": stamp}
    if "begun" in session:
        demand = session["begun"].get("demand", {})
        state["begun"] = {"nonce": DEFAULTS["nonce"], "at": NOW - 1000, "demand": demand, "loginRequest": "lrq.1"}
    return state


# SR-5, SR-13: a thief has the password or the code alone, or a session that was left open, while its user has the account
# blocked or its password changed.
class SecondFactor(unittest.TestCase):
    def test_vectors(self) -> None:
        for case in load("sites/second-factor.json")["cases"]:
            with self.subTest(case["name"]):
                self.check(case)

    def check(self, case: Any) -> None:
        site = Site(case)
        session = MemorySession(_state(case))
        sign_in = SignIn(
            service=DEFAULTS["issuer"],
            resource=DEFAULTS["resource"],
            origin=ORIGIN,
            users=site,
            api_key=API_KEY,
            site_checks_password=case.get("siteChecksPassword", True),
            send=site.send,
            now=lambda: NOW,
        )
        body = case.get("demand", {})
        if "result" in case:
            body = {"result": next(one["jwt"] for one in CORPUS["cases"] if one["name"] == case["result"])}
        request = RouteRequest("POST", ORIGIN, None, "application/json", json.dumps(body).encode())
        response = sign_in.respond(case["route"], request, session)
        self.assertEqual("accept" if response.status == 200 else response.body["code"], case["expect"])
        kept = [name for name in ("pending", "user") if name in session.state]
        self.assertEqual(kept, [] if case["keeps"] is None else [case["keeps"]])
        if "acr" in case:
            self.assertEqual((session.state["user"]["acr"], session.state["user"]["account"]), (case["acr"], "7"))
        asks = dict(case["asks"]) if "asks" in case else None
        if asks is not None and "previous" in asks:
            asks["previous"] = "flw_before"
        asked = [{name: one[name] for name in asks} for one in site.asked] if asks is not None else site.asked
        self.assertEqual(asked, [] if asks is None else [asks])
