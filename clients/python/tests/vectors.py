"""The test vectors that every library runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from countersign import CountersignError, HttpRequest, HttpResponse, ResultClaims, Verifier

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors"

#: Arguments of ``verify_result`` by their names in the vectors; the rest is of the verifier.
_EXPECTED = {
    "nonce": "nonce",
    "origin": "origin",
    "app": "app",
    "requireOtp": "require_otp",
    "acr": "acr",
    "maxAgeMs": "max_age_ms",
    "transaction": "transaction",
    "acceptTest": "accept_test",
}


def load(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text("utf-8"))


def written(text: Any) -> str:
    """A text, long ones written out."""
    return text if isinstance(text, str) else text["prefix"] + text["repeat"] * text["times"] + text["suffix"]


def verify(corpus: Any, case: Any) -> ResultClaims:
    """The claims of the case's result, or the refusal."""
    setup = {**corpus["defaults"], **case.get("options", {})}
    published = json.dumps(corpus["jwks"]).encode()

    def send(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(200, {"content-type": "application/json"}, published)

    verifier = Verifier(
        issuer=setup["issuer"],
        resource=setup["resource"],
        algorithms=setup["algorithms"],
        clock_tolerance_s=setup["clockToleranceS"],
        max_lifetime_s=setup["maxLifetimeS"],
        now=lambda: setup["now"] * 1000,
        send=send,
    )
    expected = {ours: setup[theirs] for theirs, ours in _EXPECTED.items() if theirs in setup}
    return verifier.verify_result(written(case["jwt"]), **expected)


def verdict(corpus: Any, case: Any) -> str:
    """``accept``, or the code of the refusal."""
    setup = {**corpus["defaults"], **case.get("options", {})}
    text = written(case["jwt"])
    try:
        claims = verify(corpus, case)
    except CountersignError as error:
        # A long piece of the input would be the result itself, and refusals get logged.
        assert len(text) <= 20 or text[:20] not in str(error), "the refusal quotes the result"
        return error.code
    assert (claims.iss, claims.aud, claims.nonce) == (setup["issuer"], setup["resource"], setup["nonce"])
    return "accept"
