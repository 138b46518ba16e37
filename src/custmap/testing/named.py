"""A customer or an outcome, reduced to what a fixture names: so it is compared, and written anew.

Of an object only the named members count, at any depth, since a case proves one fact; `{}` is an object
without members. A list counts whole; of messages the named members count, and how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from custmap.syntax.node import ListNode, MapNode, Node, plain
from custmap.testing.difference import Difference, compare
from custmap.testing.expectation import MESSAGES
from custmap.testing.told import rule_line

if TYPE_CHECKING:
    from custmap.mapper import Mapping

_MESSAGE = re.compile(rf"outcome\.({'|'.join(MESSAGES)})\[(\d+)\]")
# What of a message is written where a fixture names nothing yet: lines change whenever the mapping does.
_TOLD = ("field", "vendor_field", "code", "message")


def compare_named(name: str, node: Node, got: Any, mapping: Mapping | None) -> Iterator[Difference]:
    """The places where the answer differs; `name` is `customer` or `outcome`."""
    for one in compare(plain(node), reduced(name, node, got), name, node):
        yield replace(one, line=_line(one.place, got, mapping))


def reduced(name: str, node: Node | None, got: Any, *, written: bool = False) -> Any:
    """The answer without what the fixture does not name; all of it where it names nothing.

    `written`  an object of which only other members came is whole too, for `{}` would say that it has none.
    """
    if name == "outcome":
        members = node if isinstance(node, MapNode) else None
        messages = {each: _messages(members and members.get(each), got[each], written) for each in MESSAGES}
        got = {**got, **messages}
    return _reduced(node, got, written)


def _reduced(node: Node | None, got: Any, written: bool) -> Any:
    if not (isinstance(node, MapNode) and node.entries and isinstance(got, dict)):
        return got
    named = {str(key.value): below for key, below in node}
    kept = {name: _reduced(below, got[name], written) for name, below in named.items() if name in got}
    return got if written and not kept else kept


def _messages(node: Node | None, got: list[dict[str, Any]], written: bool) -> list[Any]:
    items = node.items[: len(got)] if isinstance(node, ListNode) else ()
    told = [{name: one[name] for name in _TOLD} for one in got[len(items) :]]
    return [*(_reduced(item, one, written) for item, one in zip(items, got, strict=False)), *told]


def _line(place: str, got: Any, mapping: Mapping | None) -> int | None:
    """The mapping's line: of a message its own, of a customer's member that of the rule that reads it."""
    message = _MESSAGE.match(place)
    if message is not None:
        messages: list[dict[str, Any]] = got[message[1]]
        at = int(message[2])
        return messages[at]["line"] if at < len(messages) else None
    path = re.sub(r"^(outcome\.)?customer\.", "", place)
    if path == place or mapping is None:
        return None
    return rule_line(path, mapping.back.tables)
