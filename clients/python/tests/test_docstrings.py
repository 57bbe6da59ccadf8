"""The examples in the docstrings."""

from __future__ import annotations

import doctest
import json
import unittest
from typing import Any

import countersign
from countersign import HttpResponse, Verifier, errors, group, nonce, transactions, verifier

from .scripted import Script, answered
from .vectors import load

CORPUS = load("results.json")
DEFAULTS = CORPUS["defaults"]


def world() -> dict[str, Any]:
    """What the examples take as given."""
    published = HttpResponse(200, {}, json.dumps(CORPUS["jwks"]).encode())
    users = [{"id": "usr_1", "login": "maria"}, {"id": "usr_2", "login": "mira"}]
    return {
        **vars(countersign),
        "client": Script(answered({"items": users, "next": None})).client(),
        "verifier": Verifier(
            issuer=DEFAULTS["issuer"],
            resource=DEFAULTS["resource"],
            send=lambda _request: published,
            now=lambda: DEFAULTS["now"] * 1000,
        ),
        "session": {"nonce": DEFAULTS["nonce"]},
        "form": {"countersign_result": CORPUS["cases"][0]["jwt"]},
    }


class Docstrings(unittest.TestCase):
    def test_every_example_comes_out_as_it_says(self) -> None:
        tried = 0
        for module in (errors, group, nonce, transactions, verifier):
            with self.subTest(module.__name__):
                outcome = doctest.testmod(module, extraglobs=world(), verbose=False)
                self.assertEqual(outcome.failed, 0)
                self.assertGreater(outcome.attempted, 0)
                tried += outcome.attempted
        self.assertGreaterEqual(tried, 6)


if __name__ == "__main__":
    unittest.main()
