"""Talking to the API: what is sent, what is believed, what is tried again."""

from __future__ import annotations

import pickle
import unittest
from typing import Any

from countersign import Client, OptionInvalid, SendFailure, ServiceRefused, ServiceUnreachable, transaction_hash

from .scripted import API_KEY, Script, answered, code_of, problem, refusal_of

RESOURCE = "res_01k8dq9z2mp"
NONCE = "n0nce-Of_this.sign~in-0123456789"
USER = {"id": "usr_1", "login": "mira"}
CLAIMS = {
    "iss": "https://auth.example",
    "aud": RESOURCE,
    "sub": "usr_1",
    "preferred_username": "mira",
    "nonce": NONCE,
    "origin": "https://shop.example",
    "amr": ["pwd"],
    "acr": "1",
    "otp": "not_used",
    "auth_time": 1_800_000_000,
    "iat": 1_800_000_000,
    "exp": 1_800_000_060,
    "jti": "flw_1",
}
FIELDS: Any = [{"label": "Amount", "value": "10.00 EUR"}]
LOST = SendFailure("network", "lost")


class Authenticate(unittest.TestCase):
    asked: Any = {"resource": RESOURCE, "method": "password-otp", "user": "mira", "password": "pw", "otp": "123456"}
    success = {"authenticated": True, "method": "password-otp", "user": USER, "token": "tok_1", "otp": "verified"}

    def test_authenticate_by_each_method_asks_as_the_service_expects(self) -> None:
        for given, sent in (
            ({"method": "password", "user": "mira", "password": "pw", "address": "192.0.2.1"}, {}),
            ({"method": "otp", "user": "mira", "otp": "123456"}, {}),
            ({"method": "otp", "user": "mira", "recovery_code": "k5n8w-2r7t4"}, {"recoveryCode": "k5n8w-2r7t4"}),
            ({"method": "password-otp", "user": "mira", "password": "pw", "otp": "1"}, {}),
            ({"method": "token", "token": "tok_1", "otp": "123456"}, {}),
        ):
            method: Any = given["method"]
            script = Script(answered({**self.success, "method": method, "kind": "totp"}))
            client = script.client()
            authentication = client.authenticate(resource=RESOURCE, **given)
            same = {name: value for name, value in given.items() if name != "recovery_code"}
            self.assertEqual(script.body(), {"resource": RESOURCE, **same, **sent})
            self.assertEqual(script.asked(), ["POST /authentications"])
            self.assertEqual(script.requests[0].headers["Authorization"], f"Bearer {API_KEY}")
            self.assertEqual(authentication.user_id, None if method == "token" else "usr_1")
            self.assertEqual((authentication.otp, authentication.kind), ("verified", "totp"))

    def test_a_breached_password_is_reported_if_the_service_says_so_with_true(self) -> None:
        for more, expected in (({"passwordBreached": True}, True), ({}, False), ({"passwordBreached": "true"}, False)):
            script = Script(answered({**self.success, **more}))
            self.assertIs(script.client().authenticate(**self.asked).password_breached, expected)

    def test_nothing_but_a_success_in_full_lets_anybody_in(self) -> None:
        for answer in (
            answered(b"not JSON"),
            answered(b"[]"),
            answered({}),
            answered(b"", 204),
            answered({**self.success, "authenticated": "true"}),
            answered({**self.success, "authenticated": 1}),
            answered({**self.success, "method": "password"}),
            answered({**self.success, "otp": "maybe"}),
            answered({**self.success, "user": None}),
            answered({**self.success, "user": {"id": 1, "login": "mira"}}),
            answered(b"", 302, location="https://evil.example/"),
            answered(b"<html>", 502),
        ):
            with self.subTest(answer.body):
                script = Script(answer)
                self.assertEqual(code_of(lambda: script.client().authenticate(**self.asked)), "RESPONSE_INVALID")
                self.assertEqual(len(script.requests), 1)

    def test_a_refusal_carries_what_the_service_said_and_never_the_key(self) -> None:
        script = Script(problem(429, "TOO_MANY_ATTEMPTS", retryAfterMs=4200, detail=API_KEY, errors=[API_KEY]))
        error = refusal_of(lambda: script.client().authenticate(**self.asked))
        self.assertIsInstance(error, ServiceRefused)
        self.assertEqual((error.code, error.status, error.retry_after_ms), ("TOO_MANY_ATTEMPTS", 429, 4200))
        self.assertEqual((error.request_id, error.errors), ("req_1", ["[API key]"]))
        for shown in (str(error), repr(error), repr(script.client()), repr(script.requests[0]), repr(vars(error))):
            self.assertNotIn(API_KEY, shown)

    def test_an_attempt_that_counts_is_never_repeated(self) -> None:
        for failure in (LOST, SendFailure("timeout", "late"), problem(503, "UNAVAILABLE")):
            script = Script(failure, answered(self.success))
            error = refusal_of(lambda: script.client().authenticate(**self.asked))
            self.assertIn(error.code, ("NETWORK_FAILED", "TIMEOUT", "UNAVAILABLE"))
            self.assertEqual((len(script.requests), script.waited), (1, []))

    def test_an_error_goes_to_another_process_and_back_as_it_is(self) -> None:
        script = Script(problem(429, "TOO_MANY_ATTEMPTS", retryAfterMs=4200))
        for error in (refusal_of(lambda: script.client().authenticate(**self.asked)), OptionInvalid("x")):
            copy = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(copy), str(copy), vars(copy)), (type(error), str(error), vars(error)))

    def test_an_unknown_method_is_not_asked_for(self) -> None:
        script = Script(answered(self.success))
        self.assertEqual(code_of(lambda: script.client().authenticate(resource="r", method="pwd")), "OPTION_INVALID")
        self.assertEqual(script.requests, [])


