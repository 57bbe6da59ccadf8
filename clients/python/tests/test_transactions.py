"""SR-45: transactions, as every language reads them."""

from __future__ import annotations

import unittest

from countersign import CountersignError, canonical_transaction, transaction_hash
from countersign.transactions import hash_of

from .vectors import load


class TransactionVectors(unittest.TestCase):
    corpus = load("transactions.json")

    def test_transaction_hash_of_what_is_accepted(self) -> None:
        for case in self.corpus["accepted"]:
            with self.subTest(case["name"]):
                self.assertEqual(canonical_transaction(case["fields"]), case["canonical"])
                self.assertEqual(transaction_hash(case["fields"]), case["sha256"])
                self.assertEqual(hash_of(case["sha256"]), case["sha256"])
        self.assertGreater(len(self.corpus["accepted"]), 10)

    def test_what_is_refused_says_why_and_where(self) -> None:
        for case in self.corpus["refused"]:
            with self.subTest(case["name"]):
                with self.assertRaises(CountersignError) as refusal:
                    transaction_hash(case["fields"])
                where = f" in field {case['field']}" if "field" in case else ""
                self.assertEqual(refusal.exception.code, "TRANSACTION_INVALID")
                self.assertIn(f": {case['reason']}{where}.", str(refusal.exception))
        self.assertGreater(len(self.corpus["refused"]), 50)

    def test_half_a_surrogate_pair_is_refused(self) -> None:
        for half in ("\ud800", "\udc00", "\udc00\ud800"):
            with self.assertRaises(CountersignError) as refusal:
                transaction_hash([{"label": "To", "value": f"a{half}b"}])
            self.assertIn("character in field 0", str(refusal.exception))

    def test_what_is_neither_fields_nor_a_hash_is_never_taken_for_nothing(self) -> None:
        for nothing in ("", "x" * 64, "A" * 64, "a" * 64 + "\n", None, {}, 42, (), [None], [["label", "value"]]):
            with self.subTest(repr(nothing)), self.assertRaises(CountersignError) as refusal:
                hash_of(nothing)
            self.assertEqual(refusal.exception.code, "TRANSACTION_INVALID")


if __name__ == "__main__":
    unittest.main()
