"""Sign-in routes, middleware and guards for Django 4.2 or newer.

The setting ``COUNTERSIGN`` holds the arguments of :class:`countersign.site.SignIn` in capitals, but for ``USERS``, and:

- ``USER_FIELD``: the field of the user model that holds the id of the user at Countersign (``usr_...``), such as
  ``countersign_id`` or ``profile__countersign_id``
- ``CREATE_USERS``: whether a user who signs in for the first time gets a user without a password in the table
- ``KEEP``: names of your own values in the session that survive a sign-in and sign-out, such as a basket
"""

from __future__ import annotations

from asyncio import iscoroutinefunction
from collections.abc import Callable
from functools import lru_cache, wraps
from importlib import import_module
from typing import Any, Optional, Union

from asgiref.sync import markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore as CookieSessions
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt

from .claims import ResultClaims
from .errors import OptionInvalid
from .site import Refused, RouteResponse, RouteRequest, SignIn
from .site.response import MAX_BODY_BYTES
from .site.rules import Demand
from .site.sign_in import ROUTES
from .verifier import UNSET, Unset

__all__ = ["CountersignMiddleware", "begin_second_factor", "require_recent", "urls"]

_KEY = "countersign"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class _ModelUsers:
    """The users of ``AUTH_USER_MODEL``."""

    def __init__(self, field: str, create: bool) -> None:
        self._field = field
        self._create = create

    def of_result(self, claims: ResultClaims) -> Any:
        model = get_user_model()
        user = model._default_manager.filter(**{self._field: claims.sub}).first()
        if user is None and self._create:
            user = model(**{model.USERNAME_FIELD: claims.sub, self._field: claims.sub})
            user.set_unusable_password()
            user.save()
        return user if user is not None and user.is_active else None

    def by_id(self, user_id: str) -> Any:
        user = get_user_model()._default_manager.filter(pk=user_id).first()
        return user if user is not None and user.is_active else None

    def id_of(self, user: Any) -> str:
        return str(user._meta.pk.value_to_string(user))

    def password_of(self, user: Any) -> str:
        return str(user.get_session_auth_hash())

    def subject_of(self, user: Any) -> str:
        value: Any = user
        for name in self._field.split("__"):
            value = getattr(value, name)
        return str(value or "")


@lru_cache(maxsize=1)
def _configured() -> tuple[SignIn, _ModelUsers, tuple[str, ...]]:
    options = {name.lower(): value for name, value in getattr(settings, "COUNTERSIGN", {}).items()}
    field = options.pop("user_field", None)
    if not isinstance(field, str):
        raise OptionInvalid('"USER_FIELD" must name the field that holds the id of the user at Countersign.')
    users = _ModelUsers(field, options.pop("create_users", False) is True)
    keep = tuple(options.pop("keep", ()))
    sign_in = SignIn(**options, users=users)
    # A cookie can be sent again, and with it the nonce that was used up.
    if not sign_in.consumes and issubclass(import_module(settings.SESSION_ENGINE).SessionStore, CookieSessions):
        raise OptionInvalid('"API_KEY" is needed with sessions that are in a cookie: use it, or another SESSION_ENGINE.')
    return sign_in, users, keep


class _DjangoSession:
    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def read(self) -> dict[str, Any]:
        return dict(self._request.session.get(_KEY, {}))

    def write(self, state: dict[str, Any]) -> None:
        self._request.session[_KEY] = state

    def renew(self, user: Any) -> None:
        session = self._request.session
        kept = {name: session[name] for name in _configured()[2] if name in session}
        session.flush()
        session.update(kept)
        if user is None:
            self._request.user = AnonymousUser()
        else:
            login(self._request, user, backend=_BACKEND)


def urls() -> list[URLPattern]:
    """The three routes, for your ``urlpatterns``."""
    base = _configured()[0].base_path.lstrip("/")
    return [path(f"{base}/{route}", _view(route), name=f"countersign-{route}") for route in ROUTES]


def begin_second_factor(request: HttpRequest, user: Any) -> None:
    """The site has checked the password of this user, in place of ``login(request, user)``. No user is signed in
    until the second factor is shown.

    :raises CountersignError: ``OPTION_INVALID``: the user has no id at Countersign
    """
    sign_in, users, _ = _configured()
    sign_in.begin_second_factor(_DjangoSession(request), user, subject=users.subject_of(user))


def require_recent(
    *, acr: Union[str, Unset] = UNSET, max_age_ms: Union[int, Unset] = UNSET
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guards a view, also an ``async`` one: it needs a sign-in with one factor (``acr="1"``) or two (``"2"``), none of
    them older than ``max_age_ms``."""
    demand = Demand(acr, max_age_ms)

    def refusal_of(request: HttpRequest) -> Optional[HttpResponse]:
        sign_in = _configured()[0]
        refusal = sign_in.missing(_DjangoSession(request), demand)
        if refusal is None:
            if _checked_user(request, request.user).is_authenticated:
                return None
            refusal = Refused("SIGN_IN_REQUIRED")
        accept, path = request.headers.get("Accept"), request.get_full_path()
        return _respond(sign_in.refuse(refusal, method=str(request.method), accept=accept, path=path))

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return await sync_to_async(refusal_of)(request) or await view(request, *args, **kwargs)

            return guarded_async

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return refusal_of(request) or view(request, *args, **kwargs)

        return guarded

    return decorate


class CountersignMiddleware:
    """Ignores a user whom Django signed in without Countersign, as its own login form does with a password alone: for
    ``request.user``, and for ``request.auser``, which asynchronous views read, the visitor is anonymous. Place it after
    ``AuthenticationMiddleware``."""

    async_capable = True
    sync_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        _configured()  # a wrong setting is reported when the site starts
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        given = request.user
        checked = SimpleLazyObject(lambda: _checked_user(request, given))

        async def auser() -> Any:
            return await sync_to_async(_checked_user)(request, given)

        request.user = checked
        request.auser = auser  # type: ignore[attr-defined]
        return self._get_response(request)


def _checked_user(request: HttpRequest, user: Any) -> Any:
    """The user if this session's sign-in through Countersign is theirs."""
    if not user.is_authenticated:
        return user
    signed_in = request.session.get(_KEY, {}).get("user")
    is_theirs = signed_in is not None and signed_in["account"] == user._meta.pk.value_to_string(user)
    # Not the lazy object around the user: code that compares or copies it needs the user itself.
    return user if is_theirs else AnonymousUser()


def _view(route: str) -> Callable[[HttpRequest], HttpResponse]:
    # The route checks the origin of the post instead, before there is a page with a token of Django's.
    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        asked = RouteRequest(
            method=str(request.method),
            origin=request.headers.get("Origin"),
            fetch_site=request.headers.get("Sec-Fetch-Site"),
            content_type=request.headers.get("Content-Type"),
            body=request.read(MAX_BODY_BYTES + 1),
        )
        return _respond(_configured()[0].respond(route, asked, _DjangoSession(request)))

    return view


def _respond(answer: RouteResponse) -> HttpResponse:
    response = JsonResponse(dict(answer.body), status=answer.status)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response
