"""The service's published keys, fetched when first needed."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Callable, Optional

from .errors import ResultRefused
from .published_keys import PublishedKey, read_published_keys
from .send import HttpRequest, Send, SendFailure

_MAX_KEY_SET_BYTES = 64 * 1024
_FIRST_RETRY_MS = 1000


@dataclass(frozen=True)
class KeySetOptions:
    url: str
    send: Send
    #: Milliseconds since the epoch.
    now: Callable[[], float]
    #: How long fetched keys serve without asking again.
    cache_ms: int
    #: How much longer they serve while asking again fails.
    max_stale_ms: int
    #: At most one fetch in this time for names of keys that are not in memory.
    cooldown_ms: int
    timeout_ms: int


class KeySet:
    """May be used from many threads: they share what is fetched, and one of them fetches for all that wait.

    PyJWT's own client for JWK sets is not used: it has no clock to give it, forgets good keys when a refresh fails,
    takes keys that are for something else, and asks again for every unknown name.
    """

    def __init__(self, options: KeySetOptions) -> None:
        self._options = options
        self._fetching = threading.Lock()
        self._keys: Optional[dict[str, PublishedKey]] = None
        self._fetched_at: Optional[float] = None
        self._attempted_at: Optional[float] = None
        self._attempts = 0
        self._failures = 0

    def find(self, kid: str) -> Optional[PublishedKey]:
        """The key of that name, or nothing if the service has none.

        :raises CountersignError: ``JWKS_UNAVAILABLE`` when that cannot be found out
        """
        options = self._options
        if self._since(self._fetched_at) >= options.cache_ms:
            self._refresh(0)
        keys = self._keys
        if keys is None or self._since(self._fetched_at) >= options.cache_ms + options.max_stale_ms:
            raise _unavailable()
        known = keys.get(kid)
        if known is not None:
            return known

        # A new key, perhaps. Or an attacker's invention, which must not make us ask each time.
        self._refresh(options.cooldown_ms)
        found = (self._keys or {}).get(kid)
        if found is None and self._failures > 0:
            raise _unavailable()
        return found

    def _since(self, at: Optional[float]) -> float:
        """A clock that went backwards makes everything old, so that nothing is trusted for longer because of it."""
        elapsed = -1 if at is None else self._options.now() - at
        return math.inf if elapsed < 0 else elapsed

    def _refresh(self, minimum_wait_ms: int) -> None:
        """One fetch at a time for all who wait, and after failures ever less often, up to the cooldown."""
        attempts = self._attempts
        with self._fetching:
            if self._attempts != attempts:
                return
            backoff_ms = min(self._options.cooldown_ms, _FIRST_RETRY_MS * 2 ** min(self._failures - 1, 30))
            if self._since(self._attempted_at) < max(minimum_wait_ms, backoff_ms if self._failures else 0):
                return
            self._attempted_at = self._options.now()
            try:
                self._keys = self._fetch()
                self._fetched_at = self._options.now()
                self._failures = 0
            except (SendFailure, ValueError):
                self._failures += 1
            finally:
                self._attempts += 1

    def _fetch(self) -> dict[str, PublishedKey]:
        options = self._options
        answer = options.send(
            HttpRequest(
                method="GET",
                url=options.url,
                headers={"Accept": "application/jwk-set+json, application/json"},
                body=None,
                timeout_ms=options.timeout_ms,
                max_bytes=_MAX_KEY_SET_BYTES,
            )
        )
        if answer.status != 200 or len(answer.body) > _MAX_KEY_SET_BYTES:
            raise ValueError("The answer is no key set.")
        return read_published_keys(answer.body)


def _unavailable() -> ResultRefused:
    return ResultRefused("JWKS_UNAVAILABLE", "The service's public keys cannot be fetched right now.")
