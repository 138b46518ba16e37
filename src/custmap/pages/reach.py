"""Which canonical field reaches which vendor: the matrix of the index, and where a table's columns go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custmap.lineage.lineage import Lineage
from custmap.lineage.whole_paths import is_field, record_sources
from custmap.pages.state_table import anchor
from custmap.pages.subject import MappingSubject


@dataclass(frozen=True, slots=True)
class Reach:
    """A member of a vendor that a field reaches; `href` is its rule, on the page of the mapping."""

    mapping: str
    target: str
    href: str


def page_name(name: str) -> str:
    """The file of the page of `vendor/operation`.

    >>> page_name("acme/update")
    'acme--update.html'
    """
    return f"{name.replace('/', '--')}.html"


def reaches(subject: MappingSubject) -> dict[str, list[Reach]]:
    """For each canonical path that a mapping reads the members that it reaches."""
    found: dict[str, list[Reach]] = {}
    if subject.lineage is None or subject.mapping is None:
        return found
    lines, read = subject.lineage.lines, record_sources(subject.lineage)
    members = subject.mapping.checked.canonical.record.type.members
    for index, (line, sources) in enumerate(zip(lines, read, strict=True)):
        for source in sources:
            if not is_field(source) or _first(source) not in members:
                continue
            href = f"{page_name(subject.name)}#{anchor(line, index)}"
            found.setdefault(source, []).append(Reach(subject.name, line.target, href))
    return found


def reached_by(source: Lineage, mappings: Sequence[MappingSubject]) -> list[tuple[str, list[Reach]]]:
    """For each column of a source what it reaches, by way of the fields that are made of it."""
    of_columns: dict[str, list[str]] = {}
    for line in source.lines:
        for column in line.sources:
            of_columns.setdefault(column, []).append(line.target)
    fields = [
        (name, found) for one in mappings if _takes_customers(one) for name, found in reaches(one).items()
    ]
    return [
        (
            column,
            list(dict.fromkeys(one for name, found in fields if _touches(name, targets) for one in found)),
        )
        for column, targets in of_columns.items()
    ]


def _takes_customers(subject: MappingSubject) -> bool:
    return subject.mapping is not None and subject.mapping.checked.canonical.is_customer


def _touches(path: str, targets: Sequence[str]) -> bool:
    """Is a path one of these, or in one of them, or around one?"""
    return any(
        path == one or path.startswith((f"{one}.", f"{one}[")) or one.startswith((f"{path}.", f"{path}["))
        for one in targets
    )


def _first(path: str) -> str:
    """The member of the record in which a path is; an entry's `key` and `value` are in none."""
    return path.partition(".")[0].partition("[")[0]
