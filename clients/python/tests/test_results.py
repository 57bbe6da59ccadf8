"""SR-9, SR-10: results to accept and to refuse, as every language does."""

from __future__ import annotations

import unittest

from countersign import RESULT_ERROR_CODES

from .vectors import load, verdict


class ResultVectors(unittest.TestCase):
    corpus = load("results.json")

    def test_verify_result_refuses_and_accepts_what_every_library_does(self) -> None:
        for case in self.corpus["cases"]:
            with self.subTest(case["name"]):
                self.assertEqual(verdict(self.corpus, case), case["expect"])

    def test_every_refusal_of_the_verifier_is_among_them(self) -> None:
        told_apart = {case["expect"] for case in self.corpus["cases"]} - {"accept"}
        self.assertEqual(told_apart, set(RESULT_ERROR_CODES) - {"JWKS_UNAVAILABLE"})
        self.assertGreater(len(self.corpus["cases"]), 370)


class NonceVectors(unittest.TestCase):
    corpus = load("nonces.json")

    def test_only_the_usable_nonce_of_this_sign_in_is_taken(self) -> None:
        for case in self.corpus["cases"]:
            with self.subTest(case["name"]):
                self.assertEqual(verdict(self.corpus, case), case["expect"])

    def test_there_are_many(self) -> None:
        self.assertGreater(len(self.corpus["cases"]), 80)


if __name__ == "__main__":
    unittest.main()
