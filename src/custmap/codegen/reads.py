"""Which maps with free keys an operation reads: quick code copies those, in the order of their keys."""

from __future__ import annotations

from custmap.model.checked import Checked, Operation
from custmap.schema.customer_texts import TEXT_PARTS


def free_maps(checked: Checked, operation: Operation) -> frozenset[str]:
    """The members of the customer that are maps and are read as a whole, by any rule."""
    members = checked.canonical.type.members
    paths = [path for slot in operation.table.slots for path in (*slot.reads, *slot.asks)]
    return frozenset(
        str(path[0])
        for path in paths
        if path and (len(path) == 1 or path[1] == "*") and (type_ := members.get(str(path[0]))) and type_.free
    )


def prepared(checked: Checked, maps: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """What is done to members of the customer when they are read: maps are copied, texts become objects."""
    copied = "if {}.__class__ is dict:", "    {} = own({})"
    made: dict[str, tuple[str, ...]] = dict.fromkeys(maps, copied)
    if checked.canonical.is_customer:
        for name, part in TEXT_PARTS.items():
            made[name] = ("if {}.__class__ is str:", "    {} = {" + repr(part) + ": {}}")
    return made


def reads_everything(operation: Operation) -> bool:
    """Does a rule read the record as a whole, so that the order of its keys could show?"""
    return any(
        not path or path[0] == "*" for slot in operation.table.slots for path in (*slot.reads, *slot.asks)
    )
