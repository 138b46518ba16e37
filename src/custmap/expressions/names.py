"""Names for generated code: never twice the same, never a builtin's, never user text."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Any, Final

from custmap.expressions.runtime import BASE_GLOBALS

_RESERVED: Final = frozenset({*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *BASE_GLOBALS})
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40


class Names:
    """Gives out names and keeps the values of the global ones in `globals`."""

    def __init__(self) -> None:
        self.globals: dict[str, Any] = dict(BASE_GLOBALS)
        self._counts: dict[str, int] = {}
        self._bound: dict[int, str] = {}

    def reserve(self, name: str, *values: Any) -> None:
        """Keep a name, which `fresh` never gives out; with a value it is a global."""
        self._counts[name] = max(1, self._counts.get(name, 0))
        for value in values:
            self.globals[name] = value

    def fresh(self, hint: str) -> str:
        """A new local name that looks like `hint`, which may be any text.

        >>> names = Names()
        >>> names.fresh("email"), names.fresh("email"), names.fresh("class"), names.fresh("__x\\n!")
        ('email', 'email_2', 'class_2', 'x')
        """
        stem = _OTHER.sub("_", hint.lower())[:_LONGEST].strip("_")
        if not stem or stem[0].isdigit():
            stem = f"value_{stem}".rstrip("_")
        while True:
            count = self._counts.get(stem, 1 if stem in _RESERVED else 0) + 1
            self._counts[stem] = count
            name = stem if count == 1 else f"{stem}_{count}"
            if count == 1 or self._counts.setdefault(name, 0) == 0:
                self._counts[name] = max(1, self._counts.get(name, 0))
                return name

    def bind(self, value: Any, hint: str) -> str:
        """The name of a global that holds `value`; one object has one name."""
        name = self._bound.get(id(value))
        if name is None:
            name = self.fresh(hint)
            self._bound[id(value)] = name
            self.globals[name] = value
        return name
