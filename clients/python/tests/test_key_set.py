"""SR-58: the published keys, kept for a while and asked for anew when they change."""

from __future__ import annotations

import json
import threading
import unittest
from typing import Any, Optional

from countersign import HttpRequest, HttpResponse, OptionInvalid, SendFailure, Verifier
from countersign.key_set import KeySet, KeySetOptions
from countersign.published_keys import read_published_keys

from .scripted import code_of
from .vectors import load

CORPUS = load("results.json")
KEYS = {key["kid"]: key for key in CORPUS["jwks"]["keys"]}
ES256 = KEYS["test-es256-1"]
NEXT = KEYS["test-es256-2"]


class Service:
    """A service whose keys and clock are the test's."""

    def __init__(self, *keys: Any) -> None:
        self.keys: Optional[list[Any]] = list(keys)
        self.now = 1_800_000_000_000.0
        self.fetches = 0

    def send(self, _request: HttpRequest) -> HttpResponse:
        self.fetches += 1
        if self.keys is None:
            raise SendFailure("network", "down")
        return HttpResponse(200, {}, json.dumps({"keys": self.keys}).encode())

    def key_set(self) -> KeySet:
        return KeySet(
            KeySetOptions(
                url="https://auth.example/.well-known/jwks.json",
                send=self.send,
                now=lambda: self.now,
                cache_ms=600_000,
                max_stale_ms=3_600_000,
                cooldown_ms=30_000,
                timeout_ms=5000,
            )
        )


class KeySets(unittest.TestCase):
    def test_KeySet_fetches_once_and_again_when_its_time_has_come(self) -> None:
        service = Service(ES256)
        keys = service.key_set()
        for _ in range(3):
            self.assertIsNotNone(keys.find("test-es256-1"))
        self.assertEqual(service.fetches, 1)
        service.now += 599_999
        keys.find("test-es256-1")
        self.assertEqual(service.fetches, 1)
        service.now += 1
        keys.find("test-es256-1")
        self.assertEqual(service.fetches, 2)

    def test_a_new_key_is_found_at_once_and_a_withdrawn_one_is_gone_in_time(self) -> None:
        service = Service(ES256)
        keys = service.key_set()
        keys.find("test-es256-1")
        service.now += 30_000
        service.keys = [NEXT]
        self.assertIsNotNone(keys.find("test-es256-2"))
        self.assertIsNone(keys.find("test-es256-1"))

    def test_invented_names_do_not_make_it_ask_each_time(self) -> None:
        service = Service(ES256)
        keys = service.key_set()
        for at in range(100):
            self.assertIsNone(keys.find(f"invented-{at}"))
        self.assertEqual(service.fetches, 1)
        service.now += 30_000
        keys.find("invented")
        self.assertEqual(service.fetches, 2)

    def test_while_the_service_is_down_the_keys_serve_for_an_hour_more(self) -> None:
        service = Service(ES256)
        keys = service.key_set()
        keys.find("test-es256-1")
        service.keys = None
        service.now += 600_000 + 3_599_999
        self.assertIsNotNone(keys.find("test-es256-1"))
        self.assertEqual(code_of(lambda: keys.find("unknown")), "JWKS_UNAVAILABLE")
        service.now += 1
        self.assertEqual(code_of(lambda: keys.find("test-es256-1")), "JWKS_UNAVAILABLE")

    def test_a_service_that_is_down_is_asked_ever_less_often(self) -> None:
        service = Service()
        service.keys = None
        keys = service.key_set()
        for _ in range(120_000 // 100):
            code_of(lambda: keys.find("test-es256-1"))
            service.now += 100
        self.assertLess(service.fetches, 12)
        service.keys = [ES256]
        service.now += 30_000
        self.assertIsNotNone(keys.find("test-es256-1"))

    def test_a_clock_that_goes_backwards_makes_nothing_last_longer(self) -> None:
        service = Service(ES256)
        keys = service.key_set()
        keys.find("test-es256-1")
        service.now -= 86_400_000
        service.keys = None
        self.assertEqual(code_of(lambda: keys.find("test-es256-1")), "JWKS_UNAVAILABLE")

    def test_many_threads_wait_for_one_fetch(self) -> None:
        service = Service(ES256)
        keys = service.key_set()
        together = threading.Barrier(8)
        found: list[Any] = []

        def work() -> None:
            together.wait()
            found.append(keys.find("test-es256-1"))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(found), None in found, service.fetches), (8, False, 1))

    def test_what_is_no_key_set_is_an_outage_and_no_empty_set(self) -> None:
        for answer in (
            HttpResponse(500, {}, json.dumps({"keys": [ES256]}).encode()),
            HttpResponse(302, {"location": "https://evil.example"}, b""),
            HttpResponse(200, {}, b"<html>"),
            HttpResponse(200, {}, b"[]"),
            HttpResponse(200, {}, b'{"keys": {}}'),
            HttpResponse(200, {}, b'{"keys": []}'),
            HttpResponse(200, {}, b"[" * 100_000),
            HttpResponse(200, {}, json.dumps({"keys": [ES256], "x": "x" * 70_000}).encode()),
        ):
            verifier = Verifier(issuer="https://auth.example", resource="res_1", send=lambda _request: answer)
            good = CORPUS["cases"][0]["jwt"]
            self.assertEqual(code_of(lambda: verifier.verify_result(good, nonce="n" * 16)), "JWKS_UNAVAILABLE")


