"""The border for records that are as expected: nothing is copied, and what is not read is not looked at.

Generated code tests each value that it uses, and copies what goes out. Here remains what is not a matter of
one value: the canonical schema, by one compiled check on the caller's own record; and texts that are not
Unicode.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from custmap.border.unsettled import UNSETTLED
from custmap.schema.canonical import Canonical
from custmap.schema.customer_texts import TEXT_PARTS
from custmap.values.unusual import Unusual

NO_TEXTS: Final[frozenset[str]] = frozenset()

# Writing values as JSON is the quickest way to look into every text: it fails at half of a surrogate pair.
require_text: Final = msgspec.json.Encoder().encode


class QuickBorder:
    """The quick border of one canonical schema; without `direct`, every record is taken carefully."""

    __slots__ = ("_canonical", "direct")

    def __init__(self, canonical: Canonical, *, direct: bool) -> None:
        self._canonical = canonical
        self.direct = direct and canonical.is_customer

    def require_fit(self, record: dict[str, Any]) -> None:
        """`Unusual`, or what the check raises, unless a record fits the schema with no unknown member."""
        if not self._canonical.fits(record):
            raise Unusual

    def take(self, record: object, check: bool) -> tuple[dict[str, Any], frozenset[str]]:
        """The record, with objects for a name and a phone that are texts, and which of them were."""
        if type(record) is not dict:
            raise Unusual
        plain: dict[str, Any] = record
        if UNSETTLED in plain:
            raise Unusual
        if check and not self._canonical.fits(plain):
            raise Unusual
        if type(plain.get("name")) is not str and type(plain.get("phone")) is not str:
            return plain, NO_TEXTS
        texts = frozenset(field for field in TEXT_PARTS if type(plain.get(field)) is str)
        return {**plain, **{field: {TEXT_PARTS[field]: plain[field]} for field in texts}}, texts
