"""What lies on the desk of `play`: the texts that are edited, and the file of the mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

Absent = Literal["keep", "clear"]
Nulls = Literal["clear", "absent"]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of the editors, in YAML or JSON; `before` is "" where the vendor's copy is not known."""

    mapping: str
    before: str = ""
    after: str = ""
    params: str = ""
    absent: Absent = "keep"
    nulls: Nulls = "clear"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Texts:
        """From the JSON of a page; ValueError for anything else."""
        found = {one.name: given.get(one.name) for one in fields(cls)}
        if not all(isinstance(value, str) for value in found.values()):
            raise ValueError("each text is a text")
        if found["absent"] not in ("keep", "clear") or found["nulls"] not in ("clear", "absent"):
            raise ValueError("an option has none of its values")
        return cls(**found)  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, str]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def options(self) -> dict[str, str]:
        """The options that are not the usual ones."""
        usual = {"absent": "keep", "nulls": "clear"}
        return {name: value for name in usual if (value := getattr(self, name)) != usual[name]}


@dataclass(frozen=True, slots=True)
class Desk:
    """What `play` opens.

    `path`      the file of the mapping; it need not exist, and is never written.
    `fixtures`  the folder in which cases may be saved.
    `case`      the name of the fixture that was opened, below its mapping's folder; "" for none.
    """

    path: Path
    texts: Texts
    fixtures: Path
    case: str = ""
    summary: str = ""

    @property
    def name(self) -> str:
        """`vendor/operation`, as the file says it."""
        return f"{self.path.absolute().parent.name}/{self.path.stem}"


def encoded(text: str) -> bytes:
    """A text's bytes; lone surrogates, which a page may send, are no UTF-8, and are then a finding."""
    return text.encode("utf-8", "surrogatepass")
