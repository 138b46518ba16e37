"""Which canonical field reaches which vendor: the matrix of the index, and where a table's columns go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custmap.lineage.lineage import Lineage
from custmap.lineage.whole_paths import is_field, record_sources
from custmap.mapping.form import Kind
from custmap.pages.state_table import anchor
from custmap.pages.subject import MappingSubject

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]|^-|(?<=-)-|-$")
"""What a link or a file system may read as something else, and hyphens that two parts could share."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A member of a vendor that a field reaches; `href` is its rule, on the page of the mapping."""

    mapping: str
    target: str
    href: str


def page_name(name: str, kind: Kind = "mapping") -> str:
    """The file of the page of `vendor/operation`: another one for each, which can stand in a link as it is.

    >>> page_name("acme/update"), page_name("crm/customers", "source")
    ('acme--update.html', 'source--crm--customers.html')
    >>> page_name("a/b--c"), page_name("a--b/c"), page_name("acme/50%#")
    ('a--b-~2Dc.html', 'a-~2Db--c.html', 'acme--50~25~23.html')
    """
    parts = [_UNSAFE.sub(_escaped, part) for part in name.split("/")]
    return f"{'--'.join(['source', *parts] if kind == 'source' else parts)}.html"


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"~{byte:02X}" for byte in found.group().encode("utf-8", "surrogateescape"))


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