class ConsumeResult(unittest.TestCase):
    def consume(self, answer: Any, **more: Any) -> Any:
        self.script = Script(answered(answer))
        return self.script.client().consume_result("a.b.c", **{"resource": RESOURCE, "nonce": NONCE, **more})

    def test_consume_result_gives_the_claims_of_this_sign_in(self) -> None:
        claims = self.consume(CLAIMS)
        self.assertEqual((claims.sub, claims.amr, claims.txn, claims.test), ("usr_1", ("pwd",), None, False))
        self.assertEqual(self.script.body(), {"result": "a.b.c", "resource": RESOURCE, "nonce": NONCE})

    def test_an_answer_about_anything_else_is_refused(self) -> None:
        hashed = transaction_hash(FIELDS)
        for answer, more, code in (
            ({**CLAIMS, "aud": "res_other"}, {}, "RESULT_AUDIENCE_WRONG"),
            ({**CLAIMS, "nonce": "n" * 32}, {}, "RESULT_NONCE_WRONG"),
            ({**CLAIMS, "nonce": "\ud800"}, {}, "RESULT_NONCE_WRONG"),
            ({**CLAIMS, "test": True}, {}, "RESULT_TEST_REFUSED"),
            (CLAIMS, {"origin": "https://blog.example"}, "RESULT_ORIGIN_WRONG"),
            (CLAIMS, {"app": True}, "RESULT_APP_REQUIRED"),
            ({**CLAIMS, "app": True}, {}, "RESULT_APP_UNEXPECTED"),
            ({**CLAIMS, "app": True}, {"origin": CLAIMS["origin"]}, "RESULT_APP_UNEXPECTED"),
            ({**CLAIMS, "txn": hashed}, {}, "RESULT_TRANSACTION_UNEXPECTED"),
            (CLAIMS, {"transaction": FIELDS}, "RESULT_TRANSACTION_WRONG"),
            ({**CLAIMS, "txn": "0" * 64}, {"transaction": FIELDS}, "RESULT_TRANSACTION_WRONG"),
            ({**CLAIMS, "sub": ""}, {}, "RESULT_CLAIMS_INVALID"),
            ({}, {}, "RESULT_CLAIMS_INVALID"),
        ):
            with self.subTest(code):
                self.assertEqual(code_of(lambda: self.consume(answer, **more)), code)
        self.assertEqual(self.consume({**CLAIMS, "txn": hashed}, transaction=FIELDS).txn, hashed)
        self.assertEqual(self.script.body()["transaction"], hashed)
        self.assertTrue(self.consume({**CLAIMS, "test": True}, accept_test=True).test)
        self.assertTrue(self.consume({**CLAIMS, "app": True}, app=True, origin=CLAIMS["origin"]).app)
        self.assertEqual((self.script.body()["app"], self.script.body()["origin"]), (True, CLAIMS["origin"]))

    def test_without_a_nonce_or_with_a_lost_transaction_nothing_is_asked(self) -> None:
        script = Script(answered(CLAIMS))
        for nonce in (None, ""):
            act = lambda: script.client().consume_result("a.b.c", resource=RESOURCE, nonce=nonce)  # noqa: E731
            self.assertEqual(code_of(act), "RESULT_NONCE_WRONG")
        lost: Any = None
        self.assertEqual(code_of(lambda: self.consume(CLAIMS, origin=lost)), "OPTION_INVALID")
        self.assertEqual(self.script.requests, [])
        act = lambda: script.client().consume_result(  # noqa: E731
            "a.b.c", resource=RESOURCE, nonce=NONCE, transaction=lost
        )
        self.assertEqual(code_of(act), "TRANSACTION_INVALID")
        self.assertEqual(script.requests, [])


