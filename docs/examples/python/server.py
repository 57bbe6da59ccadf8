"""A page for whoever has signed in: WSGI, the standard library, and Countersign's library for Python."""

import os
import secrets
from html import escape
from http.cookies import SimpleCookie
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

from countersign import CountersignError, Verifier, new_nonce

SERVICE, RESOURCE = os.environ["COUNTERSIGN_URL"], os.environ["COUNTERSIGN_RESOURCE"]
PORT = int(os.environ.get("PORT", "3000"))
ORIGIN = os.environ.get("ORIGIN", f"http://127.0.0.1:{PORT}")
SECURE = "; Secure" if ORIGIN.startswith("https:") else ""

verifier = Verifier(issuer=SERVICE, resource=RESOURCE)
sessions = {}  # by the text of the cookie; yours are in a store, and end


def protected(login):
    return f'<h1>Hello, {escape(login)}</h1><form method="post" action="/sign-out"><button>Sign out</button></form>'


def sign_in(nonce, refused=""):
    return f"""<h1>Please sign in</h1><p role="alert">{escape(refused)}</p><form method="post" action="/sign-in">
<div data-countersign data-resource="{escape(RESOURCE)}" data-nonce="{nonce}"></div></form>
<script src="{escape(SERVICE)}/widget/v1/countersign.js"></script>"""


def app(environ, start_response):
    cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get("session")
    key = cookie.value if cookie and cookie.value in sessions else secrets.token_urlsafe()
    session = sessions.get(key, {})
    status, refused, route = "200 OK", "", f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    if route == "POST /sign-in":
        length = min(int(environ.get("CONTENT_LENGTH") or 0), 20_000)
        form = parse_qs(environ["wsgi.input"].read(length).decode("latin-1"))
        nonce = session.pop("nonce", None)  # first of all, so that it serves once
        try:
            claims = verifier.verify_result(form.get("countersign_result", [""])[0], nonce=nonce, origin=ORIGIN)
            sessions.pop(key, None)
            key, session = secrets.token_urlsafe(), {"login": claims.preferred_username}  # a new id, as with any login
            status = "303 See Other"
        except CountersignError as error:
            status, refused = "403 Forbidden", error.code
    elif route == "POST /sign-out":
        sessions.pop(key, None)
        key, session, status = secrets.token_urlsafe(), {}, "303 See Other"
    sessions[key] = session
    headers = [("Location", "/")] if status.startswith("303") else [("Content-Type", "text/html; charset=utf-8")]
    headers += [("Set-Cookie", f"session={key}; Path=/; HttpOnly; SameSite=Lax{SECURE}"), ("Cache-Control", "no-store")]
    start_response(status, headers)
    login = session.get("login")
    body = protected(login) if login else sign_in(session.setdefault("nonce", new_nonce()), refused)
    return [f"<!doctype html><html lang=en><title>Members</title>{body}".encode()]


make_server("127.0.0.1", PORT, app).serve_forever()
