"""JSON that says one thing."""

from __future__ import annotations

import json
from typing import Any

# Results are flat, and what reads them elsewhere may recurse.
_MAX_DEPTH = 16


def parse_strict_json(data: bytes) -> Any:
    """The JSON in these bytes: UTF-8 without a byte order mark, no member named twice, nested at most 16 deep, no half of a
    surrogate pair, no name that begins with U+0000.

    Parsers differ in which of two members they keep, and in what they do with the last two, so such a text says
    different things to different readers (RFC 8259 4 and 8.2).

    :raises ValueError: it is not that
    """
    text = data.decode("utf-8")
    _refuse_depth(text)
    value = json.loads(text, object_pairs_hook=_refuse_names, parse_constant=_refuse_constant)
    # Fails where half of a surrogate pair is among the texts: UTF-8 has no bytes for it.
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _refuse_depth(text: str) -> None:
    """Before it is parsed: the parser recurses. What stands in strings opens nothing."""
    depth = 0
    at = 0
    while at < len(text):
        character = text[at]
        if character == '"':
            at += 1
            while at < len(text) and text[at] != '"':
                at += 2 if text[at] == "\\" else 1
        elif character in "{[":
            depth += 1
            if depth > _MAX_DEPTH:
                raise ValueError("It is nested too deeply.")
        elif character in "}]":
            depth -= 1
        at += 1


def _refuse_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("A member is named twice.")
    if any(name.startswith("\0") for name in members):
        raise ValueError("A name begins with U+0000.")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")
