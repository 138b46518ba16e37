"""A drafted mapping as a file: head, parameters, tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from custmap.review.drafts.drafted_rows import Row, table
from custmap.review.drafts.project import SCHEMA_LINE
from custmap.review.drafts.skeleton import PARTS, Place, Skeleton
from custmap.testing.write_yaml import flow

_SUMMARY: Final = 90
_POLICIES: Final = (
    "# No document says how this vendor is told that a value is gone, or what it makes of an empty text.",
    "clear: impossible  # a value that is gone is rejected; or send_null, send_empty, omit, skip, …",
    'empty: reject      # "" is rejected; or clear, value',
)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the tables. `contract`: lines, without indentation; `whole`: it is a PUT."""

    name: str
    summary: str
    contract: Sequence[str]
    whole: bool = False


def mapping_text(head: Head, drawn: Skeleton, notes: Mapping[str, str]) -> tuple[str, dict[int, Place]]:
    """The file's text, and the place in the request of each line that has a rule, counted from 1.

    `notes` are comments above tables.
    """
    lines = [
        SCHEMA_LINE.format("mapping"),
        "custmap: 1",
        f"name: {head.name}",
        f"summary: {flow(one_line(head.summary))}",
        *head.contract,
    ]
    if params := list(drawn.params.lines()):
        lines += ["", *params]
    lines += ["", *_POLICIES]
    if head.whole:
        lines.append("# merge: whole     # if this PUT replaces the record, and what is not sent is lost")
    places: dict[int, Place] = {}
    for part in PARTS:
        rows = drawn.tables[part]
        if not rows:
            continue
        lines.append("")
        lines += [f"# {note}" for note in [notes.get(part)] if note]
        text, found = table(part, rows, named=part != "body")
        places |= {len(lines) + at + 1: (part, row.path) for at, row in found.items() if row.rule is not None}
        lines += text
    return "\n".join(lines) + "\n", places


def one_line(text: str) -> str:
    """A text of one line that is not too long: its first sentence, or its beginning."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    plain = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", re.sub(r"<[^<>]*>|\*\*|`", "", plain))
    first = re.split(r"(?<=[a-z0-9)])\. ", plain, maxsplit=1)[0].removesuffix(".").strip()
    return first if len(first) <= _SUMMARY else first[: _SUMMARY - 1].rstrip() + "…"


def rules_of(drawn: Skeleton) -> list[Row]:
    """The rows of a draft that have rules."""
    return [row for part in PARTS for row in drawn.tables[part] if row.rule is not None]


def fixture_text(fixture: Mapping[str, Any]) -> str:
    """A fixture, one key a line."""
    from custmap.testing.write_yaml import block

    return "".join(
        line + "\n"
        for name, value in fixture.items()
        for line in block(name, value, open_up=name == "expect")
    )
