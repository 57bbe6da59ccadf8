"""The three routes of a site's sign-in, and what they keep in the session."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any, Callable, Optional, Protocol, Union
from urllib.parse import urlencode

from ..claims import ResultClaims
from ..client import Client
from ..errors import CountersignError, OptionInvalid
from ..nonce import equal_in_constant_time, new_nonce
from ..options import is_origin
from ..send import Send
from ..verifier import UNSET, Unset, Verifier
from .response import MAX_BODY_BYTES, Refused, RouteRequest, RouteResponse, read_fields, redirect, response_to
from .rules import Demand, is_form, is_safe_next, level_of, refuse_post

ROUTES = ("nonce", "sign-in", "sign-out")
#: As long as a sign-in in the widget may take, and a password of the site counts.
_SIGN_IN_MS = 900_000
#: The service wants a login request started within 120 s.
_LOGIN_REQUEST_MS = 100_000


class Session(Protocol):
    """The visitor's session, as the routes use it."""

    def read(self) -> dict[str, Any]:
        """What the routes keep in it: JSON, empty at first."""

    def write(self, state: dict[str, Any]) -> None:
        """Keeps it."""

    def renew(self, user: Any) -> None:
        """Gives the session a new id and makes the old one worthless, drops everything but what the site keeps, and
        signs in this user of the site, or with ``None`` no user."""


class SiteUsers(Protocol):
    """The site's own users."""

    def of_result(self, claims: ResultClaims) -> Any:
        """The user that signed in, or ``None`` to refuse them."""

    def by_id(self, user_id: str) -> Any:
        """The user as they are now, or ``None`` if they are deleted or blocked."""

    def id_of(self, user: Any) -> str:
        """Their key in the site's own table."""

    def password_of(self, user: Any) -> Optional[str]:
        """What changes with the password, such as its hash; empty or ``None`` without one. A digest of it is kept."""


class CountersignUsers:
    """Of a site without a table of users: a user is who Countersign says, by its id."""

    def of_result(self, claims: ResultClaims) -> Any:
        return claims.sub

    def by_id(self, user_id: str) -> Any:
        return user_id

    def id_of(self, user: Any) -> str:
        return str(user)

    def password_of(self, user: Any) -> str:
        return ""


