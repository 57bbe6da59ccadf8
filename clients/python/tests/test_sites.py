"""What the routes of a site decide: the vectors that every language runs."""

from __future__ import annotations

import hashlib
import json
import unittest
from types import SimpleNamespace
from typing import Any, Optional

from countersign import CountersignError
from countersign.site import RouteRequest, RouteResponse, SignIn
from countersign.site.rules import Demand, is_safe_next, level_of, refuse_post
from countersign.verifier import UNSET

from .scripted import Script, answered
from .vectors import load


class Sites(unittest.TestCase):
    # SR-10: a sign-in that leads to another site hands the user to a copy of yours.
    def test_redirects(self) -> None:
        for case in load("sites/redirects.json")["cases"]:
            given = case["next"]
            if isinstance(given, dict) and "repeat" in given:
                given = given["prefix"] + given["repeat"] * given["times"] + given["suffix"]
            with self.subTest(case["name"]):
                self.assertIs(is_safe_next(given), case["accept"])

    # Login CSRF: another site signs a visitor in as the attacker.
    def test_posts(self) -> None:
        file = load("sites/posts.json")
        for case in file["cases"]:
            headers = {one["name"].lower(): one["value"] for one in case["headers"]}
            outcome = refuse_post(
                own=case.get("origin", file["defaults"]["origin"]),
                method=case.get("method", file["defaults"]["method"]),
                origin=headers.get("origin"),
                fetch_site=headers.get("sec-fetch-site"),
                content_type=headers.get("content-type", ""),
            )
            with self.subTest(case["name"]):
                self.assertEqual(outcome or "accept", case["expect"])

    def test_step_up(self) -> None:
        file = load("sites/step-up.json")
        for case in file["levels"]:
            with self.subTest(case["name"]):
                claims: Any = SimpleNamespace(**case["claims"])
                self.assertEqual(level_of(claims, case.get("passwordCheckedAt")), case["expect"])
        for case in file["cases"]:
            with self.subTest(case["name"]):
                self.assertEqual(_decide(case), case["expect"])


def _decide(case: Any) -> str:
    asked = case["demand"]
    try:
        demand = Demand(acr=asked.get("acr", UNSET), max_age_ms=asked.get("maxAgeMs", UNSET))
    except CountersignError as error:
        return error.code
    outcome: Optional[str] = demand.missing(case["session"], case["now"])
    return outcome or "accept"


class Options(unittest.TestCase):
    def test_paths_are_paths_of_the_site(self) -> None:
        given: Any = {"service": "https://auth.example", "resource": "res_01k8dq9z2mp", "origin": "https://shop.example"}
        self.assertEqual(SignIn(**given).base_path, "/countersign")
        for path in ("/countersign/", "/", "//evil.example", "countersign", "/countersign?x"):
            with self.subTest(path), self.assertRaises(CountersignError) as refused:
                SignIn(**given, base_path=path)
            self.assertEqual(refused.exception.code, "OPTION_INVALID")


class MemorySession:
    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state

    def read(self) -> dict[str, Any]:
        return dict(self.state)

    def write(self, state: dict[str, Any]) -> None:
        self.state = state

    def renew(self, _user: Any) -> None:
        self.state = {}


# SR-5: at a browser that was left signed in, a thief who knows the password steps up with one factor, which makes a sign-in
# of two factors recent.
class StepUp(unittest.TestCase):
    corpus = load("results.json")

    def test_proves_no_less_than_every_sign_in_must(self) -> None:
        for named in ("password alone", "otp demanded, otp alone", "valid ES256"):
            with self.subTest(named):
                session = self.signed_in()
                self.post("nonce", session, {"acr": "1", "maxAgeMs": 300_000})
                session.state["begun"]["nonce"] = self.corpus["defaults"]["nonce"]
                answer = self.post("sign-in", session, {"result": self.result(named)})
                if named == "valid ES256":
                    self.assertEqual((answer.status, session.state["user"]["acr"]), (200, "2"))
                else:
                    self.assertEqual((answer.status, answer.body["code"]), (403, "RESULT_ACR_REQUIRED"))

    def test_nor_with_what_the_session_holds_already(self) -> None:
        session = self.signed_in()
        nonce, now = self.corpus["defaults"]["nonce"], self.corpus["defaults"]["now"] * 1000
        session.state["begun"] = {"nonce": nonce, "at": now, "demand": {"acr": "1"}}
        answer = self.post("sign-in", session, {"result": self.result("password alone")})
        self.assertEqual(answer.body["code"], "RESULT_ACR_REQUIRED")

    def signed_in(self) -> MemorySession:
        return MemorySession(
            {
                "user": {
                    "account": "usr_2v6m0c4x9ta",
                    "id": "usr_2v6m0c4x9ta",
                    "login": "mira",
                    "acr": "2",
                    "authTime": self.corpus["defaults"]["now"] - 3600,
                    "jti": "flw_1",
                    "stamp": hashlib.sha256(b"").hexdigest(),
                }
            }
        )

    def result(self, named: str) -> Any:
        return next(case["jwt"] for case in self.corpus["cases"] if case["name"] == named)

    def post(self, route: str, session: MemorySession, body: Any) -> RouteResponse:
        defaults = self.corpus["defaults"]
        sign_in = SignIn(
            service=defaults["issuer"],
            resource=defaults["resource"],
            origin="https://shop.example",
            require_acr="2",
            send=Script(answered(self.corpus["jwks"])).send,
            now=lambda: defaults["now"] * 1000,
        )
        request = RouteRequest("POST", "https://shop.example", None, "application/json", json.dumps(body).encode())
        return sign_in.respond(route, request, session)
