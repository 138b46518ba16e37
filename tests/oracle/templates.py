"""§ 11: what a template makes of a value: a walk over the tree, one branch a kind of part."""

from __future__ import annotations

from typing import Any

from custmap.model.template import Branch, Filled, Hole, Ridden, Row, Tree
from custmap.values.absent import ABSENT
from custmap.values.json_text import dump_json


def filled(tree: Tree, holes: dict[Hole, Any], riders: tuple[Any, ...]) -> Any:
    """The item; ABSENT for a parameter that is not given."""
    match tree:
        case Filled(parts=parts):
            if parts == (Hole.VALUE,):
                return holes[Hole.VALUE]
            return "".join(_text(holes[part]) if isinstance(part, Hole) else part for part in parts)
        case Ridden(index=index):
            return riders[index]
        case Branch(entries=entries):
            made = {_key(key, holes): filled(inner, holes, riders) for key, inner in entries}
            return {key: value for key, value in made.items() if value is not ABSENT}
        case Row(items=items):
            return [filled(inner, holes, riders) for inner in items]
    return tree


def _key(key: Filled, holes: dict[Hole, Any]) -> str:
    return "".join(_text(holes[part]) if isinstance(part, Hole) else part for part in key.parts)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dump_json(value)
