"""A customer's name after some of it was read: the whole name and its parts never contradict each other."""

from __future__ import annotations

from typing import Any

from custmap.functions.name_parts import PARTS
from custmap.functions.names import part_of
from custmap.values.absent import ABSENT


def joined_name(held: Any, read: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """What was read of a name over the one that was held; `news` are the members of it that are new.

    A new whole name makes parts that were not read untrue, and a new part the whole name: then the other
    parts are split from it.
    """
    if held.__class__ is not dict or "formatted" in news:
        return read
    if "formatted" in read or held.get("formatted") is None:
        return {**held, **read}
    parts = {part: value for part in PARTS if (value := part_of(held, part)) is not ABSENT}
    return {**parts, **read}