class SigningIn(unittest.TestCase):
    login_request = {"loginRequest": "lrq_1", "expiresAt": 1_800_000_000_000}

    def test_each_call_asks_once_for_what_it_is_named_after(self) -> None:
        hashed = transaction_hash(FIELDS)
        asked: Any = {"resource": RESOURCE, "nonce": NONCE}
        challenge = {"token": "tok_1", "kind": "sms", "name": "Phone", "to": "+49…78", "expiresAt": 1}
        calls: Any = (
            ("create_challenge", {"resource": RESOURCE, "user": "mira"}, challenge, "/challenges"),
            ("create_login_request", {**asked, "user": "mira", "acr": "2"}, self.login_request, "/login-requests"),
            (
                "create_redirect",
                {**asked, "redirect_uri": "https://shop.example/in"},
                {**self.login_request, "signInUrl": "https://auth.example/x"},
                "/login-requests",
            ),
            (
                "create_transaction",
                {**asked, "user": "mira", "fields": FIELDS},
                {**self.login_request, "transaction": hashed},
                "/transactions",
            ),
        )
        for name, given, answer, path in calls:
            with self.subTest(name):
                script = Script(answered(answer, 201))
                made = getattr(script.client(), name)(**given)
                self.assertEqual(made.expires_at, answer["expiresAt"])
                self.assertEqual(script.asked(), [f"POST {path}"])
                self.assertEqual(
                    code_of(lambda: getattr(Script(answered({})).client(), name)(**given)), "RESPONSE_INVALID"
                )
                lost = Script(LOST, answered(answer))
                self.assertEqual(code_of(lambda: getattr(lost.client(), name)(**given)), "NETWORK_FAILED")
                self.assertEqual(len(lost.requests), 1)

    def test_what_is_shown_must_be_what_was_asked_for(self) -> None:
        script = Script(answered({**self.login_request, "transaction": "0" * 64}))
        act = lambda: script.client().create_transaction(  # noqa: E731
            user="mira", resource=RESOURCE, nonce=NONCE, fields=FIELDS
        )
        self.assertEqual(code_of(act), "RESPONSE_INVALID")

    def test_false_is_sent_and_what_was_not_given_is_not(self) -> None:
        script = Script(answered(self.login_request))
        script.client().create_login_request(user="mira", resource=RESOURCE, nonce=NONCE, password_checked=False)
        self.assertEqual(
            script.body(), {"user": "mira", "resource": RESOURCE, "nonce": NONCE, "passwordChecked": False}
        )

    def test_check_environment_and_save_environment(self) -> None:
        script = Script(answered({"percent": None, "fits": True}), answered(b"", 204))
        client = script.client()
        self.assertTrue(client.check_environment(user="mira", resource=RESOURCE, environment={"language": "de"}).fits)
        client.save_environment(user="mira", environment={"language": "de"})
        self.assertEqual(script.asked(), ["POST /environment/check", "POST /environment"])
        for answer in ({"percent": "40", "fits": True}, {"percent": 40}, {"fits": True}):
            act = (
                lambda: Script(answered(answer))
                .client()
                .check_environment(user="mira", resource=RESOURCE, environment={})  # noqa: E731
            )
            self.assertEqual(code_of(act), "RESPONSE_INVALID")