class PublishedKeys(unittest.TestCase):
    def usable(self, *keys: Any) -> list[str]:
        try:
            return [*read_published_keys(json.dumps({"keys": keys}).encode())]
        except ValueError:
            return []

    def test_only_what_is_a_public_key_for_signatures_is_used(self) -> None:
        self.assertEqual(self.usable(*CORPUS["jwks"]["keys"]), ["test-es256-1", "test-es256-2", "test-eddsa-1"])
        eddsa = KEYS["test-eddsa-1"]
        for changed in (
            {**ES256, "d": "AAAA"},
            {**ES256, "kid": ""},
            {**ES256, "kid": 1},
            {**ES256, "alg": "EdDSA"},
            {**ES256, "alg": ["ES256"]},
            {**ES256, "use": "enc"},
            {**ES256, "key_ops": ["sign"]},
            {**ES256, "crv": "P-384"},
            {**ES256, "x": ES256["y"]},
            {**ES256, "y": None},
            {**eddsa, "crv": "Ed448"},
            {**eddsa, "x": "AAAA"},
            {**eddsa, "kty": "EC"},
            None,
            "key",
        ):
            with self.subTest(repr(changed)):
                self.assertEqual(self.usable(changed), [])
        self.assertEqual(self.usable({**ES256, "key_ops": ["verify"]}), ["test-es256-1"])

    def test_of_two_keys_with_one_name_none_is_used(self) -> None:
        self.assertEqual(self.usable(ES256, {**NEXT, "kid": ES256["kid"]}, NEXT), ["test-es256-2"])
        self.assertEqual(self.usable(ES256, ES256, ES256), [])
        self.assertEqual(self.usable(*({**ES256, "kid": str(at)} for at in range(33))), [])


class VerifierOptions(unittest.TestCase):
    def test_an_option_that_cannot_work_is_named(self) -> None:
        good: Any = {"issuer": "https://auth.example", "resource": "res_1"}
        wrong: Any = (
            ("issuer", "http://auth.example"),
            ("resource", ""),
            ("jwks_url", "https://user@auth.example"),
            ("algorithms", ()),
            ("algorithms", ["HS256"]),
            ("algorithms", "ES256"),
            ("clock_tolerance_s", 301),
            ("max_lifetime_s", 301),
            ("jwks_cooldown_ms", 0),
        )
        for name, value in wrong:
            with self.subTest(name):
                self.assertEqual(code_of(lambda: Verifier(**{**good, name: value})), "OPTION_INVALID")
        verifier = Verifier(**good)
        for expected in ({"acr": "3"}, {"acr": 2}, {"max_age_ms": -1}, {"max_age_ms": "0"}, {"require_otp": "yes"}):
            act = lambda: verifier.verify_result("", nonce="n" * 16, **expected)  # type: ignore # noqa: E731
            self.assertEqual(code_of(act), "OPTION_INVALID")

    def test_a_demand_that_was_lost_on_the_way_is_not_taken_for_none(self) -> None:
        verifier = Verifier(issuer="https://auth.example", resource="res_1")
        lost: Any = None
        for name in ("origin", "require_otp", "acr", "max_age_ms"):
            with self.subTest(name):
                with self.assertRaisesRegex(OptionInvalid, f'"{name}"'):
                    verifier.verify_result("", nonce="n" * 16, **{name: lost})

    def test_the_accepted_algorithms_are_those_that_were_said(self) -> None:
        refused = {"valid EdDSA": ["ES256"], "valid ES256": ["EdDSA"]}
        for name, algorithms in refused.items():
            jwt = next(case["jwt"] for case in CORPUS["cases"] if case["name"] == name)
            defaults = CORPUS["defaults"]
            verifier = Verifier(
                issuer=defaults["issuer"],
                resource=defaults["resource"],
                algorithms=algorithms,
                send=Service(ES256, KEYS["test-eddsa-1"]).send,
                now=lambda: CORPUS["defaults"]["now"] * 1000,
            )
            act = lambda: verifier.verify_result(jwt, nonce=defaults["nonce"])  # noqa: E731
            self.assertEqual(code_of(act), "RESULT_ALGORITHM_REFUSED")


if __name__ == "__main__":
    unittest.main()
