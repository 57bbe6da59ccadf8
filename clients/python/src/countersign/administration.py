"""The objects of an account, and what can be done with each kind."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union, cast

from .answers import is_whole
from .collection import Collection, create_many, given, item_path, read_item, unexpected
from .objects import (
    ApiKey,
    ApiKeyWithSecret,
    Assignment,
    CreatedToken,
    Resource,
    RowOutcome,
    Token,
    TokenCheck,
    TokenImport,
    User,
)
from .transport import Transport


class Resources(Collection[Resource, Resource]):
    def __init__(self, transport: Transport) -> None:
        super().__init__(transport, "/resources", lambda answer: cast(Resource, read_item(answer)))

    def set_logo(self, id: str, image: bytes) -> Resource:
        """A PNG or WebP of at most 32 kB, shown above the sign-in."""
        body = {"image": base64.b64encode(image).decode("ascii")}
        path = f"{item_path(self._path, id)}/logo"
        return cast(Resource, read_item(self._transport.once("POST", path, body=body)))

    def remove_logo(self, id: str) -> None:
        self._transport.once("DELETE", f"{item_path(self._path, id)}/logo")


class Users(Collection[User, User]):
    def __init__(self, transport: Transport) -> None:
        super().__init__(transport, "/users", lambda answer: cast(User, read_item(answer)))

    def create_many(self, rows: Sequence[Any]) -> list[RowOutcome]:
        """Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is."""
        return cast("list[RowOutcome]", create_many(self._transport, "users", rows))

    def environments(self, id: str) -> dict[str, Any]:
        """How many of their browsers are remembered, where and since when."""
        answer = self._transport.read("GET", f"{item_path(self._path, id)}/environments")
        if not is_whole(answer.get("count")) or not isinstance(answer.get("environments"), list):
            raise unexpected("environments")
        return answer

    def forget_environments(self, id: str) -> None:
        """Forgets all of them."""
        self._transport.once("DELETE", f"{item_path(self._path, id)}/environments")


class Tokens(Collection[Token, CreatedToken]):
    def __init__(self, transport: Transport) -> None:
        super().__init__(transport, "/tokens", _read_created_token)

    def create(self, new: Any) -> CreatedToken:
        """Sent with an Idempotency-Key of its own, so a lost answer does not make two. What comes of it hangs on the
        ``kind``."""
        created = super().create(new)
        if created["token"].get("kind") != new.get("kind"):
            raise unexpected("a token of this kind")
        return created

    def create_many(self, rows: Sequence[Any]) -> list[RowOutcome]:
        """Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is."""
        return cast("list[RowOutcome]", create_many(self._transport, "tokens", rows))

    def create_recovery_codes(self, new: Mapping[str, Any]) -> CreatedToken:
        """Codes that stand in once each for one of another token's. Assign them as any token.

        :param new: their ``name``, and the ``owner`` whose they are
        """
        return self.create({**new, "kind": "recovery"})

    def import_file(
        self,
        content: Union[str, bytes],
        *,
        format: Optional[str] = None,
        password: Optional[str] = None,
        pre_shared_key: Optional[str] = None,
        kind: Optional[str] = None,
        seed_encoding: Optional[str] = None,
        dry_run: Optional[bool] = None,
        accept_partial: Optional[bool] = None,
        first: Optional[int] = None,
        count: Optional[int] = None,
    ) -> TokenImport:
        """Makes the tokens of a file: PSKC, CSV, ``otpauth://`` URIs, an export of Google Authenticator. All of it is
        judged before the first is made. Repeated by itself, since nothing is made twice: after a lost answer what was
        made is ``exists``. Thousands of rows take longer than the usual ``timeout_ms``.

        :param content: at most 2 MiB; what is not UTF-8 text goes as bytes
        :param format: ``pskc``, ``csv``, ``otpauth``, ``migration``; default: its content tells
        :param password: of an encrypted PSKC file; or its key in hexadecimal as ``pre_shared_key``
        :param kind: CSV: of rows that do not say theirs
        :param seed_encoding: CSV: how seeds are written: ``hex``, ``base32``, ``base64``
        :param dry_run: judge every row and make nothing
        :param accept_partial: make the good rows although others are refused
        :param first: with ``count``: which rows this call makes, so that a large file can be made in steps
        :raises CountersignError: ``IMPORT_UNREADABLE``, or ``IMPORT_REFUSED`` with the refused rows in ``errors``
        """
        is_text = isinstance(content, str)
        body = given(
            content=content if isinstance(content, str) else base64.b64encode(content).decode("ascii"),
            encoding="text" if is_text else "base64",
            format=format,
            password=password,
            preSharedKey=pre_shared_key,
            kind=kind,
            seedEncoding=seed_encoding,
            dryRun=dry_run,
            acceptPartial=accept_partial,
            count=count,
        )
        if first is not None:
            body["from"] = first
        answer = self._transport.read("POST", "/token-imports", body=body)
        if not isinstance(answer.get("rows"), list) or not isinstance(answer.get("counts"), dict):
            raise unexpected("what became of a file")
        return cast(TokenImport, answer)

    def resync(self, id: str, otps: Sequence[str]) -> Token:
        """Brings a device back into step, by two codes that it showed one after the other. Never repeated by itself:
        wrong ones count as a wrong code, right ones are used up.

        :raises CountersignError: ``OTP_WRONG``, ``TOKEN_LOCKED``, ...
        """
        path = f"{item_path(self._path, id)}/resync"
        return cast(Token, read_item(self._transport.once("POST", path, body={"otps": [*otps]})))

    def check(self, id: str, otp: str) -> TokenCheck:
        """Says whether a sign-in would take this code now, of a TOTP or HOTP token. The code stays good, and no failure
        of the token is counted. Never repeated by itself: what is not right counts against the checks that a token has
        in an hour.

        :raises CountersignError: ``TOO_MANY_ATTEMPTS``, ``TOKEN_KIND_UNFIT``, ``TOKEN_LOCKED``, ...
        """
        answer = self._transport.once("POST", f"{item_path(self._path, id)}/check", body={"otp": otp})
        if answer.get("verdict") not in ("right", "used", "late", "wrong"):
            raise unexpected("what a code is")
        return cast(TokenCheck, answer)


class ApiKeys(Collection[ApiKey, ApiKeyWithSecret]):
    def __init__(self, transport: Transport) -> None:
        super().__init__(transport, "/api-keys", _read_api_key)

    def rotate(self, id: str, *, overlap_ms: int) -> ApiKeyWithSecret:
        """Another secret, shown once; the one before works on for the overlap. Never repeated by itself."""
        path = f"{item_path(self._path, id)}/rotate"
        return _read_api_key(self._transport.once("POST", path, body={"overlapMs": overlap_ms}))


class Assignments:
    """What may be entered, and with what."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, *, resource: str, user: Optional[str] = None, token: Optional[str] = None) -> Assignment:
        """A user alone, a user together with a token, or a token directly. Sent with an Idempotency-Key of its own."""
        assignment = given(resource=resource, user=user, token=token)
        if self._transport.create("/assignments", assignment).get("resource") != resource:
            raise unexpected("the assignment")
        return cast(Assignment, assignment)

    def create_many(self, rows: Sequence[Any]) -> list[RowOutcome]:
        """Up to 500 at once, each with its own outcome, in their order."""
        return cast("list[RowOutcome]", create_many(self._transport, "assignments", rows))

    def delete(self, *, resource: str, user: Optional[str] = None, token: Optional[str] = None) -> None:
        """Never repeated by itself."""
        self._transport.once("DELETE", "/assignments", query={"resource": resource, "user": user, "token": token})


def _read_created_token(answer: dict[str, Any]) -> CreatedToken:
    """Whatever is shown this once has to be there: nobody gets to see it later."""
    token = read_item(answer.get("token"))
    kind = token.get("kind")
    if kind in ("totp", "hotp", "ocra") and not isinstance(answer.get("secret"), str):
        raise unexpected("a new token with its secret")
    if kind in ("totp", "hotp") and not isinstance(answer.get("otpauthUri"), str):
        raise unexpected("a new token with its address for apps")
    codes = answer.get("recoveryCodes")
    if kind == "recovery" and not (isinstance(codes, list) and all(isinstance(code, str) for code in codes)):
        raise unexpected("a new token with its recovery codes")
    return cast(CreatedToken, answer)


def _read_api_key(answer: dict[str, Any]) -> ApiKeyWithSecret:
    if not isinstance(answer.get("text"), str):
        raise unexpected("an API key with its text")
    read_item(answer.get("key"))
    return cast(ApiKeyWithSecret, answer)
