"""Two-factor sign-in on Django. With OWN_PASSWORDS=1 this site checks the passwords, and Countersign the second factor."""

import os
from pathlib import Path

OWN_PASSWORDS = os.environ.get("OWN_PASSWORDS") == "1"

COUNTERSIGN = {
    "SERVICE": os.environ["COUNTERSIGN_URL"],
    "RESOURCE": os.environ["COUNTERSIGN_RESOURCE"],
    "ORIGIN": os.environ["ORIGIN"],
    "API_KEY": os.environ["COUNTERSIGN_API_KEY"],
    "USER_FIELD": "countersign_id",
    "SITE_CHECKS_PASSWORD": OWN_PASSWORDS,
    "AFTER_SIGN_IN": "/account",
}

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
AUTH_USER_MODEL = "shop.User"
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "countersign.django.CountersignMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(os.environ["DATABASE"])}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COUNTERSIGN["ORIGIN"].startswith("https:")
