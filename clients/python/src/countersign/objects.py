"""The objects of ``/v1`` as JSON, with the API's names.

Names ending in ``At`` are milliseconds since the epoch, those in ``Ms`` milliseconds. What a newer service adds is
there as well, and only unknown to a type checker.
"""

from __future__ import annotations

from typing import Any, Optional, TypedDict


class Creator(TypedDict, total=False):
    """Who made an object: an API key, an administrator, or whoever has the server's command line."""

    kind: str
    id: str


class Resource(TypedDict, total=False):
    """A site or system to be protected, and the rules of access to it."""

    id: str
    name: str
    enabled: bool
    #: 3 to 10.
    failedAttemptsBeforeLock: int
    #: ``auto``, ``password``, ``otp`` or ``password-otp``.
    methodPolicy: str
    #: Whose tokens are of other kinds alone is refused, and never let off the code.
    tokenKinds: list[str]
    #: Exact origins, or one-label wildcards (``https://*.shop.example``).
    allowedOrigins: list[str]
    allowLocalhost: bool
    #: 10 000 to 300 000.
    resultLifetimeMs: int
    passkeySignIn: bool
    #: How people set up tokens by themselves where they sign in; ``None``: they do not.
    enrolment: Optional[dict[str, Any]]
    #: What people may change about themselves; ``None``: there is no page for it.
    selfService: Optional[dict[str, Any]]
    #: Exact addresses that results may be posted to from the service's own page.
    redirectUris: list[str]
    #: SHA-256 of the logo; ``None`` without one.
    logo: Optional[str]
    geoFilter: Optional[str]
    timeFilter: Optional[str]
    ipFilter: Optional[str]
    #: ``None``: browsers are not compared, and nothing is collected.
    environment: Optional[dict[str, Any]]
    #: How long a consumed result can be built upon by a login request, at most 12 hours.
    rememberMs: Optional[int]
    createdAt: int
    #: Of a resource for tests: ``pass``, ``fail`` or ``expire``.
    testMode: Optional[str]
    createdBy: Optional[Creator]


class UserAssignment(TypedDict):
    """What the user may enter one resource with: alone, together with one of these tokens, or both."""

    resource: str
    alone: bool
    tokens: list[str]


class User(TypedDict, total=False):
    id: str
    login: str
    alias: str
    email: str
    phone: str
    firstName: str
    secondName: str
    blocked: bool
    hasPassword: bool
    #: Whether ``authenticate`` lets them in; the widget asks nobody for it.
    apiSupport: bool
    assignments: list[UserAssignment]
    createdAt: int
    createdBy: Optional[Creator]


class Token(TypedDict, total=False):
    """The thing that makes one-time passwords."""

    id: str
    name: str
    serial: str
    #: ``totp``, ``hotp``, ``ocra``, ``sms``, ``email``, ``webauthn`` or ``recovery``.
    kind: str
    algorithm: str
    digits: int
    periodMs: int
    pin: str
    suite: str
    #: Of ``sms`` and ``email``: where its codes are sent.
    to: str
    #: Of ``recovery``: codes that have not been used.
    codesLeft: int
    #: The user it belongs to.
    owner: str
    #: False: takes no part in authentication.
    enabled: bool
    #: Set: nobody is let in with it until it is unlocked.
    locked: Optional[dict[str, Any]]
    #: Wrong codes in a row.
    failures: int
    needsResync: bool
    expiresAt: int
    #: Resources that take this token's codes with no user involved.
    directResources: list[str]
    createdAt: int
    createdBy: Optional[Creator]


class CreatedToken(TypedDict, total=False):
    """A new token, and what is shown this once and never again, as its kind has it."""

    token: Token
    #: Base32, of ``totp``, ``hotp`` and ``ocra``.
    secret: str
    #: The same for authenticator apps, usually shown as a QR code. Of ``totp`` and ``hotp``.
    otpauthUri: str
    #: Of ``recovery``.
    recoveryCodes: list[str]


class TokenCheck(TypedDict, total=False):
    """What a code is, if it were typed at a sign-in now."""

    #: ``right``, ``used``, ``late`` (of TOTP: right so many steps ago) or ``wrong``.
    verdict: str
    #: Of ``right`` and ``late``. TOTP: its step against the service's, negative where the device is behind; HOTP:
    #: unused codes that it passes over.
    offset: int


class Filter(TypedDict, total=False):
    id: str
    name: str
    #: By country, time or address, as ``kind`` says: ``geo``, ``time``, ``ip``.
    rule: dict[str, Any]
    createdAt: int
    createdBy: Optional[Creator]


class ApiKey(TypedDict, total=False):
    id: str
    name: str
    #: What its text begins with.
    prefix: str
    scopes: list[str]
    #: Confined to sign-ins and results of these; ``None``: not confined.
    resources: Optional[list[str]]
    enabled: bool
    expiresAt: int
    #: Until when the secret before the last rotation works.
    formerUntil: Optional[int]
    #: To within an hour.
    lastUsedAt: Optional[int]
    createdAt: int
    createdBy: Optional[Creator]


class ApiKeyWithSecret(TypedDict):
    key: ApiKey
    #: The key itself. Shown this once and never again.
    text: str


class Assignment(TypedDict, total=False):
    """To a resource: a user alone, a user together with a token, or a token directly."""

    resource: str
    user: str
    token: str


class RowOutcome(TypedDict, total=False):
    """What became of one row."""

    key: str
    #: What the request for this row alone would have been answered with.
    status: int
    id: str
    code: str
    detail: str
    errors: list[dict[str, str]]
    retryAfterMs: int
    #: Of a token the seed is in this answer alone.
    secret: str
    otpauthUri: str
    recoveryCodes: list[str]


class TokenImport(TypedDict):
    """What became of a file of tokens."""

    format: str
    #: How many were ``made``, ``exists``, ``importable``, ``refused``.
    counts: dict[str, int]
    warnings: list[dict[str, str]]
    #: In the order of the file.
    rows: list[dict[str, Any]]
