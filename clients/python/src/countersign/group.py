"""What the groups of the management API share: paths, pages, and a first look at responses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from .errors import ServiceRefused, ServiceUnreachable
from .transport import Transport

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Page(NamedTuple):
    """A part of a list."""

    items: list[Any]
    #: Where the next page begins; ``None`` on the last.
    next: Optional[str]


class Group:
    """The operations on one kind of object.

    >>> [user["login"] for user in client.users.list(search="m")]
    ['maria', 'mira']
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @staticmethod
    def _path(path: str, id: str, tail: str = "") -> str:
        """Refuses what is not an id before it becomes part of a path: ``..`` would name something else."""
        if not isinstance(id, str) or not _ID.fullmatch(id):
            raise ServiceRefused("INPUT_INVALID", "That is not the id of an object.")
        return f"{path}/{id}{tail}"

    @staticmethod
    def _item(response: Any, *members: str) -> dict[str, Any]:
        """Only these members are required: a newer service may add others."""
        if isinstance(response, dict) and all(response.get(name) is not None for name in members):
            return response
        raise unexpected(f"an object with {', '.join(members)}")

    def _page(self, path: str, query: Mapping[str, Any]) -> Page:
        response = self._transport.read("GET", path, query=query)
        items, following = response.get("items"), response.get("next", "")
        if not isinstance(items, list) or not (following is None or (isinstance(following, str) and following)):
            raise unexpected("a page")
        return Page([self._item(item, "id") for item in items], following)

    def _list(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        seen: set[str] = set()
        after: Optional[str] = None
        while True:
            page = self._page(path, {"after": after, **query})
            yield from page.items
            after = page.next
            if after is None:
                return
            # A service that repeats a cursor must not keep the caller in a loop.
            if after in seen:
                raise unexpected("a new page")
            seen.add(after)

    def _create_many(self, path: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        outcomes = self._transport.create(path, {"rows": [*rows]}).get("rows")
        # With one too few, an outcome would be read as that of another row.
        if not isinstance(outcomes, list) or len(outcomes) != len(rows):
            raise unexpected("an outcome for each row")
        return outcomes


def unexpected(wanted: str) -> ServiceUnreachable:
    return ServiceUnreachable("RESPONSE_INVALID", f"The response is not {wanted}.")


def given(**members: Any) -> dict[str, Any]:
    """What is ``None`` was not given."""
    return {name: value for name, value in members.items() if value is not None}
