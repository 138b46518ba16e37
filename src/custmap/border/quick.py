"""The border for records that are as expected: nothing is copied, and what is not read is not looked at.

Generated code tests each value that it uses, and copies what goes out. Here remains what is not a matter of
one value: the canonical schema, by one compiled check on the caller's own record; and texts that are not
Unicode.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from custmap.schema.canonical import Canonical
from custmap.schema.customer_texts import TEXT_PARTS

NO_TEXTS: Final[frozenset[str]] = frozenset()

# Writing values as JSON is the quickest way to look into every text: it fails at half of a surrogate pair.
require_text: Final = msgspec.json.Encoder().encode


class QuickBorder:
    """Takes the records of one canonical schema; `never`: every record is taken by the careful border."""

    __slots__ = ("_canonical", "_never")

    def __init__(self, canonical: Canonical, *, never: bool) -> None:
        self._canonical = canonical
        self._never = never or not canonical.is_customer

    def take(self, record: object, check: bool) -> dict[str, Any] | None:
        """The record itself if it is a plain dict, fits the schema, and has no unknown member; else None."""
        if record.__class__ is not dict or self._never:
            return None
        if check:
            try:
                if not self._canonical.fits(record):
                    return None
            except Exception:  # a value that the check cannot read
                return None
        return record


def texted(record: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The record with objects for a name and a phone that are texts, and which of them were."""
    if record.get("name").__class__ is not str and record.get("phone").__class__ is not str:
        return record, NO_TEXTS
    texts = frozenset(field for field in TEXT_PARTS if record.get(field).__class__ is str)
    return {**record, **{field: {TEXT_PARTS[field]: record[field]} for field in texts}}, texts
