"""Sign-in routes and guards for Flask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any, Optional, Union
from urllib.parse import quote

import flask
from flask.sessions import SecureCookieSessionInterface

from .errors import OptionInvalid
from .site import Refused, RouteResponse, RouteRequest, SignIn
from .site.response import MAX_BODY_BYTES
from .site.rules import Demand
from .site.sign_in import ROUTES
from .verifier import UNSET, Unset

__all__ = ["Countersign"]

_KEY = "countersign"


class _FlaskSession:
    def __init__(self, keep: Collection[str]) -> None:
        self._keep = keep

    def read(self) -> dict[str, Any]:
        return dict(flask.session.get(_KEY, {}))

    def write(self, state: dict[str, Any]) -> None:
        flask.session[_KEY] = state

    def renew(self, user: Any) -> None:
        regenerate = getattr(flask.current_app.session_interface, "regenerate", None)
        if regenerate is not None:
            # Flask-Session leaves an empty session its id.
            flask.session.setdefault(_KEY, {})
            regenerate(flask.session)
        kept = {name: flask.session[name] for name in self._keep if name in flask.session}
        flask.session.clear()
        flask.session.update(kept)


class Countersign:
    """Adds the routes ``nonce``, ``sign-in`` and ``sign-out`` to an app, and guards its views.

    Flask's own sessions are in the cookie, where a nonce cannot be used up: they need an ``api_key``, with which the
    service refuses a second use. A copied cookie outlives a sign-out, unless sessions are on the server, as with
    Flask-Session.

    :param keep: names of your own values in the session that survive a sign-in and sign-out, such as a basket
    :raises CountersignError: ``OPTION_INVALID``
    """

    def __init__(self, app: flask.Flask, sign_in: SignIn, *, keep: Collection[str] = ()) -> None:
        self._sign_in = sign_in
        self._session = _FlaskSession(keep)
        is_cookie = isinstance(app.session_interface, SecureCookieSessionInterface)
        if is_cookie and not sign_in.consumes:
            raise OptionInvalid('"api_key" is needed with sessions that are in a cookie: use it, or Flask-Session.')
        if not is_cookie and not hasattr(app.session_interface, "regenerate"):
            raise OptionInvalid("These sessions cannot get a new id. Use Flask-Session 0.7 or newer.")
        for route in ROUTES:
            app.add_url_rule(
                f"{sign_in.base_path}/{route}",
                endpoint=f"countersign.{route}",
                view_func=self._view(route),
                # All of them are answered by the route, so that none is answered by the framework.
                methods=["POST", "GET", "PUT", "PATCH", "DELETE", "OPTIONS"],
                provide_automatic_options=False,
            )

    @property
    def user(self) -> Optional[Mapping[str, Any]]:
        """The user of this session, or ``None``. See :meth:`SignIn.user`."""
        return self._sign_in.user(self._session)

    def begin_second_factor(self, user: Any, *, subject: str) -> None:
        """The site has checked the password of ``user``, in the post that is being answered. See
        :meth:`SignIn.begin_second_factor`. A post of another site ends here, with 403."""
        refusal = self._sign_in.refuse_post(self._request(b""))
        if refusal is not None:
            flask.abort(_respond(refusal.response()))
        self._sign_in.begin_second_factor(self._session, user, subject=subject)

    def require_recent(
        self, *, acr: Union[str, Unset] = UNSET, max_age_ms: Union[int, Unset] = UNSET
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Guards a view, also an ``async`` one: it needs a sign-in with one factor (``acr="1"``) or two (``"2"``), none
        of them older than ``max_age_ms``. Place it below ``@app.route``."""
        demand = Demand(acr, max_age_ms)

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                refusal = self._sign_in.missing(self._session, demand)
                if refusal is not None:
                    return _respond(self._refuse(refusal))
                return flask.current_app.ensure_sync(view)(*args, **kwargs)

            return guarded

        return decorate

    def _refuse(self, refusal: Refused) -> RouteResponse:
        request = flask.request
        path = request.root_path + request.environ["PATH_INFO"]
        query = request.query_string.decode("latin-1")
        return self._sign_in.refuse(
            refusal,
            method=request.method,
            accept=request.headers.get("Accept"),
            path=quote(path, safe="/!$&'()*+,;=:@") + (f"?{query}" if query else ""),
        )

    def _view(self, route: str) -> Callable[[], flask.Response]:
        def view() -> flask.Response:
            asked = self._request(flask.request.stream.read(MAX_BODY_BYTES + 1))
            return _respond(self._sign_in.respond(route, asked, self._session))

        return view

    @staticmethod
    def _request(body: bytes) -> RouteRequest:
        headers = flask.request.headers
        return RouteRequest(
            method=flask.request.method,
            origin=headers.get("Origin"),
            fetch_site=headers.get("Sec-Fetch-Site"),
            content_type=headers.get("Content-Type"),
            body=body,
        )


def _respond(answer: RouteResponse) -> flask.Response:
    response = flask.jsonify(dict(answer.body))
    response.status_code = answer.status
    response.headers.update(answer.headers)
    return response
