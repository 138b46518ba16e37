"""The result of inference: the type, the source paths that are read, and problems."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from msgspec import Struct

from custmap.diagnostics.codes import Severity
from custmap.values.types import Type

SourcePath: TypeAlias = tuple[str | int, ...]

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Read:
    """A source path from the scope's root: members by name, items by position or `"*"` for each.

    `whole`  the type of a value that the expression takes to pieces, so that each of its named members
             counts; None: the value is the result as it is, or has no members.
    `rest`   it is read only where the member that the function stands for is not stated.
    """

    path: SourcePath
    offset: int
    length: int
    whole: Type | None = field(default=None, compare=False)
    rest: bool = field(default=False, compare=False)


class Problem(Struct, frozen=True):
    """A problem of an expression and its characters; `severity` None: the code's own."""

    code: str
    message: str
    offset: int
    length: int
    help: str | None = None
    severity: Severity | None = None


class Inference(Struct, frozen=True):
    """What is known about an expression before it runs.

    `type`    of its result; `absent`, and `"null"` among the kinds, say which states it can have.
    `reads`   the source paths that it reads, the primary one first.
    """

    type: Type
    reads: tuple[Read, ...]
    problems: tuple[Problem, ...]

    @property
    def source(self) -> str | None:
        """The primary source path as text: `name.given`, `addresses[0].city`, `@` for all of it."""
        return format_source(self.reads[0].path) if self.reads else None


def format_source(path: SourcePath) -> str:
    """A source path as text.

    >>> format_source(("addresses", "*", "city")), format_source(("a.b", 0)), format_source(())
    ('addresses[*].city', '"a.b"[0]', '@')
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part == "*":
            text += "[*]"
        else:
            name = part if _PLAIN.fullmatch(part) else json.dumps(part, ensure_ascii=False)
            text += f".{name}" if text else name
    return text or "@"
