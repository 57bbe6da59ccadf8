"""What a person confirms, and the hash that stands for it."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Optional, TypedDict, Union

from .errors import ServiceRefused


class TransactionField(TypedDict):
    """One line of what a person confirms."""

    #: 1 to 40 characters.
    label: str
    #: 1 to 200 characters.
    value: str


#: What is confirmed: its fields, from your own records and in their order, or their hash.
TransactionReference = Union[Sequence[TransactionField], str]

_FIELDS_MAX = 12
_LABEL_MAX = 40
_VALUE_MAX = 200
# Begins every canonical text, so that it cannot be taken for anything else that is hashed.
_FORM = "countersign-transaction-1"
_HASH = re.compile(r"[0-9a-f]{64}")
# Fixed ranges, not Unicode properties: the same in every language, whatever version of Unicode it knows.
_UNFIT = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202e\u205f-\u206f\u2800\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BLANK_ENDS_OR_ROWS = re.compile("\\A[ \u00a0\u202f]|[ \u00a0\u202f]{2}|[ \u00a0\u202f]\\Z")


def transaction_hash(fields: Sequence[TransactionField]) -> str:
    """The hash that stands for a transaction: SHA-256 of its canonical text, in lower-case hexadecimal.

    Fields are taken as they are or refused, never mended, so that what a person confirmed is letter by letter what you
    execute.

    :raises CountersignError: ``TRANSACTION_INVALID``, whose message says which field and why

    >>> transaction_hash([{"label": "To", "value": "Olena Koval"}, {"label": "Amount", "value": "10.00 EUR"}])
    'cb9ae7dbebfa5339097ef78749aa52e6a56939a860a1407eabd31fb0a66e65a2'
    """
    return hashlib.sha256(canonical_transaction(fields).encode("utf-8")).hexdigest()


def canonical_transaction(fields: Sequence[TransactionField]) -> str:
    """The one text that stands for these fields, as :func:`transaction_hash` hashes it.

    :raises CountersignError: ``TRANSACTION_INVALID``
    """
    if not isinstance(fields, (list, tuple)):
        raise _invalid("shape")
    if not 1 <= len(fields) <= _FIELDS_MAX:
        raise _invalid("count")
    pairs = [_read_field(field, index) for index, field in enumerate(fields)]
    return json.dumps([_FORM, *pairs], ensure_ascii=False, separators=(",", ":"))


def hash_of(transaction: Any) -> str:
    """The hash of what a user should have confirmed, however they name it. Nothing is not taken for a sign-in."""
    if isinstance(transaction, str):
        if _HASH.fullmatch(transaction):
            return transaction
        raise ServiceRefused("TRANSACTION_INVALID", "The hash of a transaction is 64 hexadecimal digits in lower case.")
    return transaction_hash(transaction)


def _read_field(field: Any, index: int) -> list[str]:
    if not isinstance(field, Mapping) or set(field) != {"label", "value"}:
        raise _invalid("shape", index)
    label, value = field["label"], field["value"]
    if not isinstance(label, str) or not isinstance(value, str):
        raise _invalid("shape", index)
    fault = _text_fault(label, _LABEL_MAX) or _text_fault(value, _VALUE_MAX)
    if fault is not None:
        raise _invalid(fault, index)
    return [label, value]


def _text_fault(text: str, longest: int) -> Optional[str]:
    if not 1 <= len(text) <= longest:
        return "length"
    if _UNFIT.search(text):
        return "character"
    if _BLANK_ENDS_OR_ROWS.search(text):
        return "spacing"
    return None if unicodedata.normalize("NFC", text) == text else "normalisation"


def _invalid(reason: str, field: Optional[int] = None) -> ServiceRefused:
    where = "" if field is None else f" in field {field}"
    return ServiceRefused("TRANSACTION_INVALID", f"These fields cannot be shown and signed: {reason}{where}.")
