"""Names for generated code: unique, never a builtin's, never user text."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from custmap.expressions.helpers import BASE_GLOBALS

_RESERVED: Final = frozenset({*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *BASE_GLOBALS})
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40


class Names:
    """Makes names and keeps the values of global ones in `globals`.

    Locals are unique within one function, which is a `scope` that is opened and closed: one function may be
    written while another is. Globals are unique everywhere.
    """

    def __init__(self) -> None:
        self.globals: dict[str, Any] = dict(BASE_GLOBALS)
        self._taken = set(_RESERVED)
        self._locals: set[str] = set()
        self._local_counts: dict[str, int] = {}
        self._ever: set[str] = set()
        self._counts: dict[str, int] = {}
        self._bound: dict[int, str] = {}

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Give a function its own locals; those of the enclosing function return when it ends."""
        around = self._locals, self._local_counts
        self._locals, self._local_counts = set(), {}
        try:
            yield
        finally:
            self._locals, self._local_counts = around

    def reserve(self, name: str, *values: Any) -> None:
        """Reserve a name so that it is not used again; with a value it is a global."""
        self._taken.add(name)
        for value in values:
            self.globals[name] = value

    def fresh(self, hint: str) -> str:
        """A new local name that looks like `hint`, which may be any text.

        >>> names = Names()
        >>> names.fresh("email"), names.fresh("email"), names.fresh("class"), names.fresh("__x\\n!")
        ('email', 'email_2', 'class_2', 'x')
        """
        name = _free(hint, self._local_counts, self._taken, self._locals)
        self._locals.add(name)
        self._ever.add(name)
        return name

    def bind(self, value: Any, hint: str) -> str:
        """The name of a global that holds `value`; one object has one name."""
        name = self._bound.get(id(value))
        if name is None:
            name = self._bound[id(value)] = self.declare(hint)
            self.globals[name] = value
        return name

    def declare(self, hint: str) -> str:
        """A new global name: of a function that is being written, say."""
        name = _free(hint, self._counts, self._taken, self._ever)
        self._taken.add(name)
        return name


def _free(hint: str, counts: dict[str, int], *taken: set[str]) -> str:
    """A name like `hint` that is in none of the sets; `counts`: how many of a stem were tried before."""
    stem = _OTHER.sub("_", hint.lower())[:_LONGEST].strip("_")
    if not stem or stem[0].isdigit():
        stem = f"value_{stem}".rstrip("_")
    count = counts.get(stem, 1)
    name = stem if count == 1 else f"{stem}_{count}"
    while any(name in names for names in taken):
        count += 1
        name = f"{stem}_{count}"
    counts[stem] = count
    return name
