"""Talking to the API."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional, Union, cast

from .answers import (
    Authentication,
    Challenge,
    EnvironmentMatch,
    LoginRequest,
    is_whole,
    read_login_request,
    text_or_none,
)
from .check_claims import Expected, read_consumed_claims
from .claims import ResultClaims
from .errors import OptionInvalid, ResultRefused
from .group import given, unexpected
from .management import ApiKeys, Assignments, Filters, Resources, Tokens, Users
from .objects import Checklist, Explanation
from .options import service_url, whole_number
from .send import Send
from .send import send as send_with_urllib
from .transactions import TransactionField, TransactionReference, hash_of, transaction_hash
from .transport import Transport, system_sleep
from .verifier import UNSET, Unset, parse_flag, parse_origin

# The characters of a bearer token (RFC 6750 2.1).
_API_KEY = re.compile(r"[A-Za-z0-9._~+/=-]{8,512}")
_METHODS = ("password", "otp", "password-otp", "token")


class Client:
    """A client of one account, for all threads. It belongs on a server: anyone who has the key acts for the account.

    :param url: the service's URL, without ``/v1``; https, except on loopback
    :param api_key: ``csk_...``
    :param timeout_ms: how long one attempt may take
    :param retries: how often reads and creations are tried again after a failure that may pass
    :param max_retry_wait_ms: when the service asks for a longer wait than this, the error comes at once
    :param send: sends requests in place of the standard library
    :param now: milliseconds since the epoch; default: this machine's clock
    :param sleep: waits so many seconds between two attempts
    :raises CountersignError: ``OPTION_INVALID``, naming the option
    """

    resources: Resources
    users: Users
    tokens: Tokens
    filters: Filters
    #: With a key that may ``administer``.
    api_keys: ApiKeys
    assignments: Assignments

    def __init__(
        self,
        *,
        url: str,
        api_key: str,
        timeout_ms: int = 10_000,
        retries: int = 2,
        max_retry_wait_ms: int = 10_000,
        send: Optional[Send] = None,
        now: Optional[Callable[[], float]] = None,
        sleep: Callable[[float], None] = system_sleep,
    ) -> None:
        # Checked here, because the runtime's own complaint about an impossible header quotes it.
        if not isinstance(api_key, str) or not _API_KEY.fullmatch(api_key):
            raise OptionInvalid('"api_key" must be an API key of the service.')
        self._transport = Transport(
            url=service_url("url", url),
            api_key=api_key,
            send=send or send_with_urllib,
            now=now or (lambda: time.time() * 1000),
            sleep=sleep,
            timeout_ms=whole_number("timeout_ms", timeout_ms, minimum=1, maximum=600_000),
            retries=whole_number("retries", retries, minimum=0, maximum=10),
            max_retry_wait_ms=whole_number("max_retry_wait_ms", max_retry_wait_ms, minimum=0, maximum=600_000),
        )
        self.resources = Resources(self._transport)
        self.users = Users(self._transport)
        self.tokens = Tokens(self._transport)
        self.filters = Filters(self._transport)
        self.api_keys = ApiKeys(self._transport)
        self.assignments = Assignments(self._transport)

    def authenticate(
        self,
        *,
        resource: str,
        method: str,
        user: Optional[str] = None,
        password: Optional[str] = None,
        otp: Optional[str] = None,
        recovery_code: Optional[str] = None,
        token: Optional[str] = None,
        address: Optional[str] = None,
    ) -> Authentication:
        """Checks a person's password, one-time password, or both, or a token's one-time password. A refusal is an
        error whose code says why. Never repeated by itself: each call is an attempt that counts.

        :param method: ``password``, ``otp``, ``password-otp`` or ``token``
        :param user: id or any name of the person, of every method but ``token``
        :param otp: left out with ``password-otp`` only those pass whose tokens are all deactivated
        :param recovery_code: one of the person's, where their device is not at hand, in place of ``otp``
        :param address: the person's own, for filters that need one
        :raises CountersignError: ``INVALID_CREDENTIALS``, ``OTP_WRONG``, ``TOKEN_LOCKED``, ``TOO_MANY_ATTEMPTS``, ...
        """
        if method not in _METHODS:
            raise OptionInvalid(f'"method" must be one of {", ".join(_METHODS)}.')
        body = given(
            resource=resource,
            method=method,
            user=user,
            password=password,
            otp=otp,
            recoveryCode=recovery_code,
            token=token,
            address=address,
        )
        answer = self._transport.once("POST", "/authentications", body=body)
        # A success must say so in full. Anything else, even with status 200, lets no one in.
        if (
            answer.get("authenticated") is not True
            or answer.get("method") != method
            or answer.get("otp") not in ("verified", "skipped", "not_used")
        ):
            raise unexpected("a successful authentication by that method")
        person = answer.get("user") if method != "token" else {"id": None, "login": None}
        if not isinstance(person, dict) or (
            method != "token" and not (isinstance(person.get("id"), str) and isinstance(person.get("login"), str))
        ):
            raise unexpected("an authentication of a user")
        return Authentication(
            method=method,
            otp=answer["otp"],
            user_id=person["id"],
            login=person["login"],
            token=text_or_none(answer.get("token")),
            kind=text_or_none(answer.get("kind")),
            password_breached=answer.get("passwordBreached") is True,
        )

    def consume_result(
        self,
        result: Any,
        *,
        resource: str,
        nonce: Optional[str],
        origin: Union[str, Unset] = UNSET,
        app: bool = False,
        transaction: Union[TransactionReference, Unset] = UNSET,
        accept_test: bool = False,
    ) -> ResultClaims:
        """Has the service check a result and use it up. Also tells whether person and resource still have access.

        :param origin: the origin of your page. Always name it: a resource with several origins, or with native apps,
            requires it
        :param app: a native app of yours got the result by its code
        :raises CountersignError: ``RESULT_INVALID``, ``RESULT_ORIGIN``, ``RESULT_USED``, ``RESULT_REVOKED``, ...
        """
        # That it is given says that a confirmation is expected: one that was lost on the way must not turn it into a
        # sign-in.
        hashed = None if transaction is UNSET else hash_of(transaction)
        expected = Expected(nonce, origin=parse_origin(origin), app=parse_flag("app", app), transaction=hashed)
        if not isinstance(nonce, str) or nonce == "":
            raise ResultRefused("RESULT_NONCE_WRONG", "This session has no sign-in under way.")
        body = given(
            result=result,
            resource=resource,
            nonce=nonce,
            origin=expected.origin,
            app=True if expected.app else None,
            transaction=hashed,
            acceptTest=True if accept_test is True else None,
        )
        answer = self._transport.once("POST", "/results/consume", body=body)
        return read_consumed_claims(answer, expected, resource=resource, accept_test=accept_test is True)

    def create_challenge(
        self,
        *,
        resource: str,
        user: Optional[str] = None,
        token: Optional[str] = None,
        kind: Optional[str] = None,
        language: Optional[str] = None,
        address: Optional[str] = None,
    ) -> Challenge:
        """Sends a code to the user by text message or email, or creates a question for their device, for
        :meth:`authenticate` on the same resource. Call it after your site has checked a password. It is never retried.

        :raises CountersignError: ``CODE_NOT_SENT``, ``CODE_LIMIT``, ``TOKEN_NOT_FOUND``, ``TOKEN_LOCKED``, ...
        """
        body = given(resource=resource, user=user, token=token, kind=kind, language=language, address=address)
        answer = self._transport.once("POST", "/challenges", body=body)
        made = [answer.get(name) for name in ("token", "kind", "name")]
        if not all(isinstance(text, str) for text in made) or not is_whole(answer.get("expiresAt")):
            raise unexpected("a challenge")
        return Challenge(
            token=answer["token"],
            kind=answer["kind"],
            name=answer["name"],
            to=text_or_none(answer.get("to")),
            question=text_or_none(answer.get("question")),
            expires_at=answer["expiresAt"],
        )

    def create_login_request(
        self,
        *,
        user: str,
        resource: str,
        nonce: str,
        password_checked: Optional[bool] = None,
        acr: Optional[str] = None,
        max_age_ms: Optional[int] = None,
        previous: Optional[str] = None,
    ) -> LoginRequest:
        """Lets the widget ask a person whom you already know for the one-time password alone, or, with ``acr``,
        ``max_age_ms`` or ``previous``, for whatever the result still lacks.

        :param password_checked: whether your site has checked a password; not together with the three after it
        :param acr: how many factors the result has to stand for, all of them checked by the service
        :param max_age_ms: no factor may have been shown longer ago
        :param previous: the ``jti`` of an earlier result of this person, out of their own session, that was consumed
        :raises CountersignError: ``LEVEL_UNREACHABLE`` where the person cannot show that many factors, ...
        """
        body = given(
            user=user,
            resource=resource,
            nonce=nonce,
            passwordChecked=password_checked,
            acr=acr,
            maxAgeMs=max_age_ms,
            previous=previous,
        )
        return read_login_request(self._transport.once("POST", "/login-requests", body=body))

    def create_redirect(
        self,
        *,
        resource: str,
        nonce: str,
        redirect_uri: str,
        user: Optional[str] = None,
        password_checked: Optional[bool] = None,
        acr: Optional[str] = None,
        max_age_ms: Optional[int] = None,
        previous: Optional[str] = None,
    ) -> LoginRequest:
        """Lets a person sign in on the service's own page, for browsers and sites where frames do not work. Send them
        to ``sign_in_url``. Without a user, the user types a name there.

        :param redirect_uri: one of the resource's ``redirectUris``, letter by letter
        :raises CountersignError: ``REDIRECT_URI_NOT_ALLOWED``, ...
        """
        body = given(
            resource=resource,
            nonce=nonce,
            redirectUri=redirect_uri,
            user=user,
            passwordChecked=password_checked,
            acr=acr,
            maxAgeMs=max_age_ms,
            previous=previous,
        )
        made = read_login_request(self._transport.once("POST", "/login-requests", body=body))
        if made.sign_in_url is None:
            raise unexpected("an address to sign in at")
        return made

    def create_transaction(
        self,
        *,
        user: str,
        resource: str,
        nonce: str,
        fields: Sequence[TransactionField],
        factors: Optional[Sequence[str]] = None,
    ) -> LoginRequest:
        """Asks a person to confirm what you are about to do: the widget shows the fields, and its result is bound to
        them. Each call is one more that the person may be asked, so it is never repeated by itself.

        :param fields: what they see and confirm, in this order: 1 to 12; the first is shown largest
        :param factors: kinds of tokens that may confirm it; default: all that can
        :raises CountersignError: ``TRANSACTION_INVALID``, ``SIGNING_TOKEN_MISSING``, ``TOKEN_LOCKED``,
            ``RATE_LIMITED``, ...
        """
        asked = transaction_hash(fields)
        body = given(
            user=user,
            resource=resource,
            nonce=nonce,
            fields=[dict(field) for field in fields],
            factors=None if factors is None else [*factors],
        )
        made = read_login_request(self._transport.once("POST", "/transactions", body=body))
        # What the person is shown is what the service has: it must be what was asked for.
        if made.transaction != asked:
            raise unexpected("the transaction of these fields")
        return made

    def check_environment(self, *, user: str, resource: str, environment: Mapping[str, Any]) -> EnvironmentMatch:
        """How far a browser matches those of a person.

        :param environment: ``language``, ``zone``, ``screen``, ``colourDepth``, ``userAgent``, as far as you know them
        """
        body = {"user": user, "resource": resource, "environment": dict(environment)}
        answer = self._transport.read("POST", "/environment/check", body=body)
        percent, fits = answer.get("percent", ""), answer.get("fits")
        if not isinstance(fits, bool) or isinstance(percent, bool) or not isinstance(percent, (int, float, type(None))):
            raise unexpected("a match")
        return EnvironmentMatch(percent, fits)

    def save_environment(self, *, user: str, environment: Mapping[str, Any], resource: Optional[str] = None) -> None:
        """Remembers a browser of a person who has just signed in. Without a resource it counts on all of them."""
        body = given(user=user, environment=dict(environment), resource=resource)
        self._transport.once("POST", "/environment", body=body)

    def explain(
        self,
        *,
        resource: str,
        user: Optional[str] = None,
        token: Optional[str] = None,
        method: Optional[str] = None,
        address: Optional[str] = None,
        at: Optional[int] = None,
    ) -> Explanation:
        """What would be decided about a sign-in with everything right, and by which check. Needs no secrets, counts
        nothing."""
        body = given(resource=resource, user=user, token=token, method=method, address=address, at=at)
        answer = self._transport.read("POST", "/explain", body=body)
        if not isinstance(answer.get("checks"), list):
            raise unexpected("an explanation")
        return cast(Explanation, answer)

    def checklist(self) -> Checklist:
        """What is still to do until the first person can sign in."""
        answer = self._transport.read("GET", "/checklist")
        if not isinstance(answer.get("items"), list):
            raise unexpected("a checklist")
        return cast(Checklist, answer)
