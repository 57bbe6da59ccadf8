"""Verifying results offline."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Callable, Optional, Union

from .check_claims import ClaimRules, Expected, check_claims
from .claims import RESULT_ALGORITHMS, RESULT_TYP, TEST_RESULT_TYP, ResultClaims
from .compact_jws import parse_compact_jws, parse_object
from .errors import OptionInvalid, ResultRefused
from .key_set import KeySet, KeySetOptions
from .options import service_url, whole_number
from .send import Send
from .send import send as send_with_urllib
from .transactions import TransactionReference, hash_of

# Parameters that bring a key along, point to one, or change what is signed or how the payload is read.
_REFUSED_PARAMETERS = ("jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip", "cty")


class Unset(Enum):
    """Stands for an argument that was not given. ``None`` is something else: what was lost on the way."""

    UNSET = "unset"


UNSET = Unset.UNSET


class Verifier:
    """Verifies results. Make one for the whole process and keep it: it holds the service's public keys, for all
    threads.

    :param issuer: the service's public URL, as its results name it in ``iss``
    :param resource: the id of your resource (``res_...``)
    :param jwks_url: where the public keys are; otherwise ``/.well-known/jwks.json`` under the issuer
    :param algorithms: which signatures to accept; default: both, ``ES256`` and ``EdDSA``
    :param clock_tolerance_s: by how much the two clocks may differ, at most 300
    :param max_lifetime_s: the longest life a result may claim
    :param jwks_cache_ms: how long fetched keys serve
    :param jwks_max_stale_ms: how much longer they serve while the service does not answer
    :param jwks_cooldown_ms: at most one fetch in this time for unknown keys
    :param jwks_timeout_ms: of one fetch
    :param send: sends requests in place of the standard library
    :param now: milliseconds since the epoch; default: this machine's clock
    :raises CountersignError: ``OPTION_INVALID``, naming the option
    """

    def __init__(
        self,
        *,
        issuer: str,
        resource: str,
        jwks_url: Optional[str] = None,
        algorithms: Sequence[str] = RESULT_ALGORITHMS,
        clock_tolerance_s: int = 30,
        max_lifetime_s: int = 300,
        jwks_cache_ms: int = 600_000,
        jwks_max_stale_ms: int = 3_600_000,
        jwks_cooldown_ms: int = 30_000,
        jwks_timeout_ms: int = 5000,
        send: Optional[Send] = None,
        now: Optional[Callable[[], float]] = None,
    ) -> None:
        parsed_issuer = service_url("issuer", issuer)
        if not isinstance(resource, str) or resource == "":
            raise OptionInvalid('"resource" must be the id of your resource.')
        self._rules = ClaimRules(
            issuer=parsed_issuer,
            resource=resource,
            clock_tolerance_s=whole_number("clock_tolerance_s", clock_tolerance_s, minimum=0, maximum=300),
            max_lifetime_s=whole_number("max_lifetime_s", max_lifetime_s, minimum=1, maximum=300),
        )
        self._algorithms = _parse_algorithms(algorithms)
        self._now = now or (lambda: time.time() * 1000)
        self._keys = KeySet(
            KeySetOptions(
                url=f"{parsed_issuer}/.well-known/jwks.json" if jwks_url is None else service_url("jwks_url", jwks_url),
                send=send or send_with_urllib,
                now=self._now,
                cache_ms=whole_number("jwks_cache_ms", jwks_cache_ms, minimum=0, maximum=86_400_000),
                max_stale_ms=whole_number("jwks_max_stale_ms", jwks_max_stale_ms, minimum=0, maximum=86_400_000),
                cooldown_ms=whole_number("jwks_cooldown_ms", jwks_cooldown_ms, minimum=1000, maximum=3_600_000),
                timeout_ms=whole_number("jwks_timeout_ms", jwks_timeout_ms, minimum=1, maximum=60_000),
            )
        )

    def verify_result(
        self,
        jwt: Any,
        *,
        nonce: Optional[str],
        origin: Union[str, Unset] = UNSET,
        app: bool = False,
        require_otp: bool = False,
        acr: Union[str, Unset] = UNSET,
        max_age_ms: Union[int, Unset] = UNSET,
        transaction: Union[TransactionReference, Unset] = UNSET,
        accept_test: bool = False,
    ) -> ResultClaims:
        """Who signed in, if this is a result of the service for your resource and for this visitor's sign-in.

        Offline: no request is made but for the public keys, once in a while. It does not know whether the result was
        used before. So take the nonce out of the session before you call this (then it serves once), or have the
        service consume the result (:meth:`Client.consume_result`).

        A demand is left out by leaving its name out: ``None`` was lost on the way, and is refused.

        :param jwt: what the widget gave to the page
        :param nonce: the one that this visitor's session held; without it a stolen result signs its thief in
        :param origin: the origin of your page, such as ``https://shop.example``
        :param app: a native app of yours got the result by its code, and no page. Neither stands for the other
        :param require_otp: refuse unless a one-time password was checked: neither left out nor skipped for a
            deactivated token
        :param acr: ``"2"``: refuse fewer factors than two
        :param max_age_ms: refuse a result any of whose factors was shown longer ago
        :param transaction: what the person should have confirmed, from your own records and never from the request: the
            fields, or their hash. A result that confirms anything else is refused, as is one of a sign-in. Without it,
            one that confirms something is
        :param accept_test: take the results of a test resource too, with which no user has signed in. For your own
            tests, never in production
        :raises CountersignError: one of the ``RESULT_...`` codes, ``JWKS_UNAVAILABLE``, or ``OPTION_INVALID`` for a
            demand that is none

        >>> nonce = session.pop("nonce", None)
        >>> verifier.verify_result(form["countersign_result"], nonce=nonce, origin="https://shop.example").sub
        'usr_2v6m0c4x9ta'
        """
        expected = Expected(
            nonce=nonce,
            origin=parse_origin(origin),
            app=parse_flag("app", app),
            require_otp=parse_flag("require_otp", require_otp),
            acr=_parse_acr(acr),
            max_age_ms=(
                None if max_age_ms is UNSET else whole_number("max_age_ms", max_age_ms, minimum=0, maximum=86_400_000)
            ),
            transaction=None if transaction is UNSET else hash_of(transaction),
        )
        jws = parse_compact_jws(jwt)
        algorithm, kid, is_test = _check_header(jws.header, self._algorithms, accept_test is True)
        key = self._keys.find(kid)
        if key is None:
            raise ResultRefused("RESULT_KEY_UNKNOWN", "The service publishes no key of that name.")
        if key.algorithm != algorithm:
            raise ResultRefused("RESULT_ALGORITHM_REFUSED", "That key signs with another algorithm.")
        if not key.verifies(jws.signature, jws.signing_input):
            raise ResultRefused("RESULT_SIGNATURE_WRONG", "The signature is not right.")
        claims = check_claims(parse_object(jws.payload, "payload"), self._rules, expected, self._now())
        if claims.test != is_test:
            raise ResultRefused("RESULT_CLAIMS_INVALID", "Header and claims do not agree on whether it is a test.")
        return claims


def _check_header(header: Mapping[str, Any], algorithms: Sequence[str], accept_test: bool) -> tuple[str, str, bool]:
    """The header chooses nothing: it only says which of the things we already accept it is (RFC 8725 3.1, 3.10,
    3.11)."""
    typ, algorithm, kid = header.get("typ"), header.get("alg"), header.get("kid")
    is_test = typ == TEST_RESULT_TYP
    if is_test and not accept_test:
        raise ResultRefused("RESULT_TEST_REFUSED", "The result comes from a test resource.")
    if not is_test and typ != RESULT_TYP:
        raise ResultRefused("RESULT_TYP_WRONG", "This is some other kind of token.")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise ResultRefused("RESULT_ALGORITHM_REFUSED", "Its signature algorithm is not accepted.")
    refused = next((name for name in _REFUSED_PARAMETERS if name in header), None)
    if refused is not None:
        raise ResultRefused("RESULT_HEADER_REFUSED", f'A result has no "{refused}" in its header.')
    if not isinstance(kid, str) or kid == "":
        raise ResultRefused("RESULT_KEY_UNKNOWN", "It does not name the key that signed it.")
    return algorithm, kid, is_test


def _parse_algorithms(value: Any) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)) and value and all(name in RESULT_ALGORITHMS for name in value):
        return tuple(value)
    raise OptionInvalid(f'"algorithms" must list some of {", ".join(RESULT_ALGORITHMS)}.')


# A demand that was lost on the way, or is misspelt, must not be one that everybody meets.


def parse_origin(value: Any) -> Optional[str]:
    if value is UNSET:
        return None
    if isinstance(value, str):
        return value
    raise OptionInvalid('"origin" must be a text, or be left out.')


def parse_flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise OptionInvalid(f'"{name}" must be True or False.')


def _parse_acr(value: Any) -> Optional[str]:
    if value is UNSET:
        return None
    if isinstance(value, str) and value in ("1", "2"):
        return value
    raise OptionInvalid('"acr" must be "1" or "2", or be left out.')