class SignIn:
    """Signs users of a site in with Countersign. Make one for the whole process.

    :param service: the public URL of your Countersign
    :param resource: the id of your resource (``res_...``)
    :param origin: the origin of your site, such as ``https://shop.example``. Never taken from a request
    :param users: your users; left out, your site has no table of them
    :param api_key: with scope ``authenticate``: results are consumed, which refuses users who lost access since, and a
        step-up asks only for what is missing
    :param site_checks_password: your site checks the password, and Countersign the second factor. Needs ``api_key``
    :param base_path: where the three routes are
    :param sign_in_path: your page with the widget, to which guards send browsers
    :param after_sign_in: where a sign-in leads to if no page was asked for
    :param after_sign_out: where a sign-out leads to
    :param require_acr: ``"2"``: refuses sign-ins with one factor. Not with ``site_checks_password``
    :param require_otp: refuses users who signed in without a code. Left out, it is ``site_checks_password``
    :raises CountersignError: ``OPTION_INVALID``, naming the option
    """

    def __init__(
        self,
        *,
        service: str,
        resource: str,
        origin: str,
        users: Optional[SiteUsers] = None,
        api_key: Optional[str] = None,
        site_checks_password: bool = False,
        base_path: str = "/countersign",
        sign_in_path: str = "/sign-in",
        after_sign_in: str = "/",
        after_sign_out: str = "/",
        require_acr: Union[str, Unset] = UNSET,
        require_otp: Union[bool, Unset] = UNSET,
        send: Optional[Send] = None,
        now: Optional[Callable[[], float]] = None,
    ) -> None:
        if not isinstance(origin, str) or not is_origin(origin):
            raise OptionInvalid('"origin" must be the origin of your site, such as https://shop.example.')
        if not isinstance(site_checks_password, bool):
            raise OptionInvalid('"site_checks_password" must be True or False.')
        if site_checks_password and (api_key is None or users is None):
            raise OptionInvalid('"api_key" and "users" are needed if your site checks the passwords.')
        if require_acr is not UNSET and (require_acr != "2" or site_checks_password):
            raise OptionInvalid('"require_acr" is "2", where Countersign checks the password.')
        self.base_path = _path("base_path", base_path)
        if self.base_path.endswith("/"):
            raise OptionInvalid('"base_path" must end without a slash.')
        self._sign_in_path = _path("sign_in_path", sign_in_path)
        self._after_sign_in = _path("after_sign_in", after_sign_in)
        self._after_sign_out = _path("after_sign_out", after_sign_out)
        self._require_acr = require_acr
        self._require_otp = site_checks_password if isinstance(require_otp, Unset) else require_otp is True
        self._now = now or (lambda: time.time() * 1000)
        self._verifier = Verifier(issuer=service, resource=resource, send=send, now=self._now)
        self._client = None if api_key is None else Client(url=service, api_key=api_key, send=send, now=self._now)
        self._resource = resource
        self._origin = origin
        self._users: SiteUsers = users or CountersignUsers()
        self._site_checks_password = site_checks_password

    @property
    def consumes(self) -> bool:
        """Whether the service refuses a second use of a result."""
        return self._client is not None

    def respond(self, route: str, request: RouteRequest, session: Session) -> RouteResponse:
        """The response to a request of one of :data:`ROUTES`."""
        try:
            refusal = self.refuse_post(request, needs_type=route == "sign-in" or len(request.body) > 0)
            if refusal is not None:
                raise refusal
            if len(request.body) > MAX_BODY_BYTES:
                raise Refused("BODY_TOO_LARGE")
            if route == "nonce":
                return self._nonce(request, session)
            return self._sign_in(request, session) if route == "sign-in" else self._sign_out(request, session)
        except Refused as refused:
            if refused.code == "SECOND_FACTOR_ENDED":
                _end_pending(session)
            return refused.response()
        except OptionInvalid:
            raise
        except CountersignError as error:
            return response_to(error)

    def refuse_post(self, request: RouteRequest, *, needs_type: bool = False) -> Optional[Refused]:
        """Why this is not a post of the site's own pages, for posts of yours that check a password."""
        code = refuse_post(
            own=self._origin,
            method=request.method,
            origin=request.origin,
            fetch_site=request.fetch_site,
            content_type=(request.content_type or "") if needs_type else None,
        )
        return None if code is None else Refused(code)

    def user(self, session: Session) -> Optional[Mapping[str, Any]]:
        """The user of this session: ``account`` (the key in your own table), ``id`` (at Countersign), ``login``,
        ``acr``, ``authTime`` and ``jti``. ``None`` also if the account is deleted or blocked, or has another password by
        now."""
        user = session.read().get("user")
        return None if user is None or self._unchanged(user["account"], user["stamp"]) is None else user

    def missing(self, session: Session, demand: Demand) -> Optional[Refused]:
        """What the sign-in of this session lacks."""
        code = demand.missing(self.user(session), self._now())
        return None if code is None else Refused(code, **(demand.members() if code == "STEP_UP_REQUIRED" else {}))

    def refuse(self, refusal: Refused, *, method: str, accept: Optional[str], path: str) -> RouteResponse:
        """The response of a guard: a browser that asks for a page is sent to the sign-in page, a script gets the code."""
        if method not in ("GET", "HEAD") or "text/html" not in (accept or ""):
            return refusal.response()
        query = {**({"next": path} if is_safe_next(path) else {}), **refusal.more}
        page = self._sign_in_path + (f"?{urlencode(query)}" if query else "")
        return RouteResponse(303, {"code": refusal.code}, {"Cache-Control": "no-store", "Location": page})

    def begin_second_factor(self, session: Session, user: Any, *, subject: str) -> None:
        """Your site has checked the password of ``user``, whom Countersign knows as ``subject`` (``usr_...``). No user is
        signed in yet: the session gets a new id, and some minutes to bring a result of this very user."""
        if not self._site_checks_password:
            raise OptionInvalid('"site_checks_password" must be True for that.')
        if not isinstance(subject, str) or subject == "":
            raise OptionInvalid('"subject" must be the id of the user at Countersign.')
        session.renew(None)
        account, stamp = self._users.id_of(user), self._stamp(user)
        session.write({"pending": {"account": account, "id": subject, "stamp": stamp, "at": self._now()}})

    def _nonce(self, request: RouteRequest, session: Session) -> RouteResponse:
        asked = {name: value for name, value in read_fields(request).items() if name in ("acr", "maxAgeMs")}
        try:
            demand = Demand(asked.get("acr", UNSET), asked.get("maxAgeMs", UNSET)) if asked else None
            # A page can demand more than every sign-in must prove, and never less.
            if demand is not None and not isinstance(self._require_acr, Unset):
                demand = Demand(self._require_acr, asked.get("maxAgeMs", UNSET))
        except OptionInvalid:
            raise Refused("INPUT_INVALID") from None
        state = session.read()
        pending, user = state.get("pending"), None
        if pending is not None:
            self._check_pending(pending)
            demand = None  # what is missing is the second factor, whatever a page wants
        elif demand is not None:
            user = self.user(session)
            if user is None:
                raise Refused("SIGN_IN_REQUIRED")
        elif self._site_checks_password:
            raise Refused("SECOND_FACTOR_ENDED")
        members = {} if demand is None else demand.members()
        needs_request = pending is not None or (demand is not None and self._client is not None)
        begun = state.get("begun")
        limit_ms = _LOGIN_REQUEST_MS if needs_request else _SIGN_IN_MS
        if begun is None or not self._is_within(begun["at"], limit_ms) or begun["demand"] != members:
            begun = {"nonce": new_nonce(), "at": self._now(), "demand": members}
            if needs_request:
                begun["loginRequest"] = self._login_request(begun["nonce"], pending, user, demand)
            session.write({**state, "begun": begun})
        return RouteResponse(200, {name: begun[name] for name in ("nonce", "loginRequest") if name in begun})

    def _login_request(
        self, nonce: str, pending: Optional[Mapping[str, Any]], user: Optional[Mapping[str, Any]], demand: Optional[Demand]
    ) -> str:
        if self._client is None:
            raise OptionInvalid('"api_key" is needed for a second factor alone.')
        if pending is not None:
            made = self._client.create_login_request(
                user=pending["id"], resource=self._resource, nonce=nonce, password_checked=True
            )
        else:
            made = self._client.create_login_request(
                user=user["id"] if user else "",
                resource=self._resource,
                nonce=nonce,
                acr=demand.acr if demand else None,
                max_age_ms=demand.max_age_ms if demand else None,
                previous=user["jti"] if user else None,
            )
        return made.login_request

    def _sign_in(self, request: RouteRequest, session: Session) -> RouteResponse:
        fields = read_fields(request)
        result = fields.get("countersign_result" if is_form(request.content_type) else "result")
        state = session.read()
        begun = state.pop("begun", None)  # before anything is verified, so that it serves once
        session.write(state)
        before, pending = self.user(session), state.get("pending")
        demand = begun["demand"] if begun is not None else {}
        if pending is not None:
            self._check_pending(pending)
        elif demand and before is None:
            raise Refused("SIGN_IN_REQUIRED")
        elif self._site_checks_password and not demand:
            raise Refused("SECOND_FACTOR_ENDED")
        nonce = begun["nonce"] if begun is not None and self._is_within(begun["at"], _SIGN_IN_MS) else None
        claims = self._verifier.verify_result(
            result,
            nonce=nonce,
            origin=self._origin,
            require_otp=self._require_otp,
            acr=demand.get("acr", UNSET) if isinstance(self._require_acr, Unset) else self._require_acr,
            max_age_ms=demand.get("maxAgeMs", UNSET),
        )
        expected = pending or (before if demand else None)
        # The visitor can see the nonce: a thief who knows the password could sign in with it as another user.
        if expected is not None and not equal_in_constant_time(claims.sub, expected["id"]):
            raise Refused("RESULT_OF_ANOTHER_USER")
        if self._client is not None:
            self._client.consume_result(result, resource=self._resource, nonce=nonce, origin=self._origin)
        # After it: the password may have changed while the service was asked.
        if pending is not None:
            user = self._check_pending(pending)
        elif demand and before is not None:
            user = self._unchanged(before["account"], before["stamp"])
            if user is None:
                raise Refused("SIGN_IN_REQUIRED")
        else:
            user = self._users.of_result(claims)
        if user is None:
            raise Refused("ACCESS_DENIED")
        signed_in = {
            "account": self._users.id_of(user),
            "id": claims.sub,
            "login": claims.preferred_username,
            **level_of(claims, None if pending is None else int(pending["at"] // 1000)),
            "jti": claims.jti,
            "stamp": self._stamp(user),
        }
        session.renew(user)
        session.write({"user": signed_in})
        wanted = fields.get("next")
        return redirect(request, wanted if is_safe_next(wanted) else self._after_sign_in)

    def _sign_out(self, request: RouteRequest, session: Session) -> RouteResponse:
        read_fields(request)
        session.renew(None)
        return redirect(request, self._after_sign_out)

    def _check_pending(self, pending: Mapping[str, Any]) -> Any:
        """The user whose password was checked, if that still holds."""
        user = self._unchanged(pending["account"], pending["stamp"])
        if user is None or not self._is_within(pending["at"], _SIGN_IN_MS):
            raise Refused("SECOND_FACTOR_ENDED")
        return user

    def _is_within(self, at: float, limit_ms: int) -> bool:
        return 0 <= self._now() - at < limit_ms

    def _unchanged(self, account: str, stamp: str) -> Any:
        """The user, unless they are deleted or blocked, or have another password by now."""
        user = self._users.by_id(account)
        return user if user is not None and equal_in_constant_time(self._stamp(user), stamp) else None

    def _stamp(self, user: Any) -> str:
        return hashlib.sha256((self._users.password_of(user) or "").encode()).hexdigest()


def _end_pending(session: Session) -> None:
    """A pending sign-in that ended comes back to life neither by an unblocked account nor by a clock that goes back."""
    state = session.read()
    if "pending" in state:
        session.write({name: value for name, value in state.items() if name not in ("pending", "begun")})


def _path(option: str, value: Any) -> str:
    if not is_safe_next(value) or "?" in value:
        raise OptionInvalid(f'"{option}" must be a path of your site.')
    return str(value)
