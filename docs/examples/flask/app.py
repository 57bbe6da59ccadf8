"""Two-factor sign-in on Flask. With OWN_PASSWORDS=1 this site checks the passwords, and Countersign the second factor."""

import os
import sqlite3
from contextlib import closing

from cachelib.file import FileSystemCache
from flask import Flask, redirect, render_template, request
from flask_session import Session
from werkzeug.security import check_password_hash

from countersign.flask import Countersign
from countersign.site import SignIn

SERVICE, RESOURCE = os.environ["COUNTERSIGN_URL"], os.environ["COUNTERSIGN_RESOURCE"]
ORIGIN = os.environ["ORIGIN"]
OWN_PASSWORDS = os.environ.get("OWN_PASSWORDS") == "1"

app = Flask(__name__)
app.config.update(
    SESSION_TYPE="cachelib",  # sessions on the server, so that a copied cookie is worthless after a sign-out
    SESSION_CACHELIB=FileSystemCache(os.environ["SESSIONS"], mode=0o600),
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=ORIGIN.startswith("https:"),
)
Session(app)


def find_user(column, value):
    """The user with that value, unless blocked. The table: id, name, password, countersign_id, blocked."""
    with closing(sqlite3.connect(os.environ["DATABASE"])) as database:
        database.row_factory = sqlite3.Row
        return database.execute(f"SELECT * FROM users WHERE {column} = ? AND NOT blocked", (value,)).fetchone()


class Users:
    """This site's own users."""

    def of_result(self, claims):
        return find_user("countersign_id", claims.sub)

    def by_id(self, user_id):
        return find_user("id", user_id)

    def id_of(self, user):
        return str(user["id"])

    def password_of(self, user):
        return user["password"]


countersign = Countersign(
    app,
    SignIn(
        service=SERVICE,
        resource=RESOURCE,
        origin=ORIGIN,
        users=Users(),
        api_key=os.environ["COUNTERSIGN_API_KEY"],
        site_checks_password=OWN_PASSWORDS,
        after_sign_in="/account",
    ),
)


@app.get("/")
def start():
    return render_template("start.html", own_passwords=OWN_PASSWORDS)


@app.post("/password")
def password():
    user = find_user("name", request.form.get("name"))
    # Names without a password take as long as others.
    stored = (user["password"] if user else None) or "scrypt:32768:8:1$unknown$" + "0" * 128
    if not check_password_hash(stored, request.form.get("password", "")) or not user or not user["countersign_id"]:
        return render_template("start.html", own_passwords=True, refused="Wrong name or password."), 403
    countersign.begin_second_factor(user, subject=user["countersign_id"])  # in place of a sign-in
    return redirect("/sign-in", 303)


@app.get("/sign-in")
def sign_in():
    own_passwords = "1" if OWN_PASSWORDS else ""
    return render_template("sign-in.html", service=SERVICE, resource=RESOURCE, own_passwords=own_passwords)


@app.get("/account")
@countersign.require_recent(acr="1")
def account():
    return render_template("account.html", login=countersign.user["login"])


@app.get("/transfer")
@countersign.require_recent(acr="2", max_age_ms=300_000)
async def transfer():
    return "Two factors within five minutes."


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ.get("PORT", "3000")))