class Management(unittest.TestCase):
    def test_each_shape_of_operation_is_sent_as_the_api_describes_it(self) -> None:
        script = Script(answered({"id": "x_1", "key": {"id": "key_1"}, "text": "csk_x", "resource": "res_1"}))
        client = script.client()
        client.resources.create({"name": "Shop"})
        self.assertEqual(script.body(), {"name": "Shop"})
        client.resources.remove_logo("res_1")
        client.users.update("usr_1", {"blocked": True})
        client.tokens.get("tok_1")
        client.tokens.resync("tok_1", {"otps": ["755224", "287082"]})
        self.assertEqual(script.body(), {"otps": ["755224", "287082"]})
        client.api_keys.rotate("key_1", {"overlapMs": 0})
        client.assignments.delete(resource="res_1", user="usr_1")
        self.assertEqual(
            script.asked(),
            [
                "POST /resources",
                "DELETE /resources/res_1/logo",
                "PATCH /users/usr_1",
                "GET /tokens/tok_1",
                "POST /tokens/tok_1/resync",
                "POST /api-keys/key_1/rotate",
                "DELETE /assignments?resource=res_1&user=usr_1",
            ],
        )

    def test_a_response_without_its_key_members_is_refused(self) -> None:
        for response in ({"key": {"id": "key_1"}}, {"key": None, "text": "csk_x"}, {}):
            act = lambda: Script(answered(response)).client().api_keys.create({})  # noqa: E731
            self.assertEqual(code_of(act), "RESPONSE_INVALID")
        self.assertEqual(code_of(lambda: Script(answered({})).client().users.get("usr_1")), "RESPONSE_INVALID")

    def test_what_is_no_id_becomes_no_address(self) -> None:
        script = Script(answered({"id": "x"}))
        for wrong in ("", "..", "../users", "a/b", "a?b", "usr_1\n", "ä", None, "a" * 65):
            act = lambda: script.client().users.delete(wrong)  # type: ignore # noqa: E731
            self.assertEqual(code_of(act), "INPUT_INVALID")
        self.assertEqual(script.requests, [])

    def test_create_many_has_an_outcome_for_each_row(self) -> None:
        for kind in ("users", "tokens", "assignments"):
            script = Script(answered({"rows": [{"status": 201}]}))
            room: Any = getattr(script.client(), kind)
            self.assertEqual(room.create_many([{}]), [{"status": 201}])
            self.assertEqual(script.asked(), [f"POST /bulk/{kind}"])
            self.assertEqual(code_of(lambda: room.create_many([{}, {}])), "RESPONSE_INVALID")

    def test_lists_go_on_to_the_last_page_and_not_in_circles(self) -> None:
        script = Script(
            answered({"items": [{"id": "a"}], "next": "x y"}), answered({"items": [{"id": "b"}], "next": None})
        )
        users = script.client().users
        self.assertEqual([user["id"] for user in users.list(limit=1, search="m", blocked=False)], ["a", "b"])
        self.assertEqual(script.asked()[1], "GET /users?after=x+y&limit=1&search=m&blocked=false")
        circle = Script(answered({"items": [], "next": "a"})).client().users
        self.assertEqual(code_of(lambda: [*circle.list()]), "RESPONSE_INVALID")
        for page in (
            {"items": []},
            {"items": {}, "next": None},
            {"items": [{}], "next": None},
            {"items": [], "next": ""},
        ):
            self.assertEqual(code_of(lambda: Script(answered(page)).client().users.page()), "RESPONSE_INVALID")


