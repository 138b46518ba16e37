"""Keys of records: what tells one customer from all others."""

from __future__ import annotations

from typing import Any, Final

from custmap.border.careful import copy_carefully
from custmap.diagnostics.errors import RecordError
from custmap.values.numbers import scalar_text
from custmap.values.paths import Member, PathError, parse_path
from custmap.values.types import ANY

NO_KEY: Final = "the key is missing, null, a list or an object"


class Key:
    """The place of records' keys: a path of names (`id`, `identifiers.crm`); PathError if it is not one."""

    __slots__ = ("names",)

    def __init__(self, path: str) -> None:
        steps = parse_path(path)
        self.names = tuple(step.name for step in steps if isinstance(step, Member))
        if len(self.names) != len(steps):
            raise PathError("a key must be a path of names", 0)

    @classmethod
    def column(cls, name: str) -> Key:
        """The key of rows: a column, whatever its name."""
        made = cls.__new__(cls)
        made.names = (name,)
        return made

    def of(self, record: Any) -> str | None:
        """A record's key as a text: `7`, `7.0` and `"7"` are one; None if there is none (`NO_KEY`)."""
        value = record
        for name in self.names:
            value = value.get(name) if isinstance(value, dict) else None
        if type(value) not in _PLAIN:
            value = _plain(value)
        return None if value is None or isinstance(value, list | dict) else scalar_text(value)


_PLAIN: Final = (str, int, bool, type(None), list, dict)


def _plain(value: Any) -> Any:
    """What a cell of a table means as JSON; None for what has no meaning there, such as NaN."""
    try:
        return copy_carefully({"key": value}, ANY)["key"]
    except RecordError:
        return None
