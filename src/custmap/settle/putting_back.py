"""Part of a record as another has it: fields, entries of maps, items of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custmap.plan.open_paths import Item, OpenPath, is_item
from custmap.values.absent import ABSENT
from custmap.values.types import Type


def put_back(now: dict[str, Any], then: dict[str, Any], path: OpenPath, type_: Type) -> dict[str, Any]:
    """`now`, with what stands at a path as `then` has it; neither is modified."""
    made = _at(now, then, path.names, path.item, type_)
    return made if type(made) is dict else {}


def _at(now: Any, then: Any, names: Sequence[str], item: Item | None, type_: Type | None) -> Any:
    if not names:
        return then if item is None else _items(now, then, item)
    if now is then:
        return now
    name, rest = names[0], names[1:]
    members = {} if type_ is None else type_.members
    named = name in members
    made = dict(now) if type(now) is dict else dict.fromkeys(members) if now is None and named else {}
    held = then.get(name, ABSENT) if type(then) is dict else then if named else ABSENT
    inner = _at(made.get(name, ABSENT), held, rest, item, type_ and type_.member(name))
    if inner is not ABSENT:
        made[name] = inner
    elif name not in made:
        return now
    else:
        del made[name]
    return made if made or type(then) is dict else then


def _items(now: Any, then: Any, item: Item) -> Any:
    """A list with one item as another list has it: in the item's place, or where the other list has it."""
    made = list(now) if type(now) is list else []
    held = [(at, one) for at, one in enumerate(then if type(then) is list else ()) if is_item(one, item)]
    if not held and not any(is_item(one, item) for one in made):
        return now
    places = [at for at, one in enumerate(made) if is_item(one, item)] or [at for at, _ in held]
    made = [one for one in made if not is_item(one, item)]
    if held:
        made[places[0] : places[0]] = [one for _, one in held]
    return made if made or type(then) is list else then