class TryingAgain(unittest.TestCase):
    def test_reads_and_creations_are_tried_again_and_creations_with_the_same_key(self) -> None:
        for failure in (LOST, SendFailure("timeout", "late"), problem(503, "UNAVAILABLE"), answered(b"<html>", 502)):
            script = Script(failure, problem(409, "IDEMPOTENCY_KEY_IN_USE"), answered({"id": "usr_1"}, 201))
            self.assertEqual(script.client().users.create({"login": "mira"})["id"], "usr_1")
            keys = [request.headers["Idempotency-Key"] for request in script.requests]
            self.assertEqual((len(keys), len(set(keys)), len(script.waited)), (3, 1, 2))
            self.assertTrue(0.1 <= script.waited[0] <= 0.2 < script.waited[1] + 0.0001 <= 0.4001, script.waited)
        script = Script(LOST, answered({"id": "usr_1"}))
        script.client().users.get("usr_1")
        self.assertNotIn("Idempotency-Key", script.requests[0].headers)
        two = Script(answered({"id": "usr_1"}))
        for _ in range(2):
            two.client().users.create({})
        self.assertEqual(len({request.headers["Idempotency-Key"] for request in two.requests}), 2)

    def test_what_stays_wrong_ends_after_the_retries(self) -> None:
        script = Script(LOST)
        self.assertEqual(code_of(lambda: script.client(retries=3).users.get("usr_1")), "NETWORK_FAILED")
        self.assertEqual(len(script.requests), 4)
        for answer in (problem(500, "INTERNAL"), problem(404, "USER_NOT_FOUND"), answered(b"", 200)):
            script = Script(answer)
            refusal_of(lambda: script.client().users.get("usr_1"))
            self.assertEqual(len(script.requests), 1)

    def test_the_service_says_how_long_to_wait_up_to_a_limit(self) -> None:
        for answer, low, high in (
            (problem(429, "RATE_LIMITED", retryAfterMs=3000), 3, 3.2),
            (answered({"code": "RATE_LIMITED"}, 429, retry_after="2"), 2, 2.2),
            (answered({}, 503, Retry_After="Fri, 15 Jan 2027 08:00:04 GMT"), 4, 4.2),
            (answered({}, 503, retry_after="-5"), 0, 0.2),
        ):
            script = Script(answer, answered({"id": "usr_1"}))
            script.client(now=lambda: 1_800_000_000_000).users.get("usr_1")
            self.assertTrue(low <= script.waited[0] <= high, script.waited)
        script = Script(problem(503, "OVERLOADED", retryAfterMs=10_001))
        self.assertEqual(refusal_of(lambda: script.client().users.get("usr_1")).retry_after_ms, 10_001)
        self.assertEqual(script.waited, [])

    def test_updates_and_deletions_are_never_repeated(self) -> None:
        script = Script(LOST)
        for act in (
            lambda: script.client().users.update("usr_1", {}),
            lambda: script.client().users.delete("usr_1"),
            lambda: script.client().tokens.resync("tok_1", {"otps": ["1", "2"]}),
        ):
            before = len(script.requests)
            self.assertEqual(code_of(act), "NETWORK_FAILED")
            self.assertEqual(len(script.requests), before + 1)

    def test_what_cannot_be_sent_is_refused_without_showing_it(self) -> None:
        script = Script(answered({}))
        for body in ({"password": object()}, {"password": float("nan")}, {"password": b"canary"}):
            error = refusal_of(lambda: script.client().users.create(body))
            self.assertEqual(error.code, "OPTION_INVALID")
            self.assertNotIn("canary", str(error))
        self.assertEqual(script.requests, [])


class Options(unittest.TestCase):
    def test_the_key_goes_over_https_or_stays_on_this_machine(self) -> None:
        for url in (
            "http://auth.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://127.1",
            "http://0x7f000001",
            "ftp://auth.example",
            "//auth.example",
            "auth.example",
            "",
            "https://",
            "https://user@auth.example",
            "https://auth.example?x",
            "https://auth.example#x",
            "https://auth.example/../x",
            "https://auth.example\n",
            "https://auth .example",
            "https://auth.example:x",
            "https://auth.example:99999",
            "https://aüth.example",
            None,
        ):
            with self.subTest(url):
                act = lambda: Client(url=url, api_key=API_KEY)  # type: ignore # noqa: E731
                self.assertEqual(code_of(act), "OPTION_INVALID")
        for url, wanted in (
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/users/a"),
            ("http://[::1]:8080/", "http://[::1]:8080/v1/users/a"),
            ("http://dev.localhost", "http://dev.localhost/v1/users/a"),
            ("HTTPS://Auth.Example:443/sign-in/", "https://auth.example/sign-in/v1/users/a"),
        ):
            script = Script(answered({"id": "a"}))
            Client(url=url, api_key=API_KEY, send=script.send).users.get("a")
            self.assertEqual(script.requests[0].url, wanted)

    def test_a_key_that_is_none_is_refused_without_being_shown(self) -> None:
        for key in ("", "short", "csk_with blanks in it", f"{API_KEY}\n", f"{API_KEY}\r\nX: y", None):
            error = refusal_of(lambda: Client(url="https://auth.example", api_key=key))  # type: ignore
            self.assertEqual(error.code, "OPTION_INVALID")
            self.assertTrue(not key or key not in str(error))

    def test_numbers_out_of_bounds_are_named(self) -> None:
        wrong: Any = (
            {"timeout_ms": 0},
            {"timeout_ms": 1.5},
            {"retries": 11},
            {"retries": True},
            {"max_retry_wait_ms": -1},
        )
        for options in wrong:
            error = refusal_of(lambda: Script().client(**options))
            self.assertEqual(error.code, "OPTION_INVALID")
            self.assertIn(f'"{[*options][0]}"', str(error))

    def test_too_large_an_answer_is_none(self) -> None:
        script = Script(SendFailure("too-large", "x"))
        error = refusal_of(lambda: script.client().users.get("a"))
        self.assertIsInstance(error, ServiceUnreachable)
        self.assertEqual((error.code, len(script.requests)), ("RESPONSE_INVALID", 1))


if __name__ == "__main__":
    unittest.main()
