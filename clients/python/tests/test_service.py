"""Against the running service, whose address and key the environment names. ``npm test`` starts it."""

from __future__ import annotations

import base64
import os
import unittest
import uuid
from typing import Any

from countersign import Client, Verifier, new_nonce, transaction_hash

from .person import ORIGIN, PASSWORD, make_person, sign_in
from .scripted import code_of, refusal_of

URL = os.environ.get("COUNTERSIGN_TEST_URL", "")
API_KEY = os.environ.get("COUNTERSIGN_TEST_API_KEY", "")


@unittest.skipUnless(URL and API_KEY, "COUNTERSIGN_TEST_URL and COUNTERSIGN_TEST_API_KEY name no service")
class RunningService(unittest.TestCase):
    client: Client
    resource: str

    @classmethod
    def setUpClass(cls) -> None:
        # A machine that does other things as well must not decide.
        cls.client = Client(url=URL, api_key=API_KEY, timeout_ms=60_000)
        settings = {"allowedOrigins": [ORIGIN], "redirectUris": [f"{ORIGIN}/signed-in"], "rememberMs": 3_600_000}
        cls.resource = cls.client.resources.create({"name": "Python", **settings})["id"]
        cls.verifier = Verifier(issuer=URL, resource=cls.resource)

    def person(self) -> Any:
        return make_person(self.client, self.resource, f"p-{uuid.uuid4().hex[:12]}")

    def test_a_sign_in_in_the_widget_is_verified_and_consumed_once(self) -> None:
        person, nonce = self.person(), new_nonce()
        result = sign_in(URL, {"resource": self.resource, "nonce": nonce}, person)
        claims = self.verifier.verify_result(
            result, nonce=nonce, origin=ORIGIN, require_otp=True, acr="2", max_age_ms=0
        )
        self.assertEqual((claims.sub, claims.preferred_username, claims.otp), (person.id, person.login, "verified"))
        self.assertEqual(code_of(lambda: self.verifier.verify_result(result, nonce=new_nonce())), "RESULT_NONCE_WRONG")
        other = Verifier(issuer=URL, resource="res_00000000000")
        self.assertEqual(code_of(lambda: other.verify_result(result, nonce=nonce)), "RESULT_AUDIENCE_WRONG")

        consume = lambda: self.client.consume_result(result, resource=self.resource, nonce=nonce)  # noqa: E731
        self.assertEqual(consume(), claims)
        self.assertEqual(code_of(consume), "RESULT_USED")

    def test_whoever_is_blocked_in_between_is_not_let_in(self) -> None:
        person, nonce = self.person(), new_nonce()
        result = sign_in(URL, {"resource": self.resource, "nonce": nonce}, person)
        self.client.users.update(person.id, {"blocked": True})
        self.assertEqual(self.verifier.verify_result(result, nonce=nonce).sub, person.id)
        act = lambda: self.client.consume_result(result, resource=self.resource, nonce=nonce)  # noqa: E731
        self.assertEqual(code_of(act), "RESULT_REVOKED")

    def test_authenticate_by_the_four_methods(self) -> None:
        person = self.person()
        asked: Any = {"resource": self.resource, "user": person.login, "address": "192.0.2.1"}
        by_password = self.client.authenticate(method="password", password=PASSWORD, **asked)
        self.assertEqual((by_password.user_id, by_password.otp), (person.id, "not_used"))
        code = person.code()
        self.assertEqual(self.client.authenticate(method="otp", otp=code, **asked).token, person.token)
        replay = lambda: self.client.authenticate(  # noqa: E731
            method="password-otp", password=PASSWORD, otp=code, **asked
        )
        self.assertEqual(code_of(replay), "OTP_REPLAYED")
        wrong = refusal_of(lambda: self.client.authenticate(method="password", password="wrong", **asked))
        self.assertEqual((wrong.code, wrong.status), ("INVALID_CREDENTIALS", 403))
        self.assertTrue(wrong.request_id)

        other = self.person()
        both = self.client.authenticate(
            resource=self.resource, method="password-otp", user=other.login, password=PASSWORD, otp=other.code()
        )
        self.assertEqual((both.otp, both.kind, both.login), ("verified", "totp", other.login))

        alone = self.person()
        self.client.assignments.create({"resource": self.resource, "token": alone.token})
        by_token = self.client.authenticate(resource=self.resource, method="token", token=alone.token, otp=alone.code())
        self.assertEqual((by_token.token, by_token.user_id), (alone.token, None))

    def test_a_recovery_code_stands_in_once(self) -> None:
        person = self.person()
        sheet = self.client.tokens.create({"kind": "recovery", "name": "Sheet", "owner": person.id})
        self.client.assignments.create({"resource": self.resource, "user": person.id, "token": sheet["token"]["id"]})
        use = lambda: self.client.authenticate(  # noqa: E731
            resource=self.resource,
            method="password-otp",
            user=person.login,
            password=PASSWORD,
            recovery_code=sheet["recoveryCodes"][0],
        )
        self.assertEqual(use().kind, "recovery")
        self.assertIn(code_of(use), ("OTP_WRONG", "OTP_REPLAYED"))

    def test_a_login_request_asks_the_person_who_was_named(self) -> None:
        person, nonce = self.person(), new_nonce()
        made = self.client.create_login_request(
            user=person.login, resource=self.resource, nonce=nonce, password_checked=True
        )
        begin = {"resource": self.resource, "nonce": nonce, "loginRequest": made.login_request}
        claims = self.verifier.verify_result(sign_in(URL, begin, person), nonce=nonce, require_otp=True)
        self.assertEqual((claims.sub, claims.acr), (person.id, "1"))

    def test_a_step_up_builds_upon_what_was_consumed(self) -> None:
        person, nonce = self.person(), new_nonce()
        result = sign_in(URL, {"resource": self.resource, "nonce": nonce}, person)
        first = self.client.consume_result(result, resource=self.resource, nonce=nonce)
        nonce = new_nonce()
        made = self.client.create_login_request(
            user=person.id, resource=self.resource, nonce=nonce, acr="2", max_age_ms=3_600_000, previous=first.jti
        )
        begin = {"resource": self.resource, "nonce": nonce, "loginRequest": made.login_request}
        claims = self.verifier.verify_result(sign_in(URL, begin, person), nonce=nonce, acr="2", max_age_ms=3_600_000)
        self.assertEqual(claims.sub, person.id)

    def test_a_redirect_goes_only_to_a_registered_address(self) -> None:
        asked: Any = {"resource": self.resource, "nonce": new_nonce()}
        made = self.client.create_redirect(redirect_uri=f"{ORIGIN}/signed-in", **asked)
        self.assertTrue(str(made.sign_in_url).startswith(URL))
        act = lambda: self.client.create_redirect(redirect_uri=f"{ORIGIN}/elsewhere", **asked)  # noqa: E731
        self.assertEqual(code_of(act), "REDIRECT_URI_NOT_ALLOWED")

    def test_a_transaction_is_confirmed_by_whoever_can_and_its_hash_is_ours(self) -> None:
        user = self.client.users.create({"login": f"p-{uuid.uuid4().hex[:12]}"})
        device = {"name": "Reader", "kind": "ocra", "suite": "OCRA-1:HOTP-SHA256-8:QN08", "owner": user["id"]}
        token = self.client.tokens.create(device)["token"]
        self.client.assignments.create({"resource": self.resource, "user": user["id"], "token": token["id"]})
        fields: Any = [{"label": "Amount", "value": "1,250.00 €"}, {"label": "To", "value": 'Olena "K" Koval'}]
        asked: Any = {"resource": self.resource, "nonce": new_nonce(), "fields": fields}
        made = self.client.create_transaction(user=user["id"], **asked)
        self.assertEqual(made.transaction, transaction_hash(fields))
        act = lambda: self.client.create_transaction(user=self.person().id, **asked)  # noqa: E731
        self.assertEqual(code_of(act), "SIGNING_TOKEN_MISSING")
        question = self.client.create_challenge(resource=self.resource, user=user["id"], kind="ocra")
        self.assertRegex(str(question.question), r"\A[0-9]{8}\Z")

    def test_users_resources_filters_and_assignments_are_made_changed_listed_and_deleted(self) -> None:
        name = f"p-{uuid.uuid4().hex[:12]}"
        user = self.client.users.create({"login": name, "email": f"{name}@shop.example"})
        self.assertEqual(self.client.users.update(user["id"], {"firstName": "Ann"})["firstName"], "Ann")
        self.assertEqual(self.client.users.get(user["id"])["email"], f"{name}@shop.example")
        self.assertEqual([one["id"] for one in self.client.users.list(search=name)], [user["id"]])
        self.assertEqual(code_of(lambda: self.client.users.create({"login": name})), "NAME_TAKEN")
        self.client.assignments.create({"resource": self.resource, "user": user["id"]})
        self.assertEqual(self.client.explain(resource=self.resource, user=name)["verdict"]["granted"], False)
        self.client.assignments.delete(resource=self.resource, user=user["id"])
        self.assertEqual(self.client.users.environments(user["id"])["count"], 0)
        self.client.users.forget_environments(user["id"])
        self.assertEqual(self.client.users.trusted_browsers(user["id"])["browsers"], [])
        self.client.users.end_browser_trust(user["id"], browser="tbr_00000000001")
        self.client.users.end_browser_trust(user["id"])
        self.client.users.delete(user["id"])
        self.assertEqual(code_of(lambda: self.client.users.get(user["id"])), "USER_NOT_FOUND")

        rule = {"kind": "ip", "mode": "allow", "ranges": ["192.0.2.0/24"]}
        office = self.client.filters.create({"name": name, "rule": rule})
        self.assertEqual(
            self.client.resources.update(self.resource, {"ipFilter": office["id"]})["ipFilter"], office["id"]
        )
        self.assertEqual(code_of(lambda: self.client.filters.delete(office["id"])), "FILTER_IN_USE")
        self.client.resources.update(self.resource, {"ipFilter": None})
        self.client.filters.delete(office["id"])
        self.assertEqual(code_of(lambda: self.client.resources.create({"nothing": 1})), "INPUT_INVALID")
        logo = {"image": "AQID"}
        self.assertEqual(code_of(lambda: self.client.resources.set_logo(self.resource, logo)), "LOGO_INVALID")

    def test_many_at_once_and_files_of_tokens(self) -> None:
        names = [f"p-{uuid.uuid4().hex[:12]}" for _ in range(3)]
        rows = self.client.users.create_many([{"login": name} for name in [*names, names[0]]])
        self.assertEqual([row["status"] for row in rows], [201, 201, 201, 409])
        assigned = self.client.assignments.create_many(
            [{"resource": self.resource, "user": row["id"]} for row in rows[:3]]
        )
        self.assertEqual({row["status"] for row in assigned}, {201})
        tokens = self.client.tokens.create_many([{"name": "Fob", "kind": "totp", "owner": rows[0]["id"]}])
        self.assertTrue(tokens[0]["secret"])
        file = f"serial,kind,seed\n{names[0]},totp,3132333435363738393031323334353637383930\n"
        judged = self.client.tokens.import_file({"content": file, "seedEncoding": "hex", "dryRun": True})
        self.assertEqual(judged["counts"]["importable"], 1)
        content = base64.b64encode(file.encode()).decode("ascii")
        made = self.client.tokens.import_file({"content": content, "encoding": "base64", "seedEncoding": "hex"})
        self.assertEqual(made["counts"]["made"], 1)

    def test_a_token_is_locked_by_wrong_codes_and_unlocked_again(self) -> None:
        person = self.person()
        wrong = "000000" if person.code() != "000000" else "000001"
        guess = lambda otp: self.client.authenticate(  # noqa: E731
            resource=self.resource, method="password-otp", user=person.login, password=PASSWORD, otp=otp
        )
        codes = [code_of(lambda: guess(wrong)) for _ in range(7)]
        self.assertEqual((codes[0], codes[-1]), ("OTP_WRONG", "TOKEN_LOCKED"))
        self.assertIsNone(self.client.tokens.update(person.token, {"locked": False})["locked"])
        code = person.code()
        self.assertEqual(self.client.tokens.check(person.token, {"otp": code})["verdict"], "right")
        self.assertEqual(guess(code).otp, "verified")
        self.assertEqual(self.client.tokens.check(person.token, {"otp": code})["verdict"], "used")

    def test_api_keys_are_made_rotated_and_withdrawn(self) -> None:
        made = self.client.api_keys.create({"name": "Reader", "scopes": ["read"]})
        reader = Client(url=URL, api_key=made["text"])
        self.assertTrue(reader.checklist()["items"])
        self.assertEqual(code_of(lambda: reader.users.create({"login": "x"})), "SCOPE_MISSING")
        rotated = self.client.api_keys.rotate(made["key"]["id"], {"overlapMs": 0})
        self.assertEqual(code_of(reader.checklist), "API_KEY_INVALID")
        self.assertTrue(Client(url=URL, api_key=rotated["text"]).checklist()["items"])
        self.client.api_keys.delete(made["key"]["id"])
        self.assertEqual(code_of(Client(url=URL, api_key=rotated["text"]).checklist), "API_KEY_INVALID")

    def test_a_creation_that_is_sent_twice_is_made_once(self) -> None:
        lost: list[Any] = []
        plain = Client(url=URL, api_key=API_KEY)

        def lossy(request: Any) -> Any:
            from countersign import SendFailure
            from countersign.send import send

            answer = send(request)
            lost.append(request.headers.get("Idempotency-Key"))
            if len(lost) == 1:
                raise SendFailure("network", "the answer was lost")
            return answer

        name = f"p-{uuid.uuid4().hex[:12]}"
        made = Client(url=URL, api_key=API_KEY, send=lossy, sleep=lambda _seconds: None).users.create({"login": name})
        self.assertEqual((len(lost), len(set(lost))), (2, 1))
        self.assertEqual([user["id"] for user in plain.users.list(search=name)], [made["id"]])

    def test_an_environment_is_compared_and_remembered(self) -> None:
        person = self.person()
        browser = {"language": "de", "zone": "Europe/Berlin"}
        asked: Any = {"user": person.id, "resource": self.resource, "environment": browser}
        self.assertIsNone(self.client.check_environment(**asked).percent)
        self.client.save_environment(**asked)
        self.assertEqual(self.client.check_environment(**asked).percent, 100)


if __name__ == "__main__":
    unittest.main()
