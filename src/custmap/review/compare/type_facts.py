"""What the contract, or a schema of its own, allows at a place: a fact for each limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from custmap.review.compare.meaning import YES, Fact, stated, word
from custmap.values.json_text import dump_json
from custmap.values.types import Type
from custmap.values.words import words_for

_LIMITS: Final = {
    "format": "format",
    "pattern": "pattern",
    "min_length": "minLength",
    "max_length": "maxLength",
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "min_items": "minItems",
    "max_items": "maxItems",
}
_DEEPEST: Final = 4


def type_facts(type_: Type | None, about: str, depth: int = 0) -> Iterator[tuple[str, Fact]]:
    """The limits of a type, with names that begin with `about`; of items and entries, too."""
    if type_ is None or depth > _DEEPEST:
        return
    if type_.known:
        yield f"{about} type", word(words_for(type_.kinds))
    if type_.enum is not None:
        values = sorted(map(dump_json, type_.enum))
        yield f"{about} enum", Fact(", ".join(values), tuple(values))
    for attribute, keyword in _LIMITS.items():
        value: Any = getattr(type_, attribute)
        if value is not None:
            yield f"{about} {keyword}", stated(value)
    if type_.unique_items:
        yield f"{about} uniqueItems", YES
    if type_.read_only:
        yield f"{about} readOnly", YES
    for name in sorted(type_.required):
        yield f"{about} required member {name}", YES
    if type_.items is not None:
        yield from type_facts(type_.items, f"{about}[]", depth + 1)
    if type_.free and type_.extra is not None:
        yield from type_facts(type_.extra, f"{about}.*", depth + 1)
