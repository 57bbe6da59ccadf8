"""What the routes of a site decide: the vectors that every language runs."""

from __future__ import annotations

import json
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

from countersign import CountersignError
from countersign.site.rules import Demand, is_safe_next, level_of, refuse_post
from countersign.verifier import UNSET

SITES = Path(__file__).resolve().parents[3] / "shared/vectors/sites"


def vectors(name: str) -> Any:
    return json.loads((SITES / name).read_text("utf-8"))


class Sites(unittest.TestCase):
    # SR-10: a sign-in that leads to another site hands the user to a copy of yours.
    def test_redirects(self) -> None:
        for case in vectors("redirects.json")["cases"]:
            given = case["next"]
            if isinstance(given, dict) and "repeat" in given:
                given = given["prefix"] + given["repeat"] * given["times"] + given["suffix"]
            with self.subTest(case["name"]):
                self.assertIs(is_safe_next(given), case["accept"])

    # Login CSRF: another site signs a visitor in as the attacker.
    def test_posts(self) -> None:
        file = vectors("posts.json")
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
        file = vectors("step-up.json")
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
