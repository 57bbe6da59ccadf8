"""SR-9, SR-10: results to accept and to refuse, as every language does."""

from __future__ import annotations

import unittest

from countersign import RESULT_ERROR_CODES, CountersignError

from .vectors import load, verdict, verify


class ResultVectors(unittest.TestCase):
    corpus = load("results.json")

    def test_verify_result_refuses_and_accepts_what_every_library_does(self) -> None:
        for case in self.corpus["cases"]:
            with self.subTest(case["name"]):
                self.assertEqual(verdict(self.corpus, case), case["expect"])

    def test_a_result_of_another_page_is_refused_with_both_origins(self) -> None:
        case = next(one for one in self.corpus["cases"] if one["name"] == "valid ES256")
        wrong = {**case, "options": {"origin": "https://www.shop.example"}}
        with self.assertRaises(CountersignError) as refusal:
            verify(self.corpus, wrong)
        message = 'The sign-in happened on "https://shop.example", and "https://www.shop.example" is expected.'
        self.assertEqual(str(refusal.exception), f"RESULT_ORIGIN_WRONG: {message}")

    def test_claims_include_what_the_resource_asks_for_of_the_user(self) -> None:
        case = next(one for one in self.corpus["cases"] if one["name"] == "what the resource asks for of the user")
        claims = verify(self.corpus, case)
        self.assertEqual(
            (claims.sub, claims.email, claims.name, claims.external_id),
            ("usr_2v6m0c4x9ta", "mira@shop.example", "Mira Ölander", "customer-1042"),
        )
        self.assertEqual(claims.metadata["regions"], ["eu"])
        self.assertEqual(claims.metadata["sub"], "usr_0")
        plain = verify(self.corpus, next(one for one in self.corpus["cases"] if one["name"] == "valid ES256"))
        self.assertEqual((plain.email, plain.name, plain.external_id, plain.metadata), (None, None, None, {}))

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
