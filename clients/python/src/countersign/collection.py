"""The kinds of objects of an account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Callable, Generic, NamedTuple, Optional, TypeVar, cast

from .errors import ServiceRefused, ServiceUnreachable
from .transport import Transport

Item = TypeVar("Item")
Created = TypeVar("Created")

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Page(NamedTuple):
    """A part of a list."""

    items: list[Any]
    #: Where the next page begins; ``None`` on the last.
    next: Optional[str]


class Collection(Generic[Item, Created]):
    """One kind of object of the account. Objects are given and answered as the API has them: with its names, as
    dictionaries."""

    def __init__(self, transport: Transport, path: str, read_created: Callable[[dict[str, Any]], Created]) -> None:
        self._transport = transport
        self._path = path
        self._read_created = read_created

    def create(self, new: Any) -> Created:
        """Sent with an Idempotency-Key of its own, so a lost answer does not make two."""
        return self._read_created(self._transport.create(self._path, new))

    def get(self, id: str) -> Item:
        return cast(Item, read_item(self._transport.read("GET", item_path(self._path, id))))

    def update(self, id: str, changes: Any) -> Item:
        """Changes what is named and leaves the rest. Never repeated by itself."""
        return cast(Item, read_item(self._transport.once("PATCH", item_path(self._path, id), body=changes)))

    def delete(self, id: str) -> None:
        """Never repeated by itself."""
        self._transport.once("DELETE", item_path(self._path, id))

    def page(self, *, after: Optional[str] = None, limit: Optional[int] = None, **query: Any) -> Page:
        """One page; ``after`` is the ``next`` of the page before. ``query``: what the list can be asked for, such as
        ``search``, ``sort``, ``order``, by the API's names."""
        answer = self._transport.read("GET", self._path, query={"after": after, "limit": limit, **query})
        items, following = answer.get("items"), answer.get("next", "")
        if not isinstance(items, list) or not (following is None or (isinstance(following, str) and following)):
            raise unexpected("a page")
        return Page([read_item(item) for item in items], following)

    def list(self, *, limit: Optional[int] = None, **query: Any) -> Iterator[Item]:
        """All of them, page by page as they are read. ``query`` as of :meth:`page`.

        >>> [user["login"] for user in client.users.list(search="m")]
        ['maria', 'mira']
        """
        seen: set[str] = set()
        after: Optional[str] = None
        while True:
            page = self.page(after=after, limit=limit, **query)
            yield from page.items
            after = page.next
            if after is None:
                return
            # A service that goes round in circles must not keep us for ever.
            if after in seen:
                raise unexpected("a new page")
            seen.add(after)


def create_many(transport: Transport, kind: str, rows: Sequence[Any]) -> Any:
    answer = transport.create(f"/bulk/{kind}", {"rows": [*rows]}).get("rows")
    # An outcome too few would be taken for another row's.
    if not isinstance(answer, list) or len(answer) != len(rows):
        raise unexpected("an outcome for each row")
    return answer


def read_item(value: Any) -> dict[str, Any]:
    """Of its shape only the id is checked: the service may have added members since."""
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return value
    raise unexpected("an object with an id")


def unexpected(wanted: str) -> ServiceUnreachable:
    return ServiceUnreachable("RESPONSE_INVALID", f"The answer is not {wanted}.")


def given(**members: Any) -> dict[str, Any]:
    """What is ``None`` was not given."""
    return {name: value for name, value in members.items() if value is not None}


def item_path(path: str, id: str) -> str:
    """Refuses what is not an id before it becomes part of an address: ``..`` would ask for something else."""
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ServiceRefused("INPUT_INVALID", "That is not the id of an object.")
    return f"{path}/{id}"
