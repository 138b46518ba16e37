"""Templates read backwards: the value, path and name that an item of a request was made with."""

from __future__ import annotations

import re
from typing import Any, Final

from custmap.model.template import Branch, Filled, Hole, Ridden, Row, Template, Tree
from custmap.values.equality import same

Found = dict[Hole, Any]
"""What stands in the holes: the value as it is, or its text where it is inside a text."""


class Text(str):
    """The text of a value, whose type is not to be seen in it."""

    __slots__ = ()


def bare(value: Any) -> Any:
    """A value, or the text of one, without a mark."""
    return str(value) if isinstance(value, Text) else value


_NO: Final = object()


def read(template: Template, item: Any) -> Found | None:
    """What fills a template's holes in an item; None if it is not made of it."""
    found: Found = {}
    return found if _fits(template.tree, item, found) else None


def _fits(tree: Tree, item: Any, found: Found) -> bool:
    match tree:
        case Filled((Hole() as hole,)):
            return _take(found, hole, item)
        case Filled(parts):
            return isinstance(item, str) and _fits_text(parts, item, found)
        case Ridden():
            return True
        case Branch(entries):
            return isinstance(item, dict) and _fits_members(entries, item, found)
        case Row(items):
            return (
                isinstance(item, list)
                and len(item) == len(items)
                and all(_fits(inner, one, found) for inner, one in zip(items, item, strict=True))
            )
    return same(tree, item)


def _fits_members(entries: tuple[tuple[Filled, Tree], ...], item: dict[str, Any], found: Found) -> bool:
    left = dict(item)
    for key, inner in sorted(entries, key=lambda entry: any(isinstance(one, Hole) for one in entry[0].parts)):
        names = [name for name in left if _fits_text(key.parts, name, {})]
        if not names:
            if isinstance(inner, Ridden):
                continue  # its parameter is not given
            return False
        if not (_fits_text(key.parts, names[0], found) and _fits(inner, left.pop(names[0]), found)):
            return False
    return not left


def _fits_text(parts: tuple[str | Hole, ...], text: str, found: Found) -> bool:
    pattern = "".join("(.*)" if isinstance(part, Hole) else re.escape(part) for part in parts)
    matched = re.fullmatch(pattern, text, re.DOTALL)
    holes = [part for part in parts if isinstance(part, Hole)]
    return matched is not None and all(map(_take_text(found), holes, matched.groups()))


def _take_text(found: Found) -> Any:
    return lambda hole, text: _take(found, hole, Text(text))


def _take(found: Found, hole: Hole, value: Any) -> bool:
    """Keep what stands in a hole; the value itself says more than its text."""
    if isinstance(found.get(hole, _NO), Text) or hole not in found:
        found[hole] = value
    return True
