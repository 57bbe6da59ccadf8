"""The examples of the README, as they stand there, against the running service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
import unittest
import uuid
from pathlib import Path
from typing import Any
from unittest import mock

from countersign import CLIENT_ERROR_CODES, Client, errors, new_nonce

from .person import ORIGIN, PASSWORD, make_person, sign_in
from .test_service import API_KEY, URL

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


class Readme(unittest.TestCase):
    def test_as_many_examples_as_are_tried_here_and_every_error(self) -> None:
        self.assertEqual(len(EXAMPLES), 4)
        for code in CLIENT_ERROR_CODES:
            self.assertIn(f"`{code}`", README)
        for name, kind in vars(errors).items():
            if isinstance(kind, type) and issubclass(kind, errors.CountersignError):
                self.assertIn(f"`{name}`", README)


@unittest.skipUnless(URL and API_KEY, "COUNTERSIGN_TEST_URL and COUNTERSIGN_TEST_API_KEY name no service")
class ReadmeExamples(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        # A machine that does other things as well must not decide.
        cls.client = Client(url=URL, api_key=API_KEY, timeout_ms=60_000)
        cls.resource = cls.client.resources.create({"name": "Readme", "allowedOrigins": [ORIGIN]})["id"]

    def example(self, index: int) -> Any:
        module: dict[str, Any] = {"__name__": f"example_{index}"}
        text = EXAMPLES[index].replace("https://auth.example", URL).replace("res_01k8dq9z2mp", self.resource)
        secret = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
        with mock.patch.dict("os.environ", {"COUNTERSIGN_API_KEY": API_KEY, "WEBHOOK_SECRET": secret}):
            exec(compile(text, f"README.md, example {index}", "exec"), module)
        return module

    def person(self) -> Any:
        return make_person(self.client, self.resource, f"r-{uuid.uuid4().hex[:12]}")

    def test_who_signed_in(self) -> None:
        module, person, session = self.example(0), self.person(), {}  # type: ignore[var-annotated]
        nonce = module["begin_sign_in"](session)
        self.assertEqual(module["begin_sign_in"](session), nonce)
        form = {"countersign_result": sign_in(URL, {"resource": self.resource, "nonce": nonce}, person)}
        self.assertEqual(module["finish_sign_in"]({"nonce": new_nonce()}, form), "Please sign in again.")
        self.assertEqual(module["finish_sign_in"](session, form), f"Welcome, {person.login}!")
        self.assertEqual(session, {"user": person.id})
        self.assertEqual(module["finish_sign_in"](session, form), "Please sign in again.")
        self.assertEqual(module["finish_sign_in"](session, {}), "Please sign in again.")

    def test_used_once(self) -> None:
        module, person, nonce = self.example(1), self.person(), new_nonce()
        result = sign_in(URL, {"resource": self.resource, "nonce": nonce}, person)
        self.assertEqual(module["sign_in"](result, nonce), {"user": person.id, "otp": "verified"})
        with self.assertRaises(errors.ServiceRefused) as refusal:
            module["sign_in"](result, nonce)
        self.assertEqual(refusal.exception.code, "RESULT_USED")

    def test_your_own_login_form(self) -> None:
        person = self.person()
        code = person.code()
        wrong = "000000" if code != "000000" else "000001"

        def log_in(password: str, otp: str) -> str:
            own = {"resource": self.resource, "method": "password-otp", "user": person.login, "address": "192.0.2.1"}
            return self.client.authenticate(**own, password=password, otp=otp).login

        for password, otp, refused in ((PASSWORD, wrong, "OTP_WRONG"), ("wrong", code, "INVALID_CREDENTIALS")):
            with self.assertRaises(errors.ServiceRefused) as refusal:
                log_in(password, otp)
            self.assertEqual(refusal.exception.code, refused)
        self.assertEqual(log_in(PASSWORD, code), person.login)

    def test_the_second_factor_alone(self) -> None:
        module, person, session = self.example(1), self.person(), {}  # type: ignore[var-annotated]
        asked = module["ask_for_code"](session, person.login)
        self.assertEqual(asked["nonce"], session["nonce"])
        self.assertTrue(asked["login_request"])

    def test_a_transaction_to_confirm(self) -> None:
        module, person, session = self.example(1), self.person(), {}  # type: ignore[var-annotated]
        with self.assertRaises(errors.ServiceRefused) as refusal:
            module["ask_to_confirm"](session, person.id, "10.00 EUR")
        self.assertEqual(refusal.exception.code, "SIGNING_TOKEN_MISSING")
        device = {"name": "Reader", "kind": "ocra", "suite": "OCRA-1:HOTP-SHA256-8:QN08", "owner": person.id}
        token = self.client.tokens.create(device)["token"]
        self.client.assignments.create({"resource": self.resource, "user": person.id, "token": token["id"]})
        asked = module["ask_to_confirm"](session, person.id, "10.00 EUR")
        self.assertEqual(asked["nonce"], session["nonce"])
        self.assertTrue(asked["login_request"])

    def test_told_of_what_happens(self) -> None:
        module, body = (
            self.example(2),
            b'{"type":"user.updated","timestamp":"2027-01-15T08:00:00Z","data":{"subject":"u"}}',
        )
        at = str(int(time.time()))
        signature = hmac.new(b"k" * 32, f"m.{at}.".encode() + body, hashlib.sha256).digest()
        headers = {
            "Webhook-Id": "m",
            "Webhook-Timestamp": at,
            "Webhook-Signature": f"v1,{base64.b64encode(signature).decode()}",
        }
        told: list[str] = []
        secret = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
        with mock.patch.dict("os.environ", {"WEBHOOK_SECRET": secret}):
            statuses = [module["receive"](one, headers, told.append) for one in (body, body, body + b" ")]
        self.assertEqual((statuses, told), ([204, 204, 400], ["u"]))

    def test_users_tokens_and_the_rest(self) -> None:
        module = self.example(3)
        self.assertRegex(module["welcome"](self.resource, f"r-{uuid.uuid4().hex[:12]}"), r"\Aotpauth://totp/")
        locked = [token for token in self.client.tokens.list() if token["locked"]]
        self.assertEqual(locked, [])


if __name__ == "__main__":
    unittest.main()
