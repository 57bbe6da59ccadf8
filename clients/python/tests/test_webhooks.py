"""SR-32: requests to a webhook, as every language reads them."""

from __future__ import annotations

import base64
import unittest
from email.message import Message
from typing import Any

from countersign import CountersignError, WebhookEvent, verify_webhook

from .vectors import load, written


class WebhookVectors(unittest.TestCase):
    corpus = load("webhooks.json")

    def verify(self, case: Any, headers: Any = None) -> WebhookEvent:
        setup = {**self.corpus["defaults"], **case.get("options", {})}
        body = case["body"]
        is_bytes = isinstance(body, dict) and "base64" in body
        return verify_webhook(
            base64.b64decode(body["base64"]) if is_bytes else written(body),
            headers if headers is not None else [(one["name"], one["value"]) for one in case["headers"]],
            setup["secrets"],
            tolerance_ms=setup["toleranceMs"],
            now=lambda: setup["now"],
        )

    def test_verify_webhook_refuses_and_accepts_what_every_library_does(self) -> None:
        for case in self.corpus["cases"]:
            with self.subTest(case["name"]):
                if case["expect"] == "accept":
                    self.assertEqual(vars(self.verify(case)), case["event"])
                    continue
                with self.assertRaises(CountersignError) as refusal:
                    self.verify(case)
                self.assertEqual(refusal.exception.code, case["expect"])
                for secret in case.get("options", self.corpus["defaults"]).get("secrets", ()):
                    self.assertTrue(len(secret) < 20 or secret[6:] not in str(refusal.exception))
        self.assertGreater(len(self.corpus["cases"]), 140)

    def test_headers_as_frameworks_have_them(self) -> None:
        case = self.corpus["cases"][0]
        pairs = [(one["name"], one["value"]) for one in case["headers"]]
        message = Message()
        for name, value in pairs:
            message[name] = value
        lists = {name: [value] for name, value in pairs}
        for headers in (dict(pairs), lists, message, iter(pairs)):
            with self.subTest(type(headers).__name__):
                self.assertEqual(self.verify(case, headers).id, case["event"]["id"])
        message["Webhook-Id"] = "x"
        for twice in (message, {**lists, "webhook-id": ["a", "b"]}, {**dict(pairs), "Webhook-Id": "x"}):
            with self.assertRaises(CountersignError) as refusal:
                self.verify(case, twice)
            self.assertEqual(refusal.exception.code, "WEBHOOK_HEADERS_INVALID")

    def test_a_body_that_something_has_parsed_and_a_clock_that_is_none(self) -> None:
        for payload, options, code in (
            ({"type": "x"}, {}, "OPTION_INVALID"),
            ("{}", {"tolerance_ms": -1}, "OPTION_INVALID"),
            ("{}", {"now": lambda: float("nan")}, "WEBHOOK_TIMESTAMP_REFUSED"),
        ):
            headers = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,"}
            with self.assertRaises(CountersignError) as refusal:
                verify_webhook(payload, headers, self.corpus["defaults"]["secrets"], **options)  # type: ignore
            self.assertEqual(refusal.exception.code, code)


if __name__ == "__main__":
    unittest.main()
