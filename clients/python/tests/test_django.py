"""The glue for Django, in synchronous and in asynchronous views."""

from __future__ import annotations

import asyncio
import sys
import unittest
from typing import Any

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="of-this-test",
        ALLOWED_HOSTS=["shop.example"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:django?mode=memory&cache=shared"}},
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "countersign.django.CountersignMiddleware",
        ],
        COUNTERSIGN={
            "SERVICE": "https://auth.example",
            "RESOURCE": "res_01k8dq9z2mp",
            "ORIGIN": "https://shop.example",
            "API_KEY": "csk_canary.of-the-api-key",
            "USER_FIELD": "first_name",
            "SITE_CHECKS_PASSWORD": True,
        },
    )
    django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import AsyncClient, Client, RequestFactory, override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from countersign import OptionInvalid  # noqa: E402
from countersign.django import (  # noqa: E402
    CountersignMiddleware,
    _configured,
    begin_second_factor,
    require_recent,
    urls,
)


def by_password_alone(request: HttpRequest) -> HttpResponse:
    """As Django's own login form does, or that of its administration."""
    login(request, get_user_model().objects.get(username="mira"), backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse(f"{request.user.is_authenticated}")


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.is_authenticated}")


async def who_async(request: Any) -> HttpResponse:
    return HttpResponse(f"{(await request.auser()).is_authenticated}")


@require_recent(acr="1")
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


@require_recent(acr="1")
async def guarded_async(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


urlpatterns = [
    path("by-password-alone", by_password_alone),
    path("who", who),
    path("who-async", who_async),
    path("guarded", guarded),
    path("guarded-async", guarded_async),
    *urls(),
]


class Django(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        call_command("migrate", "--run-syncdb", verbosity=0)
        cls.mira = get_user_model().objects.create_user("mira", password="of the site", first_name="usr_1")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.mira.delete()

    # The attacker has the password, and a form of Django's signs them in: no view may take that for a sign-in.
    def test_a_password_alone_is_no_sign_in(self) -> None:
        client = Client(headers={"host": "shop.example"})
        self.assertEqual(client.get("/by-password-alone").content, b"True")
        for address in ("/who", "/who-async"):
            with self.subTest(address):
                self.assertEqual(client.get(address).content, b"False")
        for address in ("/guarded", "/guarded-async"):
            with self.subTest(address):
                answer = client.get(address)
                self.assertEqual((answer.status_code, answer.json()), (401, {"code": "SIGN_IN_REQUIRED"}))

    def test_nor_is_it_where_django_runs_asynchronously(self) -> None:
        async def visit() -> dict[str, bytes]:
            client = AsyncClient(headers={"host": "shop.example"})
            await client.get("/by-password-alone")
            addresses = ("/who", "/who-async", "/guarded", "/guarded-async")
            return {address: (await client.get(address)).content for address in addresses}

        refused = b'{"code": "SIGN_IN_REQUIRED"}'
        seen = asyncio.run(visit())
        self.assertEqual(
            seen, {"/who": b"False", "/who-async": b"False", "/guarded": refused, "/guarded-async": refused}
        )

    def test_a_user_without_an_id_at_countersign_is_refused(self) -> None:
        request = RequestFactory().post("/password")
        with self.assertRaises(OptionInvalid):
            begin_second_factor(request, get_user_model()(username="lea"))

    # The attacker keeps the cookie from before the sign-in, and sends it again with the result that was used.
    def test_sessions_in_a_cookie_need_results_that_are_consumed(self) -> None:
        self.addCleanup(_configured.cache_clear)
        engine = "django.contrib.sessions.backends.signed_cookies"
        careless = {**settings.COUNTERSIGN, "SITE_CHECKS_PASSWORD": False, "API_KEY": None}
        for countersign in (careless, settings.COUNTERSIGN):
            _configured.cache_clear()
            with override_settings(SESSION_ENGINE=engine, COUNTERSIGN=countersign):
                if countersign is careless:
                    with self.assertRaisesRegex(OptionInvalid, "API_KEY"):
                        CountersignMiddleware(who)
                else:
                    CountersignMiddleware(who)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
