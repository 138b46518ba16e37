"""Lines of Python under construction, with their indentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

UNUSUAL: Final = "raise Unusual"
"""The line with which quick code gives up."""


class Lines:
    """Collects lines; `with lines.block("if x:")` indents what follows, if anything does."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = 0

    def add(self, *lines: str) -> None:
        self._lines.extend("    " * self._indent + line if line else "" for line in lines)

    def extend(self, lines: Iterable[str]) -> None:
        self.add(*lines)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.add(head)
        self._indent += 1
        length = len(self._lines)
        yield
        self._indent -= 1
        if len(self._lines) == length:
            self._lines.pop()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    @property
    def all(self) -> list[str]:
        return list(self._lines)
