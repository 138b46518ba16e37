"""What a vendor holds, in its own form, as target values.

A document's value is taken as the rule would send what was read of it: so a text that differs by its case
alone is the same under `lower`. What a rule cannot read back, or would not send, is taken as it stands; of
what it reads, members that the customer's schema does not name are ignored, as in any record.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from custmap.diagnostics.span import Span
from custmap.expressions.ast import plain_path
from custmap.invert.ways import Way
from custmap.model.nodes import EachSource, FromSource, Leaf, Presence, Table
from custmap.model.walkers import eaches
from custmap.running.item_keys import by_key
from custmap.running.states import Failure, is_value
from custmap.schema.unknown import drop_unknown
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, found_at


class VendorDocument:
    """A document, and which rules have read it: `unread` are those of which it has something unreadable."""

    __slots__ = ("_document", "_one_way")

    def __init__(self, document: Any, ways: Iterable[Way], unread: frozenset[Span | None]) -> None:
        self._document = document
        self._one_way = unread.union(way.span for way in ways if way.why is not None)

    def reads_back(self, leaf: Leaf) -> bool:
        """Was all read that a rule says? A list that is one value is read with all rules of its items."""
        if leaf.span in self._one_way:
            return False
        inner = (one for each in eaches(leaf.origin) for one in each.table.slots if isinstance(one, Leaf))
        return leaf.kind.has_items or all(map(self.reads_back, inner))

    def value(self, leaf: Leaf) -> Any:
        """The document's value; ABSENT for none, and for `{}` in a list where an item says nothing."""
        value = _value(leaf, self._document)
        fills = value == {} and isinstance(leaf.path[-1], Index) and not self.reads_back(leaf)
        return ABSENT if fills else value

    def holds(self, leaf: Leaf, sent: Any) -> Any:
        """The target value that the vendor holds; `sent` is what would be sent of what was read."""
        return self._held(leaf, sent, self.value(leaf))

    def _held(self, leaf: Leaf, sent: Any, value: Any) -> Any:
        if not self.reads_back(leaf):
            return value
        value = _known(leaf, value)
        if leaf.kind.has_items and sent.__class__ is list and value.__class__ is list:
            return self._rows(leaf, sent, value)
        if leaf.kind.is_map and sent.__class__ is dict and value.__class__ is dict:
            return {key: _either(one, value.get(key, ABSENT)) for key, one in sent.items()}
        return _either(sent, value)

    def _rows(self, leaf: Leaf, sent: list[Any], rows: list[Any]) -> list[Any]:
        """The items of a list with a key, each with what the document has of it."""
        source = leaf.origin.source
        if not isinstance(source, EachSource):
            return sent
        if plain_path(source.expression.ast) is None:  # it is made of a map, in the order of its keys
            ours, known = by_key(leaf, sent), by_key(leaf, rows)
            if ours is None or known is None:
                return sent
            return [self._item(row, known.get(mark, (None, None))[1]) for mark, (_, row) in ours.items()]
        return list(map(self._item, sent, rows)) if len(sent) == len(rows) else sent

    def _item(self, sent: Any, row: Any) -> Any:
        if row is None:
            return sent
        if sent.__class__ is not tuple:
            return row
        table: Table = row[0]
        return (table, *map(self._member, table.slots, sent[1:], row[1:]))

    def _member(self, slot: Leaf | Presence, sent: Any, value: Any) -> Any:
        """A member of an item; what the item lacks is not there, whatever other rules read."""
        if isinstance(slot, Presence) or (value is ABSENT and not is_value(sent)):
            return sent
        return ABSENT if value is ABSENT else self._held(slot, sent, value)


def _known(leaf: Leaf, value: Any) -> Any:
    """What a rule reads of a document's value: not what the customer's schema does not name."""
    source = leaf.origin.source
    if not isinstance(source, FromSource) or value.__class__ not in (dict, list):
        return value
    known = deepcopy(value)
    drop_unknown(known, source.type)
    return known


def _either(sent: Any, value: Any) -> Any:
    """What would be sent of what was read; what the vendor holds where that is not known."""
    ignored = sent.__class__ is Failure and sent.code == "CM807"  # an empty text that the vendor ignores
    return sent if sent is None or ignored or is_value(sent) else value


def _value(leaf: Leaf, document: Any) -> Any:
    """A document's value at a rule's place; the items of a list with a key as rows, by their rules' table."""
    value = found_at(document, leaf.path)
    table = next((each.table for each in eaches(leaf.origin)), None) if leaf.kind.has_items else None
    if table is None or value.__class__ is not list:
        return value
    return [
        (table, *(True if isinstance(slot, Presence) else _value(slot, item) for slot in table.slots))
        for item in value
    ]
